"""Print which requirement ids no test names, so that a gap is seen, not guessed."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT.parent / "shared" / "requirements.md"


def main() -> int:
    """Compare the ids of the requirements with the ids that the tests' text names."""
    if not REQUIREMENTS.exists():
        print("requirement ids: no requirements file beside the project, nothing to compare")
        return 0
    ids = re.findall(r"^\| ([A-F]\d+) \|", REQUIREMENTS.read_text(), re.MULTILINE)
    named: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text()
        named.update(re.findall(r"\b[A-F]\d{1,2}\b", text))
        for letter, first, last in re.findall(r"\b([A-F])(\d{1,2})[-–][A-F]?(\d{1,2})\b", text):
            named.update(f"{letter}{number}" for number in range(int(first), int(last) + 1))
    missing = [name for name in ids if name not in named]
    print(f"requirement ids named by tests: {len(ids) - len(missing)} of {len(ids)}")
    print(f"named by none: {' '.join(missing) or 'none is missing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Print which requirement ids and which listed attacks no test names: a gap is seen, not guessed."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT.parent / "shared" / "requirements.md"
ATTACKS = ROOT.parent / "shared" / "design" / "anchors.md"


def main() -> int:
    """Compare the ids of the requirements with the ids that the tests' text names."""
    if not REQUIREMENTS.exists():
        print("requirement ids: no requirements file beside the project, nothing to compare")
        return 0
    ids = re.findall(r"^\| ([A-F]\d+) \|", REQUIREMENTS.read_text(), re.MULTILINE)
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    named: set[str] = set()
    for text in texts:
        named.update(re.findall(r"\b[A-F]\d{1,2}\b", text))
        for letter, first, last in re.findall(r"\b([A-F])(\d{1,2})[-–][A-F]?(\d{1,2})\b", text):
            named.update(f"{letter}{number}" for number in range(int(first), int(last) + 1))
    missing = [name for name in ids if name not in named]
    print(f"requirement ids named by tests: {len(ids) - len(missing)} of {len(ids)}")
    print(f"named by none: {' '.join(missing) or 'none is missing'}")
    if ATTACKS.exists():
        print(f"attacks named by none: {' '.join(unnamed_attacks(texts)) or 'none is missing'}")
    return 0


def unnamed_attacks(texts: list[str]) -> list[str]:
    """List the numbers of the attack list that no test's text names as `attack N` (or `attacks N, M`)."""
    listed = re.findall(r"^(\d+)\. \*\*", ATTACKS.read_text(), re.MULTILINE)
    named = {
        number
        for text in texts
        for words in re.findall(r"[Aa]ttacks? (\d+(?:(?:, | and )\d+)*)", text)
        for number in re.findall(r"\d+", words)
    }
    return [number for number in listed if number not in named]


if __name__ == "__main__":
    sys.exit(main())

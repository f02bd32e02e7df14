"""Keeps what mutation runs found, module by module, and prints it as `docs/mutation.md`.

`python tools/mutation/scores.py REPORT ...` takes reports of runs over into `scores.json`. A module
that has changed since it was measured says so on the page: a test holds the page against the sources.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
SCORES: Final = ROOT / "tools" / "mutation" / "scores.json"
PAGE: Final = ROOT / "docs" / "mutation.md"

TARGETS: Final = (
    "sekisho/protocol/checks/*.py",
    "sekisho/protocol/states/**/*.py",
    "sekisho/protocol/elements/condition.py",
    "sekisho/protocol/elements/when.py",
)
"""What decides. Rows of the element table are data, and no mutants are made of them."""

INTRODUCTION: Final = """# Mutation score

<!-- Printed from tools/mutation/scores.json by `make docs`; do not edit. -->

What decides in the protocol library is changed one operator, constant or call at a time (`make mutation`), and
each change must make a test fail. Rows of the element table are data and are not changed; texts for people
neither. A score is a lower bound: of the tests that touch a line, only some hundred are tried. A change that
nobody could observe is declared, with its reason, in `tools/mutation/equivalents.toml`.

A module marked * has changed since it was measured.
"""

Score = Mapping[str, Any]  # as JSON has it


def main(reports: list[str]) -> None:
    """Take reports over, and print the page."""
    scores: dict[str, Score] = _read()
    for report in reports:
        for module, found in json.loads(Path(report).read_text())["modules"].items():
            scores[module] = {
                "sha256": found["sha256"],
                "mutants": found["mutants"],
                "killed": found["killed"],
                "equivalent": found["equivalent"],
                "survivors": [
                    {"line": each["line"], "diff": each["diff"]}
                    for each in found["survivors"]
                    if not each["excuse"]
                ],
            }
    there = {name: scores[name] for name in sorted(scores) if (ROOT / "src" / name).exists()}
    SCORES.write_text(json.dumps(there, indent=1) + "\n")
    PAGE.write_text(page())


def page() -> str:
    """Give the page."""
    scores = _read()
    lines = [
        INTRODUCTION,
        "| Module | Tried | Killed | Equivalent | Score |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        _row(f"{_name(module)}{_mark(module, score)}", [score]) for module, score in scores.items()
    ]
    lines.append(_row("**all**", [*scores.values()]))
    unmeasured = [f"`{_name(module)}`" for module in targets() if module not in scores]
    if unmeasured:
        lines += ["", "## Not measured yet", "", f"{', '.join(unmeasured)}."]
    lines += ["", "## Survivors", ""]
    for module, score in scores.items():
        for each in score["survivors"]:
            lines += [f"- `{_name(module)}`, line {each['line']}", "", "  ```diff"]
            lines += [f"  {line}" for line in each["diff"].splitlines()]
            lines += ["  ```"]
    return "\n".join([*lines, ""])


def targets() -> list[str]:
    """List the modules that are to be measured, by their paths below the sources."""
    source = ROOT / "src"
    found = (path for target in TARGETS for path in source.glob(target))
    return sorted(str(path.relative_to(source)) for path in found)


def _read() -> dict[str, Score]:
    found: dict[str, Score] = json.loads(SCORES.read_text()) if SCORES.exists() else {}
    return found


def _name(module: str) -> str:
    return module.removeprefix("sekisho/protocol/")


def _mark(module: str, score: Score) -> str:
    text = (ROOT / "src" / module).read_bytes()
    return "" if hashlib.sha256(text).hexdigest() == score["sha256"] else " \\*"


def _row(name: str, scores: list[Score]) -> str:
    mutants, killed, equivalent = (
        sum(score[each] for score in scores) for each in ("mutants", "killed", "equivalent")
    )
    percent = 100 * killed / max(1, mutants - equivalent)
    return f"| {name} | {mutants} | {killed} | {equivalent} | {percent:.1f} % |"


if __name__ == "__main__":
    main(sys.argv[1:])

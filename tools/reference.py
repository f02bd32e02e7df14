#!/usr/bin/env python3
"""Write the pages and modules that are printed from the code; `--check` only tells which are stale."""

import sys
from pathlib import Path

from sekisho.app.docs.pages import stale_pages, write_pages
from sekisho.app.docs.typed_elements import stale_modules, write_modules

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

from tools.mutation import scores  # noqa: E402 - found by the line above


def main(arguments: list[str]) -> int:
    """Write them, or check them."""
    if "--check" in arguments:
        stale = [*stale_pages(DOCS), *stale_modules(ROOT)]
        stale += [] if scores.PAGE.read_text() == scores.page() else ["mutation.md"]
        print("stale:", ", ".join(stale) or "none")
        return 1 if stale else 0
    for path in write_pages(DOCS):
        print(f"written: docs/{path}")
    for path in write_modules(ROOT):
        print(f"written: {path}")
    scores.PAGE.write_text(scores.page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

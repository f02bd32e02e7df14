#!/usr/bin/env python3
"""Write the reference pages that are printed from the code; `--check` only tells which are stale."""

import sys
from pathlib import Path

from sekisho.app.docs import stale_pages, write_pages

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if "--check" in arguments:
        stale = stale_pages(DOCS)
        print("stale pages:", ", ".join(stale) or "none")
        return 1 if stale else 0
    for path in write_pages(DOCS):
        print(f"written: docs/{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The reference pages that are printed from the code, so that they cannot lag behind it.

Add a page: write a function that gives its text and put it in PAGES. `tools/reference` writes
them all; a test fails when one in the repository is not what the code says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sekisho.app.docs.elements import elements_page
from sekisho.app.docs.errors import errors_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One generated page."""

    path: str
    """Where it stands under docs/."""
    text: Callable[[], str]


PAGES: Final[tuple[Page, ...]] = (
    Page(path="reference/elements.md", text=elements_page),
    Page(path="reference/errors.md", text=errors_page),
)


def write_pages(docs: Path) -> list[str]:
    """Write every page under the folder; give the paths of those that changed."""
    written = []
    for path in stale_pages(docs):
        target = docs / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_text_of(path), encoding="utf-8")
        written.append(path)
    return written


def stale_pages(docs: Path) -> list[str]:
    """List the pages that are missing or not what the code says."""
    return [
        page.path
        for page in PAGES
        if not (docs / page.path).is_file()
        or (docs / page.path).read_text(encoding="utf-8") != page.text()
    ]


def _text_of(path: str) -> str:
    return next(page.text() for page in PAGES if page.path == path)

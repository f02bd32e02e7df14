"""The reference pages in the repository are what the code says."""

from pathlib import Path

import pytest

from sekisho.app.docs import PAGES, Page, stale_pages, write_pages
from sekisho.protocol.elements import ELEMENTS

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_reference_page_is_stale(page: Page) -> None:
    """F1, F3: run tools/reference and commit what it writes."""
    target = DOCS / page.path
    assert target.is_file(), "run tools/reference"
    assert target.read_text(encoding="utf-8") == page.text(), "run tools/reference"


def test_pages_are_written_only_where_they_changed(tmp_path: Path) -> None:
    """A second run writes nothing."""
    assert write_pages(tmp_path) == [page.path for page in PAGES]
    assert write_pages(tmp_path) == []
    (tmp_path / PAGES[0].path).write_text("stale", encoding="utf-8")
    assert stale_pages(tmp_path) == [PAGES[0].path]


def test_every_element_has_its_section() -> None:
    """F1: and only once."""
    text = PAGES[0].text()
    for element in ELEMENTS:
        assert text.count(f"\n### {element.name}\n") == 1

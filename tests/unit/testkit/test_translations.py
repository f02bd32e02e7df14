"""The test that every room's Japanese is held by finds what is missing and what is stale."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sekisho.kernel.errors import Misuse
from sekisho.testkit.translations import Untranslated, untranslated

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'

Room = Callable[..., Untranslated]


@pytest.fixture
def checked(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Room]:
    """Make a room of these texts and compare it with its catalogue."""
    name = f"room_{abs(hash(request.node.nodeid))}"

    def check(*, page: str = "", code: str = "", catalog: str | None = None) -> Untranslated:
        pages = tmp_path / name / "pages"
        (pages / "locale").mkdir(parents=True)
        (pages.parent / "__init__.py").write_text(code)
        (pages / "page.html").write_text(page)
        if catalog is not None:
            (pages / "locale" / "ja.po").write_text(HEAD + catalog)
        return untranslated(name)

    sys.path.insert(0, str(tmp_path))
    yield check
    sys.path.remove(str(tmp_path))


def test_a_whole_catalogue_has_nothing_missing_and_nothing_stale(checked: Room) -> None:
    """Texts of templates and of Python, plain, with values and in the plural."""
    found = checked(
        page='{{ _("Pay") }}{% trans n=2 %}{{ n }} item{% pluralize %}{{ n }} items{% endtrans %}'
        "{% trans shop=1 %}\n  You buy\n  from {{ shop }}.\n{% endtrans %}",
        code='_ = str\ntext = _("Cancelled")\nN_ = str\nlater = N_("Refused")\n',
        catalog='msgid "Pay"\nmsgstr "支払う"\n'
        'msgid "%(n)s item"\nmsgid_plural "%(n)s items"\nmsgstr[0] "%(n)s点"\n'
        'msgid "You buy from %(shop)s."\nmsgstr "%(shop)sでのお買い物です。"\n'
        'msgid "Cancelled"\nmsgstr "取消済み"\nmsgid "Refused"\nmsgstr "拒否"\n',
    )
    assert found == Untranslated(missing=(), stale=())


def test_a_text_without_japanese_is_missing(checked: Room) -> None:
    """Absent, empty or fuzzy: none of them is a translation."""
    found = checked(
        page='{{ _("Absent") }}{{ _("Empty") }}{{ _("Fuzzy") }}',
        catalog='msgid "Empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "Fuzzy"\nmsgstr "ふわふわ"\n',
    )
    assert found.missing == ("Absent", "Empty", "Fuzzy")


def test_a_room_without_a_catalogue_misses_everything(checked: Room) -> None:
    """The first page is told at once."""
    assert checked(page='{{ _("Pay") }}').missing == ("Pay",)


def test_a_text_that_nobody_says_any_more_is_stale(checked: Room) -> None:
    """Dead lines in a catalogue hide living ones."""
    found = checked(
        page='{{ _("Pay") }}', catalog='msgid "Pay"\nmsgstr "支払う"\nmsgid "Old"\nmsgstr "旧"\n'
    )
    assert found == Untranslated(missing=(), stale=("Old",))


def test_what_the_shared_catalogue_translates_need_not_be_repeated(checked: Room) -> None:
    """`Language` stands in the shared pages."""
    assert checked(page='{{ _("Language") }}').missing == ()


def test_a_template_that_cannot_be_read_is_named(checked: Room) -> None:
    """A broken page must not count as one without texts."""
    with pytest.raises(Misuse, match=r"page\.html"):
        checked(page='{{ _("Pay") {% endif %}')


def test_the_shared_pages_are_translated() -> None:
    """Ours as well as every room's (B15)."""
    assert untranslated("sekisho.adapters.pages") == Untranslated(missing=(), stale=())

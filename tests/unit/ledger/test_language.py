"""Every text of the ledger's pages has its Japanese, and no Japanese text is left over."""

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sekisho.acquirer import ledger

PAGES = Path(ledger.__file__).parent / "pages"
OPTIONS = {"trimmed": "true", "extensions": "jinja2.ext.i18n"}


def spoken() -> set[str | tuple[str, ...]]:
    """The English texts of the templates."""
    found = extract_from_dir(PAGES, [("**.html", "jinja2")], {"**.html": OPTIONS})
    return {
        message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found
    }


def translated() -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    """The Japanese by the English."""
    with (PAGES / "locale" / "ja.po").open("rb") as file:
        catalog = read_po(file)
    return {
        message.id if isinstance(message.id, str) else tuple(message.id): message.string
        for message in catalog
        if message.id
    }


def test_every_text_has_its_japanese_and_none_is_left_over() -> None:
    """B15: staff who read Japanese meets no English sentence."""
    assert spoken() == set(translated())


def test_no_translation_is_empty_or_still_english() -> None:
    """An entry without a text would show the English one."""
    for english, japanese in translated().items():
        text = japanese if isinstance(japanese, str) else japanese[0]
        assert text, english
        assert any(ord(letter) > 0x3000 for letter in text), english

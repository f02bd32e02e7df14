"""Every text of the bank's pages has its Japanese, and no Japanese text is left over."""

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sekisho.issuer import members

PAGES = Path(members.__file__).parent / "pages"
OPTIONS = {"trimmed": "true", "extensions": "jinja2.ext.i18n"}


def _spoken() -> set[str]:
    found = extract_from_dir(PAGES, [("**.html", "jinja2")], {"**.html": OPTIONS})
    return {str(message) for _, _, message, _, _ in found}


def _translated() -> dict[str, str]:
    with (PAGES / "locale" / "ja.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_every_text_has_its_japanese_and_none_is_left_over() -> None:
    """B15: whoever reads Japanese meets no English sentence."""
    assert set(_translated()) == _spoken()


def test_no_translation_is_empty_or_still_english() -> None:
    """An entry without a text would show the English one."""
    for english, japanese in _translated().items():
        assert any(ord(letter) > 0x3000 for letter in japanese), english

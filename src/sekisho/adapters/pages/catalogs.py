"""Translations: gettext catalogues read from `.po` files once, without a compile step."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from sekisho.adapters.pages.language import Language

SOURCE_LANGUAGE: Final[Language] = "en"
"""The language of the message ids themselves."""


@cache
def read_catalog(path: Path) -> Translations:
    """Read one `.po` file; fuzzy entries do not count, as gettext has it."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)  # the name tells how many plurals there are
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def translations(language: Language, *paths: Path) -> NullTranslations:
    """Stack catalogues, the first one first asked; what none has stays English."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    first: NullTranslations | None = None
    last: NullTranslations | None = None
    for path in paths:
        if not path.exists():
            continue
        # Fallbacks are hung on the object: a shared catalogue must not grow one for every room.
        catalog = _copied(read_catalog(path))
        if last is None:
            first = catalog
        else:
            last.add_fallback(catalog)
        last = catalog
    return first if first is not None else NullTranslations()


def _copied(catalog: Translations) -> Translations:
    copy = Translations()
    copy.__dict__.update(catalog.__dict__)
    copy._fallback = None
    return copy

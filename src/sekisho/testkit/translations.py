"""Holds a room's Japanese against its English: nothing missing, nothing stale."""

from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po

from sekisho.kernel.errors import Misuse

SHARED_PACKAGE: Final = "sekisho.adapters.pages"
KEYWORDS: Final = {**DEFAULT_KEYWORDS, "N_": None}
"""`_("…")` and its family; `N_("…")` marks a text where it is made, to be translated where shown."""
TEMPLATE_OPTIONS: Final = {
    "trimmed": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
    "newstyle_gettext": "true",
}
"""As the pages' own environment is set up; otherwise ids would differ in their white space."""


class Untranslated(NamedTuple):
    """What is wrong with a catalogue; both empty when nothing is."""

    missing: tuple[str, ...]
    """English texts in templates or code without a Japanese one."""
    stale: tuple[str, ...]
    """Texts in the catalogue that no template and no code has any more."""


def untranslated(room_package: str, *, catalog: str = "ja") -> Untranslated:
    """Compare every text of a package with its catalogue `pages/locale/<catalog>.po`.

    A text that the shared catalogue translates need not stand in the room's. Fuzzy, empty and
    half-filled plural translations are missing ones.
    """
    folder = _folder(room_package)
    own = _catalog(_catalog_file(room_package, catalog))
    shared = (
        set[str]()
        if room_package == SHARED_PACKAGE
        else _translated(_catalog(_catalog_file(SHARED_PACKAGE, catalog)))
    )
    used = set(_texts(folder))
    return Untranslated(
        missing=tuple(sorted(used - _translated(own) - shared)),
        stale=tuple(sorted(_ids(own) - used)),
    )


def _folder(package: str) -> Path:
    return Path(str(files(package)))


def _catalog_file(package: str, catalog: str) -> Path:
    inner = Path("locale") if package == SHARED_PACKAGE else Path("pages", "locale")
    return _folder(package) / inner / f"{catalog}.po"


def _catalog(path: Path) -> Catalog:
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def _ids(catalog: Catalog) -> set[str]:
    return {_text(message.id) for message in catalog if message.id}


def _translated(catalog: Catalog) -> set[str]:
    return {
        _text(message.id)
        for message in catalog
        if message.id and not message.fuzzy and _whole(message.string)
    }


def _whole(string: str | tuple[str, ...] | list[str] | None) -> bool:
    if isinstance(string, tuple | list):
        return bool(string) and all(string)
    return bool(string)


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py":
            yield from _extracted("python", path, {})
        elif path.suffix == ".html":
            yield from _extracted("jinja2.ext:babel_extract", path, TEMPLATE_OPTIONS)


def _extracted(method: str, path: Path, options: dict[str, str]) -> Iterator[str]:
    source = BytesIO(path.read_bytes())
    try:
        for _line, text, _comments, _context in extract(method, source, KEYWORDS, options=options):
            yield _text(text)
    except Exception as error:
        raise Misuse(f"{path.name} cannot be read for its texts: {error}") from error


def _text(text: str | tuple[str, ...] | list[str]) -> str:
    """A plural has one id: the singular names it."""
    return text if isinstance(text, str) else text[0]

"""Lists what a message holds, in the order it came, beside what the element table says of it."""

from collections.abc import Mapping
from dataclasses import replace

from sekisho.protocol.elements import BY_NAME, Element, elements_of
from sekisho.protocol.explanation.explained import ExplainedElement
from sekisho.protocol.explanation.masking import ITEMS_SHOWN, masked, shown
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json, Version


def listed(members: Mapping[str, Json], place: Place | None) -> tuple[ExplainedElement, ...]:
    """Explain the members of a message; without a place, by name only."""
    rows = {} if place is None else elements_of(*place)
    return tuple(_member(name, value, rows.get(name), place) for name, value in members.items())


def listed_by(
    rows: Mapping[str, Element], members: Mapping[str, Json]
) -> tuple[ExplainedElement, ...]:
    """Explain the members of an object whose rows are given."""
    return tuple(
        _listed(name, value, rows[name], rows[name].letter)
        if name in rows
        else unlisted(name, value, "unknown")
        for name, value in members.items()
    )


def unlisted(name: str, value: Json, remark: str, title: str = "") -> ExplainedElement:
    """Explain a member that the table does not list there, and why not."""
    return ExplainedElement(
        name=masked(name),
        value=shown(name, value),
        title=title,
        inclusion=None,
        meaning=None,
        remark=remark,
    )


def path_of(place: Place) -> str:
    """Say where in the table a message stands: "ARes 2.2.0"."""
    return f"{place.form.value} {place.version.value}"


def _member(
    name: str, value: Json, row: tuple[Element, str] | None, place: Place | None
) -> ExplainedElement:
    if row is not None:
        return _listed(name, value, *row)
    known = BY_NAME.get(name)
    if known is None:
        return unlisted(name, value, "unknown")
    if place is None:
        return _listed(name, value, known, None)
    return unlisted(name, value, _elsewhere(known, place), known.title)


def _elsewhere(row: Element, place: Place) -> str:
    if row.exists_in(place.version):
        return f"not an element of {path_of(place)}; ignored"
    if row.since > place.version:
        return f"younger than {place.version.value}; ignored"
    until = row.until or Version.V231
    return f"until {until.value} only; ignored"


def _listed(name: str, value: Json, row: Element, letter: str | None) -> ExplainedElement:
    children = _children(row, value)
    return ExplainedElement(
        name=masked(name),
        value=None if children else shown(name, value),
        title=row.title,
        inclusion=letter,
        meaning=_meaning(row, value),
        remark="",
        children=children,
    )


def _children(row: Element, value: Json) -> tuple[ExplainedElement, ...]:
    if row.free or not (row.children or row.codes):
        return ()
    if isinstance(value, list):
        items = tuple(
            replace(_listed(row.name, item, row, None), name=f"[{at}]", title="")
            for at, item in enumerate(value[:ITEMS_SHOWN], start=1)
        )
        more = len(value) - ITEMS_SHOWN
        return (*items, unlisted("…", None, f"{more} more items")) if more > 0 else items
    if isinstance(value, dict):
        return listed_by({child.name: child for child in row.children}, value)
    return ()


def _meaning(row: Element, value: Json) -> str | None:
    if not row.codes or not isinstance(value, str):
        return None
    if value in row.codes:
        return row.codes[value]
    own = row.ds_codes and len(value) == 2 and "80" <= value <= "99"  # noqa: PLR2004 - codes have two digits
    return "the Directory Server's own" if own else None

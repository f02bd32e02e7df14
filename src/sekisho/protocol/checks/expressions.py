"""Regular expressions of the element table, written so that many texts are matched at once."""

from typing import Final

from sekisho.protocol.checks.shapes import PATTERNS, iso_codes
from sekisho.protocol.elements import Element, Shape
from sekisho.protocol.places import Place

END: Final = "\x1f"
"""Ends each of the joined texts. A text that holds it makes the message doubtful, nothing worse."""

NOT_THERE: Final = "\udfff"
"""Stands in a record for an element that is absent. A lone surrogate: no message can hold one.

Absent is what *is* this very object; expressions that are matched over joined texts know its value.
"""

_NOT_BY_EXPRESSION: Final = frozenset({Shape.IP, Shape.COUNTRY, Shape.CURRENCY})
"""Shapes that a table or a parser settles."""

_DS_CODES: Final = frozenset(str(code) for code in range(80, 100))


def expressed(row: Element) -> bool:
    """Tell whether an expression says of a text what its type does not."""
    return not row.codes and (
        row.pattern is not None or (row.shape in PATTERNS and row.shape not in _NOT_BY_EXPRESSION)
    )


def expression(row: Element, *, required: bool) -> str:
    """Write the expression for a text, or for one that is not there; lengths are its type's."""
    form = PATTERNS[row.shape] if row.pattern is None else row.pattern
    # An absent text first: one glance at one character tells it from all others.
    return f"(?:{form}){END}" if required else f"(?:{NOT_THERE}|{form}){END}"


def listed_values(row: Element, place: Place) -> frozenset[str] | None:
    """Give the values of a closed list, of the element itself or of an ISO standard."""
    if row.codes:
        codes = row.codes_for(place.form, place.version)
        return codes | _DS_CODES if row.ds_codes else codes
    return None if row.pattern is not None else iso_codes(row)

"""Regular expressions of the element table, written so that many texts are matched at once."""

import re
from typing import Final

from sekisho.protocol.checks.shapes import iso_codes, pattern_of
from sekisho.protocol.elements import Element, Kind, Shape
from sekisho.protocol.places import Place

END: Final = "\x1f"
"""Ends each of the joined texts. A text that holds it makes the message doubtful, nothing worse."""

NOT_THERE: Final = "\udfff"
"""Stands for an absent text among the joined. A lone surrogate: no message can hold one."""

_IN_ONE_PIECE: Final = frozenset(Shape) - {Shape.IP, Shape.COUNTRY, Shape.CURRENCY}
"""Shapes that their expression settles; the others need a table or a parser."""

_FIXED: Final = frozenset({Shape.UUID, Shape.DATE, Shape.MINUTE, Shape.MOMENT})
"""Shapes whose expression settles the length as well."""

_DS_CODES: Final = frozenset(str(code) for code in range(80, 100))


def joinable(row: Element) -> bool:
    """Tell whether an expression says all there is to say of the element's text."""
    return (
        row.kind is Kind.TEXT
        and not row.codes
        and (row.pattern is not None or row.shape in _IN_ONE_PIECE)
    )


def expression(row: Element, *, required: bool) -> str:
    """Write the expression for a text, its length included, or for one that is not there.

    Repetition is possessive where it can be: a text that does not fit is given up at once, however
    an attacker wrote it.
    """
    least, most = max(row.size[0], 1), row.size[1]
    length = f"{{{least},{'' if most is None else most}}}"
    pattern = pattern_of(row)
    if pattern is None and least == 1:
        return f"[^{END}]{length}+"  # which takes the mark of an absent text, too
    if pattern is None:
        form = f"[^{END}]{length}+"
    elif row.pattern is None and row.shape is Shape.DIGITS:
        form = f"[0-9]{length}+"
    elif (row.pattern is None and row.shape in _FIXED) or _settles_length(row.pattern):
        form = pattern.pattern
    else:
        # The length is looked at first, as far as the end of this text, then the form.
        form = f"(?=[^{END}]{length}+{END})(?:{pattern.pattern})"
    return f"(?:{form})" if required else f"(?:{form}|{NOT_THERE})"


def _settles_length(pattern: str | None) -> bool:
    """Tell whether an expression of the table repeats nothing without bound."""
    return pattern is not None and not re.search(r"[+*]|,\}", pattern)


def listed_values(row: Element, place: Place) -> frozenset[str] | None:
    """Give the values of a closed list, of the element itself or of an ISO standard."""
    if row.codes:
        codes = row.codes_for(place.form, place.version)
        return codes | _DS_CODES if row.ds_codes else codes
    return None if row.pattern is not None else iso_codes(row)

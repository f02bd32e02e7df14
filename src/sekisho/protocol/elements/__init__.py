"""The one table of data elements: what every message of every version may and must hold."""

from functools import cache
from typing import Final

from sekisho.protocol.elements import (
    browser,
    cardholder,
    challenge,
    device,
    form_fields,
    header,
    merchant,
    operation,
    purchase,
    ranges,
    requestor,
    result,
)
from sekisho.protocol.elements.condition import Condition
from sekisho.protocol.elements.element import Element, Kind, Shape
from sekisho.protocol.elements.scene import Scene
from sekisho.protocol.vocabulary import Category, Channel, Form, Reading, Version

ELEMENTS: Final[tuple[Element, ...]] = (
    *header.ELEMENTS,
    *requestor.ELEMENTS,
    *merchant.ELEMENTS,
    *cardholder.ELEMENTS,
    *purchase.ELEMENTS,
    *browser.ELEMENTS,
    *device.ELEMENTS,
    *result.ELEMENTS,
    *challenge.ELEMENTS,
    *ranges.ELEMENTS,
    *operation.ELEMENTS,
    *form_fields.ELEMENTS,
)
"""Every element in its newest form, older versions described beside it; specification order."""

BY_NAME: Final[dict[str, Element]] = {element.name: element for element in ELEMENTS}


@cache
def elements_of(
    form: Form, version: Version, channel: Channel, category: Category, reading: Reading
) -> dict[str, tuple[Element, str]]:
    """List what a message may hold, as that version has it, with the letter R, C or O for each."""
    rows: dict[str, tuple[Element, str]] = {}
    for element in ELEMENTS:
        if not element.exists_in(version):
            continue
        row = element.in_version(version, reading)
        letter = row.inclusion(form, channel, category)
        if letter != "N":
            rows[element.name] = (row, letter)
    return rows


__all__ = [
    "BY_NAME",
    "ELEMENTS",
    "Condition",
    "Element",
    "Kind",
    "Scene",
    "Shape",
    "elements_of",
]

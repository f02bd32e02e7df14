"""Looks into a captured document: every element with its meaning, every fault with its rule.

What a receiver stops at, this goes on behind. Nothing it gives holds a card number or a secret.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, NamedTuple

from lxml import etree

from sekisho.kernel.cards import is_merchant_number, luhn_holds, mask_digits
from sekisho.protocol.threeds1.element import Shown
from sekisho.protocol.threeds1.envelopes import MESSAGE, Envelope, envelopes_in
from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.records import MESSAGE_ID
from sekisho.protocol.threeds1.rows import Row, rows_in
from sekisho.protocol.threeds1.safe_xml import RANGES_LIMITS, inner_xml, read_xml
from sekisho.protocol.threeds1.vocabulary import ErrorCode, MessageName


class InspectedElement(NamedTuple):
    """One element or attribute that holds a text."""

    path: str
    """As `PAReq.Purchase.xid`; from the second message on after `Message[2].`."""
    value: str
    """As it may be shown."""
    meaning: str
    """Its title, and what a coded value means."""


class InspectedFault(NamedTuple):
    """One rule that the document breaks."""

    error_code: ErrorCode
    error_detail: str
    """What the Error would say of this fault alone."""
    element: str
    """The path of the element it concerns."""
    rule: str


class Inspection(NamedTuple):
    """A document, looked into."""

    message_type: MessageName | None
    """Of the first message; None: it is none of those defined."""
    version: str | None
    """As the first message says it."""
    elements: tuple[InspectedElement, ...]
    faults: tuple[InspectedFault, ...]


def inspect(data: bytes, *, understood: Collection[str] = ()) -> Inspection:
    """Look into a document; raises nothing, whatever the bytes: what is no XML is a fault too."""
    try:
        envelopes = envelopes_in(read_xml(data, RANGES_LIMITS), understood)
    except ThreeDS1Fault as fault:
        rule = fault.reason or fault.error_message
        return Inspection(
            None, None, (),
            (InspectedFault(fault.error_code, fault.error_detail, fault.error_detail, rule),),
        )  # fmt: skip
    elements: list[InspectedElement] = []
    faults: list[InspectedFault] = []
    for number, envelope in enumerate(envelopes, start=1):
        prefix = "" if number == 1 else f"{MESSAGE}[{number}]."
        elements.extend(_elements(envelope, prefix))
        faults.extend(_faults(envelope, prefix))
    first = envelopes[0]
    version = first.body.findtext("version")
    return Inspection(
        first.name, _masked(version) if version else None, tuple(elements), tuple(faults)
    )


def _elements(envelope: Envelope, prefix: str) -> Iterator[InspectedElement]:
    if envelope.id:
        yield InspectedElement(f"{prefix}{MESSAGE}.id", _masked(envelope.id), MESSAGE_ID.title)
    rows = rows_in(envelope.name) if envelope.name else ()
    tag = envelope.name.value if envelope.name else MESSAGE
    yield from _inside(envelope.body, rows, prefix + tag)
    if envelope.signature is not None:
        yield InspectedElement(f"{prefix}Signature", "present", "XML signature; not verified here")


def _inside(
    element: etree._Element, rows: tuple[Row, ...], path: str
) -> Iterator[InspectedElement]:
    by_name = {row.name: row for row in rows}
    for name, value in element.attrib.items():
        yield _shown(by_name.get(str(name)), f"{path}.{_masked(str(name))}", str(value))
    if "" in by_name:
        yield _shown(by_name[""], path, inner_xml(element))
        return
    for child in element:
        row = by_name.get(str(child.tag))
        at = f"{path}.{_masked(str(child.tag))}"
        if row is not None and row.is_object:
            yield from _inside(child, row.children, at)
        else:
            yield _shown(row, at, inner_xml(child) if len(child) else child.text or "")


def _shown(row: Row | None, path: str, value: str) -> InspectedElement:
    if row is None:
        return InspectedElement(path, _masked(value), "not in the table")
    code = row.element.codes.get(value)
    title = row.element.title if code is None else f"{row.element.title}: {code}"
    return InspectedElement(path, _SHOWN[row.element.shown](value), title)


def _faults(envelope: Envelope, prefix: str) -> Iterator[InspectedFault]:
    tag = envelope.name.value if envelope.name else MESSAGE
    for code, element, rule in envelope.findings:
        own = element.partition(".")[0] in (MESSAGE, "Signature", tag)
        path = element if own else f"{tag}.{element}"
        yield InspectedFault(code, element, prefix + path, rule)


def _masked(text: str) -> str:
    """Mask whatever has the digits of a card number, and end what is very long."""
    safe = _DIGITS.sub(lambda run: _masked_run(run[0]), text)
    return safe if len(safe) <= _CHARACTERS_SHOWN else f"{safe[:_CHARACTERS_SHOWN]}…"


def _masked_run(digits: str) -> str:
    return mask_digits(digits) if luhn_holds(digits) else digits


_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{13,19}(?![0-9])")
_CHARACTERS_SHOWN: Final = 2048
_SHORTENED: Final = 12
"""Of a shorter value the first four characters would tell too much."""


def _start(text: str) -> str:
    return f"{text[:4]}…" if len(text) > _SHORTENED else _hidden(text)


def _hidden(text: str) -> str:
    return f"<hidden, {len(text)} characters>"


def _merchant(text: str) -> str:
    return text if is_merchant_number(text) else _masked(text)


_SHOWN: Final[Mapping[Shown, Callable[[str], str]]] = {
    Shown.PLAIN: _masked,
    Shown.MERCHANT: _merchant,
    Shown.CARD: mask_digits,
    Shown.SHORTENED: _start,
    Shown.HIDDEN: _hidden,
}

__all__ = ["InspectedElement", "InspectedFault", "Inspection", "inspect"]

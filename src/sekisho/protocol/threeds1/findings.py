"""Holds a message against the table and notes everything that is wrong with it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from lxml import etree

from sekisho.protocol.threeds1.rows import Row, rows_in
from sekisho.protocol.threeds1.safe_xml import inner_xml
from sekisho.protocol.threeds1.vocabulary import VERSION, ErrorCode, MessageName

REPORTED_FIRST: Final = (
    ErrorCode.ROOT_INVALID,
    ErrorCode.MESSAGE_UNDEFINED,
    ErrorCode.VERSION_TOO_OLD,
    ErrorCode.ELEMENT_MISSING,
    ErrorCode.EXTENSION_NOT_RECOGNISED,
    ErrorCode.FORMAT_INVALID,
)
"""An Error reports one code; where a message has several faults, the earliest of these."""


class Finding(NamedTuple):
    """One rule that a message breaks."""

    code: ErrorCode
    element: str
    """As `Purchase.xid`; for what is unknown, the element that holds it."""
    rule: str


def findings_in(
    body: etree._Element, name: MessageName, understood: Collection[str] = ()
) -> Iterator[Finding]:
    """Hold the element inside `Message` against the table."""
    yield from _inside(body, rows_in(name), "", body)
    yield from _version(body, name)
    for extension in body.iterchildren("Extension"):
        if extension.get("critical") == "true" and extension.get("id") not in understood:
            rule = "a critical extension is known to whoever reads it"
            yield Finding(ErrorCode.EXTENSION_NOT_RECOGNISED, "Extension", rule)


def verdict(findings: Iterable[Finding]) -> tuple[ErrorCode, tuple[str, ...]] | None:
    """Give the one code to report, with every element that it concerns; None: nothing is wrong."""
    by_code: dict[ErrorCode, dict[str, None]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, {})[finding.element] = None
    return next(
        ((code, tuple(by_code[code])) for code in REPORTED_FIRST if code in by_code),
        None,
    )


def _version(body: etree._Element, name: MessageName) -> Iterator[Finding]:
    """Compare the version; an Error is read whatever it says, for it ends a transaction."""
    given = body.findtext("version") or ""
    row = next(row for row in rows_in(name) if row.name == "version")
    if given == VERSION or name is MessageName.ERROR or not row.element.fits(given):
        return
    older = _numbers(given) < _numbers(VERSION)
    code = ErrorCode.VERSION_TOO_OLD if older else ErrorCode.FORMAT_INVALID
    yield Finding(code, "version", f"the version is {VERSION}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _inside(
    element: etree._Element, rows: tuple[Row, ...], path: str, body: etree._Element
) -> Iterator[Finding]:
    """Judge what stands inside one element."""
    here = path or str(body.tag)
    yield from _strangers(element, rows, here)
    found: dict[str, list[etree._Element]] = {}
    for child in element:
        found.setdefault(str(child.tag), []).append(child)
    for row in rows:
        at = f"{path}.{row.name}" if path else row.name
        if row.element.attribute:
            yield from _text(row, element.get(row.name), at)
        elif row.is_content:
            yield from _text(row, inner_xml(element), here)
        else:
            yield from _children(row, found.get(row.name, []), at, body)


def _strangers(element: etree._Element, rows: tuple[Row, ...], here: str) -> Iterator[Finding]:
    """Find what the table does not know: attributes, elements, and text between elements."""
    attributes = {row.name for row in rows if row.element.attribute}
    if not attributes.issuperset(str(name) for name in element.attrib):
        yield Finding(ErrorCode.FORMAT_INVALID, here, "no attribute but those of the table")
    if any(row.is_content for row in rows):
        return
    known = {row.name for row in rows if not row.element.attribute}
    if any(child.tag not in known for child in element):
        yield Finding(ErrorCode.FORMAT_INVALID, here, "no element but those of the table")
    if has_text(element):
        yield Finding(ErrorCode.FORMAT_INVALID, here, "no text between its elements")


def has_text(element: etree._Element) -> bool:
    """Tell whether there is more than white space between the elements inside an element."""
    texts = (element.text, *(child.tail for child in element))
    return any(text is not None and text.strip(" \t\r\n") for text in texts)


def _children(
    row: Row, found: list[etree._Element], at: str, body: etree._Element
) -> Iterator[Finding]:
    """Judge presence and number of one element, then each occurrence."""
    if not found:
        needed = row.element.needed
        if row.required:
            yield Finding(ErrorCode.ELEMENT_MISSING, at, "required")
        elif needed is not None and needed.decide(body.findtext(needed.path)):
            yield Finding(ErrorCode.ELEMENT_MISSING, at, f"required when {needed.text}")
        return
    allowed = row.element.allowed
    if allowed is not None and allowed.decide(body.findtext(allowed.path)) is False:
        yield Finding(ErrorCode.FORMAT_INVALID, at, f"only when {allowed.text}")
    if len(found) > 1 and not row.many:
        yield Finding(ErrorCode.FORMAT_INVALID, at, "once only")
    for each in found:
        if row.is_object:
            yield from _inside(each, row.children, at, body)
        elif len(each) or each.attrib:
            yield Finding(ErrorCode.FORMAT_INVALID, at, "text only: no element and no attribute")
        else:
            yield from _text(row, each.text or "", at)


def _text(row: Row, text: str | None, at: str) -> Iterator[Finding]:
    """Judge one text; an empty one is missing where it is required, and else in a wrong format."""
    if not text and row.required:
        yield Finding(ErrorCode.ELEMENT_MISSING, at, "required")
    elif text is None or not row.element.fits(text):
        yield Finding(ErrorCode.FORMAT_INVALID, at, row.element.rule)

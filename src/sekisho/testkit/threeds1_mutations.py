"""Breaks exactly one rule of a sound message of 3-D Secure 1.0.2, and knows the error that must follow.

Derived from the table: what it requires is taken away, what it bounds is overstepped.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Final, NamedTuple

from lxml import etree

from sekisho.protocol.threeds1 import ErrorCode, Message
from sekisho.protocol.threeds1.element import Format
from sekisho.protocol.threeds1.messages import tree_of
from sekisho.protocol.threeds1.records import Body
from sekisho.protocol.threeds1.rows import Row, rows_in

Edit = Callable[[etree._Element], object]


class Mutation(NamedTuple):
    """A message with one rule broken."""

    rule: str
    """What was done to it."""
    xml: bytes
    error_code: ErrorCode
    elements: tuple[str, ...]


def mutations(message: Message[Body]) -> Iterator[Mutation]:
    """Break every rule that can be broken in this message, one at a time."""
    root = tree_of(message)
    body = root[0][0]
    for target, edit, rule, code, name in (*_around(root), *_inside(body, message)):
        copy = deepcopy(root)
        edit(list(copy.iter())[list(root.iter()).index(target)])
        yield Mutation(f"{name}: {rule}", etree.tostring(copy), code, (name,))


_Step = tuple[etree._Element, Edit, str, ErrorCode, str]


def _around(root: etree._Element) -> Iterator[_Step]:
    """Break the envelope."""
    envelope, body = root[0], root[0][0]
    yield root, _renamed("Other"), "another root", ErrorCode.ROOT_INVALID, "ThreeDSecure"
    yield root, _marked, "an attribute", ErrorCode.ROOT_INVALID, "ThreeDSecure"
    yield envelope, _renamed("Other"), "no message", ErrorCode.MESSAGE_UNDEFINED, "ThreeDSecure"
    yield envelope, _removed, "nothing", ErrorCode.ELEMENT_MISSING, "Message"
    yield body, _renamed("PAReqs"), "no known message", ErrorCode.MESSAGE_UNDEFINED, "Message"
    yield body, _removed, "nothing", ErrorCode.MESSAGE_UNDEFINED, "Message"
    yield body, _repeated, "twice", ErrorCode.MESSAGE_UNDEFINED, "Message"
    yield envelope, _marked, "an attribute", ErrorCode.FORMAT_INVALID, "Message"
    yield envelope, _spoken, "text", ErrorCode.FORMAT_INVALID, "Message"
    yield envelope, _unnamed, "no id", ErrorCode.ELEMENT_MISSING, "Message.id"
    yield envelope, _repeated, "an id twice", ErrorCode.FORMAT_INVALID, "Message.id"
    for bad in ("a b", "#", "x" * 129):
        yield envelope, _valued("id", bad), bad, ErrorCode.FORMAT_INVALID, "Message.id"


def _inside(body: etree._Element, message: Message[Body]) -> Iterator[_Step]:
    """Break the message itself."""
    yield from _object(body, rows_in(message.name), "", body)
    for version in body.iterfind("version") if message.name != "Error" else ():
        yield version, _texted("1.0.1"), "older", ErrorCode.VERSION_TOO_OLD, "version"
        yield version, _texted("1.0.3"), "newer", ErrorCode.FORMAT_INVALID, "version"
    for extension in body.iterchildren("Extension"):
        code = ErrorCode.EXTENSION_NOT_RECOGNISED
        yield extension, _critical, "critical", code, "Extension"


def _object(
    element: etree._Element, rows: tuple[Row, ...], path: str, body: etree._Element
) -> Iterator[_Step]:
    here = path or str(body.tag)
    yield element, _marked, "an attribute", ErrorCode.FORMAT_INVALID, here
    if not any(row.is_content for row in rows):
        yield element, _extended, "an unknown element", ErrorCode.FORMAT_INVALID, here
        yield element, _spoken, "text", ErrorCode.FORMAT_INVALID, here
    for row in rows:
        at = f"{path}.{row.name}" if path else row.name
        if row.element.attribute:
            yield element, _without(row.name), "missing", ErrorCode.ELEMENT_MISSING, at
            yield element, _valued(row.name, ""), "empty", ErrorCode.ELEMENT_MISSING, at
            yield element, _valued(row.name, "£"), "£", ErrorCode.FORMAT_INVALID, at
        elif row.is_content:
            yield element, _texted("x" * 4097), "too long", ErrorCode.FORMAT_INVALID, here
        else:
            yield from _member(element, row, at, body)


def _member(element: etree._Element, row: Row, at: str, body: etree._Element) -> Iterator[_Step]:
    found = element.findall(row.name)
    allowed, needed = row.element.allowed, row.element.needed
    if allowed is not None and allowed.decide(body.findtext(allowed.path)) is False:
        good = next(iter(row.element.codes), _GOOD.get(row.element.format, "good"))
        inserted = _appended(row.name, "" if row.is_object else good)
        if not row.is_object:
            yield element, inserted, "not allowed", ErrorCode.FORMAT_INVALID, at
    called = needed is not None and bool(needed.decide(body.findtext(needed.path)))
    for each in found:
        if row.required or (called and len(found) == 1):
            yield each, _removed, "missing", ErrorCode.ELEMENT_MISSING, at
        if not row.many:
            yield each, _repeated, "twice", ErrorCode.FORMAT_INVALID, at
        if row.is_object:
            yield from _object(each, row.children, at, body)
        else:
            yield from _leaf(each, row, at)


def _leaf(element: etree._Element, row: Row, at: str) -> Iterator[_Step]:
    yield element, _marked, "an attribute", ErrorCode.FORMAT_INVALID, at
    yield element, _extended, "an element inside", ErrorCode.FORMAT_INVALID, at
    empty = ErrorCode.ELEMENT_MISSING if row.required else ErrorCode.FORMAT_INVALID
    yield element, _texted(""), "empty", empty, at
    most = row.element.size[1]
    for bad in ("\t", "£" if row.element.format is not Format.TEXT else "\n", "9" * (most + 1)):
        if not row.element.fits(bad):
            yield element, _texted(bad), repr(bad[:20]), ErrorCode.FORMAT_INVALID, at
    if row.element.size[0] > 1:
        bad = (element.text or "")[1:]
        if not row.element.fits(bad):
            yield element, _texted(bad), "too short", ErrorCode.FORMAT_INVALID, at


_GOOD: Final = {
    Format.URL: "https://acs.example/",
    Format.TWENTY_BYTES: "A" * 27 + "=",
    Format.DIGITS: "05",
}


def _renamed(name: str) -> Edit:
    return lambda element: setattr(element, "tag", name)


def _texted(text: str) -> Edit:
    return lambda element: setattr(element, "text", text)


def _valued(name: str, value: str) -> Edit:
    return lambda element: element.set(name, value)


def _without(name: str) -> Edit:
    return lambda element: element.attrib.pop(name)


def _appended(name: str, text: str) -> Edit:
    def edit(element: etree._Element) -> None:
        etree.SubElement(element, name).text = text

    return edit


def _marked(element: etree._Element) -> None:
    element.set("mark", "x")


def _unnamed(element: etree._Element) -> None:
    del element.attrib["id"]


def _removed(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _repeated(element: etree._Element) -> None:
    element.addnext(deepcopy(element))


def _extended(element: etree._Element) -> None:
    etree.SubElement(element, "stranger")


def _spoken(element: etree._Element) -> None:
    element.text = "words"


def _critical(element: etree._Element) -> None:
    element.set("critical", "true")

"""Reads XML that a stranger sent, and nothing that XML can do besides carrying elements and text.

No document type, and so no entities, no defaults, no external anything; no comments or processing
instructions, which could split a text into what is checked and what is used; UTF-8 only; bounded in
bytes, elements and attributes before a tree is built, and in depth after. One error: ThreeDS1Fault 1.
"""

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.vocabulary import ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a document is read at all."""

    octets: int
    tags: int
    """Start and end tags together; an empty-element tag is both."""
    attributes: int
    """Equals signs, which bound the attributes."""
    depth: int


MESSAGE_LIMITS: Final = Limits(octets=64 * 1024, tags=1000, attributes=1000, depth=16)
"""Larger than any honest message; a PARes with its certificates has less than 12 KiB."""

RANGES_LIMITS: Final = Limits(octets=8 * 1024 * 1024, tags=800_000, attributes=1000, depth=16)
"""For a CRRes: a hundred thousand card ranges."""


def read_xml(data: bytes, limits: Limits = MESSAGE_LIMITS) -> etree._Element:
    """Give the root element of a document; raises ThreeDS1Fault 1 and nothing else."""
    if len(data) > limits.octets:
        raise unreadable(f"{len(data)} bytes; the limit is {limits.octets}")
    text = _text(data)
    declared = _DECLARATION.match(text)
    if declared is not None:
        text = text[declared.end() :]
    _refuse_markup(text)
    tags = text.count("<") + text.count("/>")
    if tags > limits.tags or text.count("=") > limits.attributes:
        raise unreadable("more elements or attributes than any message has")
    try:
        root = etree.fromstring(text.encode("utf-8"), safe_parser())
    except etree.XMLSyntaxError as error:
        # The parser's own words may quote the document: they are not passed on.
        raise unreadable("not well-formed") from error
    _refuse_depth(root, limits.depth)
    return root


def inner_xml(element: etree._Element) -> str:
    """Write what is inside an element, as it would be read again."""
    bare = etree.Element("x")
    bare.text = element.text
    bare.extend(deepcopy(child) for child in element)
    text = etree.tostring(bare, encoding="unicode")
    return "" if text == "<x/>" else text.removeprefix("<x>").removesuffix("</x>")


def unreadable(reason: str) -> ThreeDS1Fault:
    """Make the fault for what is no document of 1.0.2."""
    return ThreeDS1Fault(ErrorCode.ROOT_INVALID, elements=("ThreeDSecure",), reason=reason)


def _text(data: bytes) -> str:
    """Decode UTF-8 and nothing else: in UTF-16 or UTF-7 a document type would look harmless."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable("not UTF-8") from error


_DECLARATION: Final = re.compile(
    r"""<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')"""
    r"""(?:\s+encoding\s*=\s*(?:"(?i:utf-8)"|'(?i:utf-8)'))?"""
    r"""(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>""",
    re.ASCII,
)
_FORBIDDEN: Final = re.compile(r"<[?]|<!(?!\[CDATA\[)")
"""Everything that begins like a declaration, an instruction or a comment, wherever it stands."""


def _refuse_markup(text: str) -> None:
    if _FORBIDDEN.search(text):
        raise unreadable("a document type, comment, instruction or foreign encoding")


def _refuse_depth(root: etree._Element, most: int) -> None:
    level = [root]
    for _ in range(most):
        level = [child for element in level for child in element]
    if level:
        raise unreadable(f"nested deeper than {most}")


def safe_parser() -> etree.XMLParser:
    """Make a parser that fetches, replaces and repairs nothing; one for each document, for a lock."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        strip_cdata=True,
    )

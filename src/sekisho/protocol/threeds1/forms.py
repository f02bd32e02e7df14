"""What the browser carries: PaReq and PaRes deflated in base64, MD and TermUrl beside them.

Protocol facts, sections 12.1 and 12.2. The browser belongs to whoever holds the card: every field
may have been changed on the way.
"""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.checks import well_formed
from sekisho.protocol.elements import Shape
from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.safe_xml import MESSAGE_LIMITS, unreadable
from sekisho.protocol.threeds1.vocabulary import ErrorCode
from sekisho.protocol.threeds_method import is_safe_url

INFLATED_BYTES_MAX: Final = MESSAGE_LIMITS.octets
"""A bomb stays folded: nothing beyond this is ever inflated."""

FIELD_CHARACTERS_MAX: Final = INFLATED_BYTES_MAX * 3 // 2
"""PaReq and PaRes with line breaks: base64 of what could not be deflated at all still fits."""

MD_CHARACTERS_MAX: Final = 254
"""Recommended for whoever writes one."""

MD_CHARACTERS_READ: Final = 2048
"""More than recommended is given back all the same: it is the merchant's, not ours."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RequestForm:
    """What the browser posts to the ACS: fields PaReq, TermUrl, MD."""

    pareq: bytes
    """XML, to be parsed."""
    term_url: str
    """Where the browser takes the PaRes: https, or http to loopback."""
    md: str
    """The merchant's own data, given back letter for letter."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ResponseForm:
    """What the browser posts to TermUrl: fields PaRes, MD."""

    pares: bytes
    """XML, to be verified."""
    md: str


def inflated(text: str) -> bytes:
    """Read the value of a PaReq or PaRes field; raises ThreeDS1Fault 1 and nothing else."""
    if len(text) > FIELD_CHARACTERS_MAX:
        raise unreadable("a form field longer than any message")
    try:
        data = base64.b64decode(text.translate(_LINE_BREAKS), validate=True)
    except ValueError as error:
        # Of which binascii.Error is one; the other is for characters beyond ASCII.
        raise unreadable("a form field that is not base64") from error
    stream = zlib.decompressobj()
    try:
        xml = stream.decompress(data, INFLATED_BYTES_MAX + 1)
    except zlib.error as error:
        raise unreadable("a form field that is not deflated") from error
    if len(xml) > INFLATED_BYTES_MAX:
        raise unreadable("a form field that inflates beyond any message")
    if not stream.eof or stream.unused_data:
        raise unreadable("a form field that is cut off, or goes on behind its end")
    return xml


def deflated(xml: bytes) -> str:
    """Write the value of a PaReq or PaRes field; raises Misuse for more than a message."""
    if len(xml) > INFLATED_BYTES_MAX:
        raise Misuse(f"a message of {len(xml)} bytes; {INFLATED_BYTES_MAX} fit")
    return base64.b64encode(zlib.compress(xml, 9)).decode("ascii")


def write_request_form(form: RequestForm) -> dict[str, str]:
    """Give the fields that take a PAReq to the ACS; raises Misuse for a bad TermUrl or MD."""
    if not is_safe_url(form.term_url):
        raise Misuse("the TermUrl is neither https nor http to loopback")
    return {"PaReq": deflated(form.pareq), "TermUrl": form.term_url, "MD": _own_md(form.md)}


def read_request_form(fields: Mapping[str, str]) -> RequestForm:
    """Read the fields as the ACS; raises ThreeDS1Fault: 3 for a missing field, 5 for a bad one."""
    pareq = _field(fields, "PaReq")
    term_url = _field(fields, "TermUrl")
    if not is_safe_url(term_url):
        raise ThreeDS1Fault(ErrorCode.FORMAT_INVALID, elements=("TermUrl",))
    return RequestForm(pareq=inflated(pareq), term_url=term_url, md=_md(fields))


def write_response_form(form: ResponseForm) -> dict[str, str]:
    """Give the fields that take a PARes to TermUrl; the MD is the merchant's, as it came."""
    return {"PaRes": deflated(form.pares), "MD": form.md}


def read_response_form(fields: Mapping[str, str]) -> ResponseForm:
    """Read the fields as the MPI; raises ThreeDS1Fault: 3 for a missing field, 5 for a bad one."""
    return ResponseForm(pares=inflated(_field(fields, "PaRes")), md=_md(fields))


_LINE_BREAKS: Final = {ord("\r"): None, ord("\n"): None}


def _field(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name)
    if not value:
        raise ThreeDS1Fault(ErrorCode.ELEMENT_MISSING, elements=(name,))
    return value


def _md(fields: Mapping[str, str]) -> str:
    """Read MD, which may be empty but must be safe to write into a form again."""
    md = fields.get("MD", "")
    if len(md) > MD_CHARACTERS_READ or not well_formed(Shape.ASCII, md):
        raise ThreeDS1Fault(ErrorCode.FORMAT_INVALID, elements=("MD",))
    return md


def _own_md(md: str) -> str:
    if len(md) > MD_CHARACTERS_MAX or not well_formed(Shape.ASCII, md):
        raise Misuse(f"an MD is printable ASCII of at most {MD_CHARACTERS_MAX} characters")
    return md

"""Looks into the elements that are messages of their own: signed contents and device data."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sekisho.protocol.codec import read_object
from sekisho.protocol.elements import BY_NAME, Element, Kind
from sekisho.protocol.explanation.explained import ExplainedElement
from sekisho.protocol.explanation.keys import Keys, Trust
from sekisho.protocol.explanation.listing import listed_by, unlisted
from sekisho.protocol.explanation.masking import masked
from sekisho.protocol.explanation.tokens import (
    Mismatch,
    Signed,
    certificates_in,
    open_sdk_data,
    read_signed,
)
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.jose.compact import Concern
from sekisho.protocol.jose.signed_content import ACS_CONCERN, SDK_SERVER_CONCERN
from sekisho.protocol.threeds_method import is_safe_url
from sekisho.protocol.vocabulary import Json


class Means(NamedTuple):
    """What a caller has to open and to trust things with."""

    keys: Keys = Keys()
    trust: Trust | None = None
    directory_server_id: str | None = None


class Look(NamedTuple):
    """What was seen inside an element."""

    children: tuple[ExplainedElement, ...] = ()
    remark: str = ""
    mismatches: tuple[Mismatch, ...] = ()


def looked_into(
    elements: tuple[ExplainedElement, ...],
    members: Mapping[str, Json],
    asked: Mapping[str, Json] | None,
    means: Means,
) -> tuple[tuple[ExplainedElement, ...], list[Mismatch]]:
    """Put what elements hold inside below them; give what is wrong with it besides."""
    looks = {
        name: look(value, members, asked, means)
        for name, look in _LOOKS.items()
        if isinstance(value := members.get(name), str) and value
    }
    found = tuple(_with(each, looks.get(each.name, Look())) for each in elements)
    return found, [each for look in looks.values() for each in look.mismatches]


def header_elements(header: Mapping[str, Json]) -> ExplainedElement:
    """List the header of a token."""
    plain = {name: value for name, value in header.items() if name != "x5c"}
    signers = tuple(
        replace(unlisted(f"x5c[{at}]", text, ""), title="Certificate")
        for at, text in enumerate(certificates_in(header.get("x5c")), start=1)
    )
    return ExplainedElement(
        name="header", value=None, title="Header of the token", inclusion=None, meaning=None,
        remark="", children=(*_plainly(listed_by(_HEADER, plain)), *signers),
    )  # fmt: skip


def device_elements(info: Mapping[str, Json]) -> tuple[ExplainedElement, ...]:
    """List what an SDK says of a device."""
    lacking = info.get("DPNA")
    names = lacking if isinstance(lacking, dict) else {}
    reasons = tuple(Element(name=name, codes=_NOT_AVAILABLE) for name in names)
    rows = {**_DEVICE, "DPNA": replace(_DEVICE["DPNA"], children=reasons)}
    return _plainly(listed_by(rows, info))


def signed_elements(name: str, content: Signed) -> tuple[ExplainedElement, ...]:
    """List a signed content: its header, then what it says."""
    row = BY_NAME.get(name)
    rows = {child.name: child for child in row.children} if row is not None else {}
    return (header_elements(content.header), *listed_by(rows, content.members))


def trusted_words(content: Signed, trust: Trust | None) -> str:
    """Say whether a signature was verified."""
    if trust is None:
        return "signature not verified: no root was given"
    if content.distrust:
        return f"signature not trusted: {content.distrust}"
    return f"signature verified, certificates valid on {trust.at:%Y-%m-%d}"


def _with(element: ExplainedElement, look: Look) -> ExplainedElement:
    if not look.children and not look.remark:
        return element
    remark = "; ".join(filter(None, (element.remark, masked(look.remark))))
    value = None if look.children else element.value
    return replace(element, value=value, remark=remark, children=look.children)


def _plainly(elements: tuple[ExplainedElement, ...]) -> tuple[ExplainedElement, ...]:
    """Take off the inclusion: what is no element of the table has none."""
    return tuple(
        replace(each, inclusion=None, children=_plainly(each.children)) for each in elements
    )


def _acs_content(
    text: str, _members: Mapping[str, Json], asked: Mapping[str, Json] | None, means: Means
) -> Look:
    sent = asked.get("sdkEphemPubKey") if asked is not None else None
    expected = {"sdkEphemPubKey": sent} if isinstance(sent, dict) else {}
    return _signed("acsSignedContent", text, ACS_CONCERN, expected, means)


def _sdk_server_content(
    text: str, members: Mapping[str, Json], _asked: Mapping[str, Json] | None, means: Means
) -> Look:
    said = ("sdkTransID", "sdkReferenceNumber")
    expected = {name: members[name] for name in said if isinstance(members.get(name), str)}
    return _signed("sdkServerSignedContent", text, SDK_SERVER_CONCERN, expected, means)


def _signed(
    name: str, text: str, concern: Concern, expected: Mapping[str, Json], means: Means
) -> Look:
    try:
        content = read_signed(text, concern, means.trust)
    except ProtocolFault as fault:
        wrong = Mismatch(fault.error_code, name, "a signed object (JWS)", fault.error_detail)
        # Without a root nobody asked for the signature, and the table has judged the text.
        judged = (wrong,) if means.trust is not None else ()
        return Look(remark=f"cannot be read: {fault.error_detail}", mismatches=judged)
    return Look(
        signed_elements(name, content),
        trusted_words(content, means.trust),
        tuple(signed_faults(name, content, expected)),
    )


def signed_faults(name: str, content: Signed, expected: Mapping[str, Json]) -> Iterator[Mismatch]:
    """Give what a receiver refuses of a signed content, as 308."""
    code = ErrorCode.SIGNATURE_INVALID
    if content.distrust:
        wanted = "a signature whose certificates lead to the root"
        yield Mismatch(code, name, wanted, content.distrust)
    for member, value in expected.items():
        if not _same(content.members.get(member), value):
            wanted = f"the {member} of the transaction"
            yield Mismatch(code, f"{name}.{member}", wanted, "another, or none")
    url = content.members.get("acsURL")
    if name == "acsSignedContent" and not (isinstance(url, str) and is_safe_url(url)):
        wanted = "an https address that an SDK may call"
        yield Mismatch(code, f"{name}.acsURL", wanted, "none such")


def _same(found: Json, expected: Json) -> bool:
    if isinstance(found, str) and isinstance(expected, str):
        return found.lower() == expected.lower()
    if isinstance(found, dict) and isinstance(expected, dict):
        return all(found.get(name) == expected.get(name) for name in ("kty", "crv", "x", "y"))
    return False


def _sdk_data(
    text: str, _members: Mapping[str, Json], _asked: Mapping[str, Json] | None, means: Means
) -> Look:
    if not means.keys:
        return Look(remark="encrypted for the Directory Server; no key was given")
    try:
        info = open_sdk_data(text, means.keys, means.directory_server_id)
    except ProtocolFault as fault:
        wanted = "device data encrypted for the key that was given"
        wrong = Mismatch(fault.error_code, "sdkEncData", wanted, fault.error_detail)
        return Look(remark=f"not opened: {fault.error_detail}", mismatches=(wrong,))
    return Look(device_elements(info), "opened")


def _device_info(
    text: str, _members: Mapping[str, Json], _asked: Mapping[str, Json] | None, _means: Means
) -> Look:
    """Read deviceInfo, JSON in base64url; what is something else is shown as it is."""
    try:
        return Look(device_elements(read_object(from_base64url(text))))
    except ProtocolFault:
        return Look()


_LOOKS: Final = {
    "acsSignedContent": _acs_content,
    "sdkServerSignedContent": _sdk_server_content,
    "sdkEncData": _sdk_data,
    "deviceInfo": _device_info,
}
_HEADER: Final = {
    row.name: row
    for row in (
        Element(
            name="alg", title="Algorithm",
            codes={
                "dir": "under the session key itself", "RSA-OAEP-256": "to an RSA key",
                "ECDH-ES": "to a key on P-256", "PS256": "signed with an RSA key",
                "ES256": "signed with a key on P-256",
            },
        ),
        Element(
            name="enc", title="Content encryption",
            codes={
                "A128CBC-HS256": "AES-128-CBC with HMAC-SHA-256",
                "A128GCM": "AES-128-GCM, the IV counts",
            },
        ),
        Element(name="kid", title="Key: acsTransID, or the name of the directory's key"),
        Element(name="epk", title="Ephemeral public key", kind=Kind.OBJECT),
    )
}  # fmt: skip
_NOT_AVAILABLE: Final = {
    "RE01": "market or regional restriction",
    "RE02": "not supported by the platform version, or no more",
    "RE03": "no permission",
    "RE04": "null or empty",
}
"""Protocol facts, section 5.1."""
_DEVICE: Final = {
    row.name: row
    for row in (
        Element(name="DV", title="Version of the device data"),
        Element(name="DD", title="Device data, by parameter", kind=Kind.OBJECT),
        Element(name="DPNA", title="Parameters not available, and why", kind=Kind.OBJECT),
        Element(name="SW", title="Security warnings", kind=Kind.ARRAY),
    )
}

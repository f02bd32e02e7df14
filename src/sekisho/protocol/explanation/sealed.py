"""Explains tokens: a message out of a JWE, or the token itself where it is no message."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sekisho.protocol.explanation.explained import ExplainedElement, Explanation, NoMessage
from sekisho.protocol.explanation.inner import (
    Means,
    device_elements,
    header_elements,
    signed_elements,
    signed_faults,
    trusted_words,
)
from sekisho.protocol.explanation.tokens import (
    Mismatch,
    mismatches,
    open_challenge,
    open_sdk_data,
    read_signed,
)
from sekisho.protocol.explanation.told import Findings, as_noted
from sekisho.protocol.explanation.unwrapping import Token, Unwrapped, members_in
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.jose.signed_content import ACS_CONCERN, SDK_SERVER_CONCERN


class Unsealed(NamedTuple):
    """A message, and what is wrong with the JWE that it came in."""

    message: Unwrapped
    mismatched: tuple[Mismatch, ...] = ()


def unsealed(token: Token, means: Means) -> Unsealed | Explanation:
    """Open a token; what is no message of its own is explained. Raises NoMessage without a key."""
    if not token.encrypted:
        return _signed(token, means)
    if not means.keys:
        raise NoMessage(
            "an encrypted message (JWE): its content cannot be told without the key of the "
            "challenge or of the Directory Server"
        )
    return _challenge(token, means) if token.header.get("alg") == "dir" else _device(token, means)


def _challenge(token: Token, means: Means) -> Unsealed | Explanation:
    came_as = f"{token.came_as}JWE"
    try:
        opened = open_challenge(token.text, means.keys)
    except ProtocolFault as fault:
        wrong = Mismatch(fault.error_code, "", "a message encrypted as agreed", fault.error_detail)
        elements = (header_elements(token.header),)
        return _explained(came_as, "an encrypted message (JWE)", elements, (wrong,))
    words = f"{came_as} ({opened.jwe.enc.value}), with EMV 3DS JSON"
    message = members_in(opened.plaintext, words)
    return Unsealed(message, tuple(mismatches(opened, message.members)))


def _device(token: Token, means: Means) -> Explanation:
    came_as, header = f"{token.came_as}JWE", header_elements(token.header)
    try:
        info = open_sdk_data(token.text, means.keys, means.directory_server_id)
    except ProtocolFault as fault:
        wrong = Mismatch(
            fault.error_code, "sdkEncData", "device data for the given key", fault.error_detail
        )
        return _explained(came_as, _DEVICE_DATA, (header,), (wrong,))
    return _explained(came_as, _DEVICE_DATA, (header, *device_elements(info)), ())


_DEVICE_DATA: Final = "sdkEncData: device data for the Directory Server"


def _signed(token: Token, means: Means) -> Explanation:
    try:
        content = read_signed(token.text, ACS_CONCERN, means.trust)
    except ProtocolFault as fault:
        raise NoMessage(f"a signed object (JWS); {fault.error_detail}") from fault
    for concern, names in _SIGNED.items():
        if names & set(content.members):
            name = concern.subject
            came_as = f"{token.came_as}JWS; {trusted_words(content, means.trust)}"
            wrong = signed_faults(name, content, {})
            return _explained(came_as, name, signed_elements(name, content), wrong)
    raise NoMessage("a signed object (JWS) that holds nothing of EMV 3DS")


_SIGNED: Final = {
    SDK_SERVER_CONCERN: {"sdkSignatureTimestamp", "splitSdkServerID"},
    ACS_CONCERN: {"acsEphemPubKey", "acsURL"},
}
"""By which members each signed content is told."""


def _explained(
    came_as: str,
    subject: str,
    elements: tuple[ExplainedElement, ...],
    wrong: Iterable[Mismatch],
) -> Explanation:
    told = Findings(first=[as_noted(each) for each in wrong], judged={}, last=[])
    return Explanation(
        came_as=came_as, subject=subject, message_type=None, message_version=None, read_as=None,
        listed_by=None, channel=None, category=None, receiver=None, elements=elements,
        faults=told.faults(), reported=told.reported(),
    )  # fmt: skip

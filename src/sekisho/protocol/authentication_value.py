"""Authentication values: the proof an ACS makes and the authorization host verifies.

Brands keep their layouts to themselves (protocol facts, section 11); this one is ours. Twenty
octets, written as 28 characters of base64, the form that 2.1 and 2.2 prescribe:

    octet  0      version of the layout (high nibble: 1) and status (low: 1 full, 2 attempt)
    octet  1      key indicator: which of the shared keys made it
    octets 2-5    unpredictable number, chosen by the caller
    octets 6-19   HMAC-SHA-256, its first 14 octets, over the octets before and the bound facts

Bound are card number, dsTransID, amount, currency and merchant: a value stolen from one purchase
proves nothing about another. A field's length stands before it, so that no two sets of facts give
the same input.
"""

import base64
import binascii
import hmac
from typing import Final, Literal, Protocol, TypeAlias

from sekisho.kernel.errors import Misuse

Status: TypeAlias = Literal["full", "attempt"]


class Mac(Protocol):
    """HMAC-SHA-256 under the key that ACS and authorization host share."""

    def mac(self, data: bytes) -> bytes:
        """Give the authentication code of the data."""
        ...


OCTETS: Final = 20
CHARACTERS: Final = 28
UNPREDICTABLE_OCTETS: Final = 4
MAC_OCTETS: Final = 14
_LAYOUT: Final = 1
_FULL: Final = 1
_ATTEMPT: Final = 2
_STATUSES: Final[dict[int, Status]] = {_FULL: "full", _ATTEMPT: "attempt"}
_HEAD_OCTETS: Final = 2 + UNPREDICTABLE_OCTETS


def make(
    mac: Mac,
    *,
    acct_number: str,
    ds_trans_id: str,
    amount_minor: int,
    currency_number: str,
    acquirer_merchant_id: str,
    attempt: bool,
    unpredictable: bytes,
    key_indicator: int = 1,
) -> str:
    """Make the value for one authentication; the unpredictable number is four random octets."""
    if len(unpredictable) != UNPREDICTABLE_OCTETS:
        raise Misuse(f"the unpredictable number has {UNPREDICTABLE_OCTETS} octets")
    head = bytes((_LAYOUT << 4 | (_ATTEMPT if attempt else _FULL), key_indicator)) + unpredictable
    facts = _bound(acct_number, ds_trans_id, amount_minor, currency_number, acquirer_merchant_id)
    return base64.b64encode(head + mac.mac(head + facts)[:MAC_OCTETS]).decode("ascii")


def verify(
    mac: Mac,
    value: str,
    *,
    acct_number: str,
    ds_trans_id: str,
    amount_minor: int,
    currency_number: str,
    acquirer_merchant_id: str,
    key_indicator: int = 1,
) -> Status | None:
    """Tell what a value proves about these facts; None: nothing. Takes the same time either way."""
    octets = octets_of(value)
    if octets is None:
        return None
    head, tag = octets[:_HEAD_OCTETS], octets[_HEAD_OCTETS:]
    facts = _bound(acct_number, ds_trans_id, amount_minor, currency_number, acquirer_merchant_id)
    genuine = hmac.compare_digest(mac.mac(head + facts)[:MAC_OCTETS], tag)
    ours = head[0] >> 4 == _LAYOUT and head[1] == key_indicator
    return _STATUSES.get(head[0] & 0x0F) if genuine and ours else None


def octets_of(value: str) -> bytes | None:
    """Give the twenty octets of an authentication value; None when it is not in that form."""
    if len(value) != CHARACTERS or not value.isascii():
        return None
    try:
        octets = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    # Two texts must not stand for one value: unused bits have to be zero.
    well_made = len(octets) == OCTETS and base64.b64encode(octets).decode("ascii") == value
    return octets if well_made else None


def _bound(
    acct_number: str,
    ds_trans_id: str,
    amount_minor: int,
    currency_number: str,
    acquirer_merchant_id: str,
) -> bytes:
    fields = (
        acct_number,
        ds_trans_id.lower(),
        str(amount_minor),
        currency_number,
        acquirer_merchant_id,
    )
    return b"".join(
        len(octets).to_bytes(2, "big") + octets for octets in (field.encode() for field in fields)
    )

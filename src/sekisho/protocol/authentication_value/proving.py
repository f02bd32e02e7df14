"""Values made and verified: by the ACS for a purchase, by the authorization host for a payment."""

import base64
import hmac

from sekisho.kernel.errors import Misuse
from sekisho.protocol.authentication_value.binding import Facts
from sekisho.protocol.authentication_value.keys import KeyRing
from sekisho.protocol.authentication_value.layouts import (
    OCTETS,
    STATUSES,
    UNPREDICTABLE_OCTETS,
    Layout,
    Proof,
    Status,
    octets_of,
)


def issue(
    keys: KeyRing, proof: Proof, facts: Facts, *, layout: Layout, unpredictable: bytes
) -> str:
    """Make the value for one outcome; the unpredictable number is four random octets."""
    if len(unpredictable) != UNPREDICTABLE_OCTETS:
        raise Misuse(f"the unpredictable number has {UNPREDICTABLE_OCTETS} octets")
    head = layout.head(proof, keys.current, unpredictable)
    tag = _tag(keys, keys.current, head, facts)
    return base64.b64encode(head + tag).decode("ascii")


def prove(keys: KeyRing, value: str, facts: Facts, *, layout: Layout) -> Status | None:
    """Tell what a value proves about these facts: "full", "attempt", or None for nothing.

    Whatever the value: an answer. A code is compared in constant time, and computed for a value
    that can prove nothing, too: how long the answer takes tells a forger nothing.
    """
    octets = octets_of(value)
    if octets is None:
        return None
    proof, indicator = layout.proof(octets), layout.key_indicator(octets)
    known = indicator in keys.keys
    head, tag = octets[: layout.head_octets], octets[layout.head_octets :]
    made = _tag(keys, indicator if known else keys.current, head, facts)
    genuine = hmac.compare_digest(made, tag)
    return STATUSES[proof] if genuine and known and proof else None


def _tag(keys: KeyRing, indicator: int, head: bytes, facts: Facts) -> bytes:
    return keys.keys[indicator].mac(head + facts.octets())[: OCTETS - len(head)]

"""Authentication values: the proof an ACS makes and the authorization host verifies.

Brands keep their layouts to themselves (protocol facts, sections 11 and 13.10); these are ours, in
the outward form of theirs: twenty octets, 28 characters of base64, as 2.1 and 2.2 prescribe.

* `issue` and `prove` work in a brand's layout (`LAYOUTS`) under a ring of keys; a value made before
  the keys were changed is verified by the older key, whose indicator stands in it.
* `make` and `verify` are the same for one key and the plain layout.
* `electronic_commerce` has the ECI that goes with each outcome.
"""

from sekisho.protocol.authentication_value.binding import Facts
from sekisho.protocol.authentication_value.keys import KeyRing, Mac
from sekisho.protocol.authentication_value.layouts import (
    CHARACTERS,
    LAYOUTS,
    OCTETS,
    PLAIN,
    STATUSES,
    UNPREDICTABLE_OCTETS,
    Layout,
    Proof,
    Status,
    octets_of,
)
from sekisho.protocol.authentication_value.proving import issue, prove
from sekisho.protocol.authentication_value.single_key import make, verify

__all__ = [
    "CHARACTERS",
    "LAYOUTS",
    "OCTETS",
    "PLAIN",
    "STATUSES",
    "UNPREDICTABLE_OCTETS",
    "Facts",
    "KeyRing",
    "Layout",
    "Mac",
    "Proof",
    "Status",
    "issue",
    "make",
    "octets_of",
    "prove",
    "verify",
]

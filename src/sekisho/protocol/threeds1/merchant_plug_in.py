"""What the merchant plug-in makes and checks itself: xid, masked card number, the echo of a PARes.

Protocol facts, section 12.3. A genuine PARes is not yet the answer to our PAReq: the browser may bring
one of another purchase, of another merchant, or of a cheaper basket.
"""

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import Misuse
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.threeds1.faults import EchoDiffers
from sekisho.protocol.threeds1.messages import Message
from sekisho.protocol.threeds1.outcomes import outcome
from sekisho.protocol.threeds1.records import PAReq, PARes
from sekisho.protocol.threeds1.vocabulary import CavvAlgorithm, Enrolled

XID_OCTETS: Final = 20
SPA_BRANDS: Final = frozenset({Brand.MASTERCARD, Brand.MAESTRO})
"""Whose CAVV is made by Mastercard's SPA, and nobody else's."""


class LastFour(Protocol):
    """What must be known of a card number: `Pan` is one, and so is what is left of one at rest."""

    @property
    def last_four(self) -> str:
        """The last four digits."""
        ...


def check_pares(
    pares: Message[PARes], pareq: Message[PAReq], *, pan: LastFour, brand: Brand
) -> None:
    """Hold a verified PARes against the PAReq it must answer.

    Raises EchoDiffers, whose `elements` are all that differ; `outcome` tells what the answer is worth.
    """
    differing = tuple(differences(pares, pareq, pan=pan, brand=brand))
    if differing:
        raise EchoDiffers(differing, message_id=pares.id)


def differences(
    pares: Message[PARes], pareq: Message[PAReq], *, pan: LastFour, brand: Brand
) -> Iterator[str]:
    """Name every element of a PARes that is not as the PAReq, the card and the brand demand it."""
    tx = pares.body.tx
    expected = outcome(Enrolled.YES, tx.status, brand)
    by_spa = tx.cavv_algorithm is CavvAlgorithm.MASTERCARD_SPA
    same = {name: _same(told(pares), told(pareq)) for name, told in _ECHOED.items()} | {
        "pan": _same(pares.body.pan[-4:], pan.last_four),
        "TX.eci": tx.eci is None or _same(tx.eci, expected.eci or ""),
        "TX.cavvAlgorithm": tx.cavv_algorithm is None or by_spa is (brand in SPA_BRANDS),
    }
    return (name for name, holds in same.items() if not holds)


_ECHOED: Final[Mapping[str, Callable[[Message[PARes] | Message[PAReq]], str]]] = {
    "Message.id": lambda told: told.id,
    "Merchant.acqBIN": lambda told: told.body.merchant.acq_bin,
    "Merchant.merID": lambda told: told.body.merchant.mer_id,
    "Purchase.xid": lambda told: told.body.purchase.xid,
    "Purchase.date": lambda told: told.body.purchase.date,
    "Purchase.purchAmount": lambda told: told.body.purchase.purch_amount,
    "Purchase.currency": lambda told: told.body.purchase.currency,
    "Purchase.exponent": lambda told: told.body.purchase.exponent,
}

ECHOED: Final = frozenset(_ECHOED)
"""What a PARes repeats of its PAReq, by the names of the elements."""


def new_xid(chance: Chance) -> str:
    """Make a transaction identifier: 20 random bytes in base64."""
    return base64.b64encode(from_base64url(chance.token(XID_OCTETS))).decode("ascii")


def masked_pan(pan: Pan) -> str:
    """Write a card number as a PARes has it: zeros and the last four digits."""
    return pan.last_four.rjust(len(pan.digits), "0")


def moment_text(at: datetime) -> str:
    """Write a moment as `Purchase.date` and `TX.time` have it; Misuse without a time zone."""
    if at.tzinfo is None:
        raise Misuse("a moment without a time zone")
    return at.astimezone(UTC).strftime("%Y%m%d %H:%M:%S")


def _same(one: str, other: str) -> bool:
    """Compare in constant time: an xid is what an attacker would have to guess."""
    return hmac.compare_digest(one.encode(), other.encode())

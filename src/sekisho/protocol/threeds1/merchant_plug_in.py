"""What the merchant plug-in makes and checks itself: xid, masked card number, the echo of a PARes.

Protocol facts, section 12.3. A genuine PARes is not yet the answer to our PAReq: the browser may bring
one of another purchase, of another merchant, or of a cheaper basket.
"""

import base64
import hmac
from collections.abc import Iterator
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
    got, asked, tx = pares.body, pareq.body, pares.body.tx
    expected = outcome(Enrolled.YES, tx.status, brand)
    by_spa = tx.cavv_algorithm is CavvAlgorithm.MASTERCARD_SPA
    same = {
        "Message.id": _same(pares.id, pareq.id),
        "Merchant.acqBIN": _same(got.merchant.acq_bin, asked.merchant.acq_bin),
        "Merchant.merID": _same(got.merchant.mer_id, asked.merchant.mer_id),
        "Purchase.xid": _same(got.purchase.xid, asked.purchase.xid),
        "Purchase.date": _same(got.purchase.date, asked.purchase.date),
        "Purchase.purchAmount": _same(got.purchase.purch_amount, asked.purchase.purch_amount),
        "Purchase.currency": _same(got.purchase.currency, asked.purchase.currency),
        "Purchase.exponent": _same(got.purchase.exponent, asked.purchase.exponent),
        "pan": _same(got.pan[-4:], pan.last_four),
        "TX.eci": tx.eci is None or _same(tx.eci, expected.eci or ""),
        "TX.cavvAlgorithm": tx.cavv_algorithm is None or by_spa is (brand in SPA_BRANDS),
    }
    return (name for name, holds in same.items() if not holds)


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

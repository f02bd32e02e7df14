"""What the merchant plug-in needs of the world, and what it is asked."""

from dataclasses import dataclass, field

from sekisho.acquirer.server.model.threeds1 import OldAuthentication, OldRangeBook
from sekisho.acquirer.server.service.ports import Directory, Fingerprint
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol.threeds1 import Trust
from sekisho.protocol.threeds1.records import (
    Browser,
    Recur,
    RequestingMerchant,
    ShownMerchant,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the merchant plug-in stands in."""

    authentications: Store[OldAuthentication]
    books: Store[OldRangeBook]
    outbox: Outbox
    directory: Directory
    """The way to the Directory Server's address for 1.0.2."""
    fingerprint: Fingerprint
    """Signs MDs and recognises a PARes."""
    trust: Trust
    """The scheme's root: who may sign a PARes."""
    clock: Clock
    chance: Chance
    log: Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What is bought, as a PAReq says it."""

    amount: str
    purch_amount: str
    currency: str
    exponent: str
    desc: str | None = None
    recur: Recur | None = None
    install: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """Is this card enrolled, and if so: what must the browser post? All sound by the table."""

    pan: Pan = field(repr=False)
    brand: Brand
    expiry: str = field(repr=False)
    """YYMM."""
    asking: RequestingMerchant
    shown: ShownMerchant
    bought: Bought
    term_url: str
    """Where the browser takes the PARes: https, or http to loopback."""
    browser: Browser | None = None

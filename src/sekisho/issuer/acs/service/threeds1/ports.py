"""What 1.0.2 at the ACS needs of the world, beside what the ACS stands in anyway."""

from dataclasses import dataclass
from typing import Protocol

from sekisho.issuer.acs.model import BankCard
from sekisho.issuer.acs.model.threeds1 import OldAcsSettings, OldAuthentication, OldVerdict
from sekisho.issuer.acs.service.ports import Bank, Surroundings
from sekisho.kernel.secret import Secret
from sekisho.kernel.store import Store
from sekisho.protocol.threeds1 import Message
from sekisho.protocol.threeds1.records import PARes


class Signing(Protocol):
    """Signs PARes documents with a key that never shows itself."""

    def sign(self, message: Message[PARes]) -> bytes:
        """Give the document of one signed PARes; the same message gives the same octets."""
        ...


class OldDecision(Protocol):
    """How the bank decides."""

    def decide(self, acct_number: Secret[str], card: BankCard | None) -> OldVerdict:
        """Say what to answer. Pure: the same card gives the same verdict."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSurroundings:
    """What 1.0.2 stands in."""

    around: Surroundings
    settings: OldAcsSettings
    store: Store[OldAuthentication]
    bank: Bank
    decision: OldDecision
    signing: Signing


class OldRules:
    """The bank's own rules: who it knows and lets in is enrolled, and is asked."""

    def __init__(self, settings: OldAcsSettings) -> None:
        self._settings = settings

    def decide(self, acct_number: Secret[str], card: BankCard | None) -> OldVerdict:
        """Say what to answer; of a card that is suspended nothing is told."""
        if card is None:
            return OldVerdict(enrolled="N")
        if card.status != "active":
            return OldVerdict(enrolled="U")
        return OldVerdict(enrolled="Y", kind=self._settings.asks)

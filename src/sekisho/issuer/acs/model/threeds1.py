"""3-D Secure 1.0.2 at the ACS: how it is set up, what is decided, and what is remembered."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.issuer.acs.model.challenge import Purchase
from sekisho.issuer.acs.model.question import ChallengeKind, Question
from sekisho.protocol.states.threeds1_acs import AtAcs, State

MARK = "1-"
"""What every acctID begins with, and no acsTransID: the one is never taken for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAcsSettings:
    """3-D Secure 1.0.2, which the schemes ended in October 2022: for emulation only."""

    asks: ChallengeKind = ChallengeKind.STATIC_PASSWORD
    """How cardholders prove who they are; a one-time code where a card has no password."""
    browser_s: int = 1800
    """Seconds from a VERes to its PAReq: a forgotten cart does not keep the acctID good."""
    page_s: int = 600
    """Seconds that a cardholder may look at one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVerdict:
    """What to answer to a VEReq, and to the PAReq that may follow."""

    enrolled: str | None
    """CH.enrolled: Y, N or U; None: no answer at all (sandbox)."""
    status: str | None = None
    """TX.status where the cardholder is not asked; None: a page asks."""
    kind: ChallengeKind = ChallengeKind.STATIC_PASSWORD
    """How the page asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAuthentication:
    """One authentication of 1.0.2, from the VERes that says Y on. Its card number is sealed."""

    id: str
    """acctID."""
    stage: AtAcs
    """How far it has come: the protocol library's own record, moved by its table."""
    question: Question
    brand: str
    card_key: str
    """Keyed digest of the card number."""
    sealed_number: str
    asked_at: datetime
    acq_bin: str
    """Of the VEReq: the PAReq must be the same merchant's."""
    mer_id: str
    purchase: Purchase
    """What the cardholder is shown: of the card from the first, of the purchase by the PAReq."""
    status: str | None = None
    """TX.status where the cardholder is not asked."""
    pareq: str | None = None
    """The PAReq that came."""
    term_url: str | None = None
    """Where the browser takes the PARes."""
    md: str = ""
    """The merchant's own: given back letter for letter."""
    i_req_code: str | None = None
    """Why the PAReq could not be used."""
    i_req_detail: str | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.stage.state

    @property
    def falls_back(self) -> bool:
        """Nothing of 1.0.2 goes on outside of its page: what the page of every question asks."""
        return False

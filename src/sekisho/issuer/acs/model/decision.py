"""What a decision is made from, and what it says. These are never kept whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from sekisho.issuer.acs.model.question import ChallengeKind
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.protocol.states.transaction import Transaction


class BankCard(Protocol):
    """A card as the bank describes it to its ACS."""

    @property
    def card_id(self) -> str:
        """The bank's own name for the card."""
        ...

    @property
    def masked_number(self) -> str:
        """The number as it may be shown."""
        ...

    @property
    def status(self) -> str:
        """`active`, `suspended` or `not_registrable`."""
        ...

    @property
    def personal_message(self) -> str:
        """What the cardholder wrote to know the bank by."""
        ...

    @property
    def language(self) -> str:
        """`ja` or `en`."""
        ...

    @property
    def phone_masked(self) -> str:
        """Where an SMS goes; empty when nowhere."""
        ...

    @property
    def email_masked(self) -> str:
        """Where an e-mail goes; empty when nowhere."""
        ...

    @property
    def product_name(self) -> str:
        """What the card is called."""
        ...

    @property
    def issuer_name(self) -> str:
        """Whose card it is."""
        ...

    @property
    def methods(self) -> Sequence[str]:
        """What its holder has enrolled: password, app_code, question, passkey, prompt."""
        ...


class Outcome(Enum):
    """What the bank makes of a request; the values are those of transStatus, where it has one."""

    AUTHENTICATED = "Y"
    DENIED = "N"
    ATTEMPTED = "A"
    REJECTED = "R"
    INFORMATIONAL = "I"
    UNAVAILABLE = "U"
    CHALLENGE = "C"
    DECOUPLED = "D"
    SPC = "S"
    SILENT = "no answer"


class Prior(Enum):
    """What the earlier authentication is worth that an AReq refers to."""

    NONE = "none is named"
    GOOD = "ours, of this card and this requestor, and it ended well"
    BAD = "not one that could be built upon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a decision may rest on."""

    acct_number: Secret[str]
    transaction: Transaction
    """What the AReq allows as an answer."""
    wishes: frozenset[str] = frozenset()
    """threeDSRequestorChallengeInd, which may say two things since 2.3.1; none: no preference."""
    three_ri_ind: str | None = None
    """threeRIInd."""
    prior: Prior = Prior.NONE
    is_trusted: bool = False
    """The cardholder has put the requestor on the trust list."""
    is_bound: bool = False
    """The cardholder has bound the device to the card."""
    card: BankCard | None
    """None: the bank does not know the card."""
    amount: Amount | None
    merchant_country: str | None
    method_completed: str
    """threeDSCompInd."""
    browser_language: str
    browser_user_agent: str
    browser_time_zone: int | None
    """Minutes by which UTC is ahead of the browser's clock."""
    account_age: str | None
    """acctInfo.chAccAgeInd."""
    profile: Mapping[str, str] | None
    """What the 3DS Method saw; None when it saw nothing."""
    device_known: bool
    """The device passed a challenge for this card before."""
    failed_codes: int
    """Wrong one-time codes on this card within the window of the lock."""
    locked: bool
    """So many that no further code is taken for now."""

    @property
    def challenge_ind(self) -> str:
        """Give the one wish of the shop that counts most; `01` when it has no preference."""
        # What forbids a challenge comes first.
        return "06" if "06" in self.wishes else min(self.wishes, default="01")

    @property
    def version(self) -> str:
        """messageVersion."""
        return self.transaction.version.value

    @property
    def channel(self) -> str:
        """deviceChannel."""
        return self.transaction.channel.value

    @property
    def category(self) -> str:
        """messageCategory."""
        return self.transaction.category.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to answer, and why."""

    outcome: Outcome
    kind: ChallengeKind = ChallengeKind.ONE_TIME_CODE
    """How the cardholder is asked, if so: by C, or outside of the purchase by D."""
    html: bool = False
    """In an app, HTML rather than a native screen."""
    offers_trust: bool = False
    """The cardholder is also asked whether to put the requestor on the trust list."""
    offers_binding: bool = False
    """The cardholder is also asked whether to bind the device to the card."""
    is_confirmed: bool = False
    """The cardholder has confirmed the payment in the shop's own page (SPC)."""
    falls_back: bool = False
    """The challenge goes on outside of the purchase, where the requestor allows that."""
    reaches: bool = True
    """Sandbox: of D, that the cardholder can be reached at all."""
    exemption: str | None = None
    """transChallengeExemption."""
    mandated: bool = False
    """acsChallengeMandated."""
    reason: str | None = None
    """transStatusReason."""
    score: int = 0
    because: tuple[str, ...] = ()
    """The rules that spoke, for the record."""

"""What a decision is made from, and what it says. These are never kept whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from sekisho.issuer.acs.model.question import ChallengeKind
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret


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
    SILENT = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a decision may rest on."""

    acct_number: Secret[str]
    version: str
    channel: str
    category: str
    challenge_ind: str
    """threeDSRequestorChallengeInd; `01` when the shop has no preference."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to answer, and why."""

    outcome: Outcome
    kind: ChallengeKind = ChallengeKind.ONE_TIME_CODE
    """The challenge, should the outcome be one."""
    offers_trust: bool = False
    """The cardholder is also asked whether to put the requestor on the trust list."""
    offers_binding: bool = False
    """The cardholder is also asked whether to bind the device to the card."""
    mandated: bool = False
    """acsChallengeMandated."""
    reason: str | None = None
    """transStatusReason."""
    score: int = 0
    because: tuple[str, ...] = ()
    """The rules that spoke, for the record."""

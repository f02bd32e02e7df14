"""Authorizations, their postings, and authentications that are spent by them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sekisho.issuer.members.model.cards import CardId
from sekisho.kernel.money import Amount


class AuthorizationState(Enum):
    """How far an authorization has come."""

    RECEIVED = "received"
    """It is being decided."""
    APPROVED = "approved"
    """The account is charged."""
    DECLINED = "declined"
    """The bank said no; nothing is charged."""
    REVERSED = "reversed"
    """Its money was given back, or it was reversed before it was ever decided."""


class ValueResult(Enum):
    """What the check of the authentication value found; codes as in the reply of a network."""

    NOT_VERIFIED = "0"
    FAILED = "1"
    PASSED = "2"
    ATTEMPT_PASSED = "3"
    ATTEMPT_FAILED = "4"


class CodeResult(Enum):
    """What the check of the security code found."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"
    NOT_PRESENT = "NOT_PRESENT"
    NOT_PROCESSED = "NOT_PROCESSED"


class ResponseCode(Enum):
    """The answer to an authorization, by its two digits of ISO 8583."""

    APPROVED = "00"
    DO_NOT_HONOR = "05"
    NO_SUCH_CARD = "14"
    INSUFFICIENT_FUNDS = "51"
    EXPIRED = "54"
    RESTRICTED = "62"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bank says to an authorization, once and for good."""

    code: ResponseCode
    approval_code: str | None = None
    value_result: ValueResult
    security_code_result: CodeResult

    @property
    def approved(self) -> bool:
        """Whether the merchant gets the money."""
        return self.code is ResponseCode.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One request for credit, by the caller's id.

    A reversal of an id that never came leaves a tombstone: a record that is REVERSED and has no
    fingerprint, so that the request, should it still arrive, finds its place taken.
    """

    authorization_id: str
    state: AuthorizationState
    fingerprint: str | None = None
    """Keyed digest of the request, to tell a repeat from another request with the same id."""
    received_at: datetime
    card_id: CardId | None = None
    account: str | None = None
    """The account that pays: one per card and currency."""
    last_four: str | None = None
    amount: Amount | None = None
    merchant_id: str | None = None
    merchant_name: str | None = None
    merchant_category: str | None = None
    captured: bool = False
    """Settled in the same breath, because the merchant asked for it."""
    answer: Answer | None = None
    decided_at: datetime | None = None
    reversed_at: datetime | None = None
    reversal_reason: str | None = None


class PostingKind(Enum):
    """Which way the money went."""

    CHARGE = "charge"
    GIVE_BACK = "give back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One fact about an account; never changed, and a charge is undone only by a second posting.

    Numbered without gaps within its account, so that of two writers who both saw the same balance
    only one can add the next.
    """

    account: str
    number: int
    authorization_id: str
    kind: PostingKind
    amount_minor: int
    balance_minor: int
    """What stands authorized on the account after this posting."""
    at: datetime

    @property
    def key(self) -> str:
        """The posting's place in its account."""
        return f"{self.account}/{self.number:09d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentAuthentication:
    """One authentication has been used by one authorization, and by no other ever."""

    ds_trans_id: str
    authorization_id: str
    at: datetime

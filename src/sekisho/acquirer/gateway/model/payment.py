"""What the gateway remembers of a payment or a verification."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType, TypeAlias

from sekisho.kernel.brands import Brand
from sekisho.kernel.money import Amount

PaymentId = NewType("PaymentId", str)

Element: TypeAlias = str | bool | dict[str, str | bool]
"""Value of a data element as it is kept until the 3DS Server gets it."""


class Kind(Enum):
    """What a merchant asked for."""

    PAYMENT = "payment"
    VERIFICATION = "verification"


class State(Enum):
    """Where a payment stands; `flow` says how it moves on."""

    PENDING = "pending"
    """Nobody has opened the orchestration address yet."""
    PREPARING = "preparing"
    """The browser is here; the 3DS Server is asked for versions and 3DS Method."""
    METHOD = "method"
    """The browser runs the issuer's 3DS Method."""
    AUTHENTICATING = "authenticating"
    """The authentication request is under way."""
    CHALLENGING = "challenging"
    """The cardholder is with the issuer."""
    AUTHORIZING = "authorizing"
    """The bank is asked; it may have acted already."""
    AUTHORIZED = "authorized"
    """The amount is reserved."""
    CLOSED = "closed"
    """The amount is taken, or the card is verified."""
    DECLINED = "declined"
    """The issuer or the bank said no."""
    REVERSING = "reversing"
    """Failed while the bank may have acted: an undo is on its way until acknowledged."""
    VOIDING = "voiding"
    """The merchant took it back: an undo is on its way until acknowledged."""
    VOIDED = "voided"
    """Taken back; the bank holds nothing."""
    ERROR = "error"
    """Failed; the bank holds nothing."""


class Capture(Enum):
    """When the money is taken, in the words of the payment API."""

    NOW = "NOW"
    DELAYED = "DELAYED"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What may be kept and shown of a card. The number is the vault's secret, behind `token`."""

    token: str
    brand: Brand
    last_four: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """The merchant as it stood when the payment was made."""

    merchant_id: str
    name: str
    software: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRequest:
    """What the merchant asked of 3-D Secure, already in the words of EMV 3DS."""

    authentication_id: str
    return_url: str
    window_size: str
    elements: Mapping[str, Element]
    authorize_on: tuple[str, ...]
    """Results (transStatus) after which the merchant's policy goes on to authorization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What the 3DS Server said of the card before the authentication."""

    server_trans_id: str
    version: str
    method_url: str | None = None
    method_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """The issuer's demand to see the cardholder."""

    acs_url: str
    acs_trans_id: str
    demanded_at: datetime
    reads: int = 0
    """Scheduled looks at the result so far; a late repetition of one starts no second series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationResult:
    """The end of an authentication, from the ARes or the RReq and from nowhere else."""

    trans_status: str
    at: datetime
    version: str
    challenged: bool
    reason: str | None = None
    eci: str | None = None
    authentication_value: str | None = None
    ds_trans_id: str | None = None
    acs_trans_id: str | None = None
    authentication_type: str | None = None
    authentication_method: str | None = None
    challenge_cancel: str | None = None
    cardholder_info: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedThrough:
    """Result of an authentication that somebody else performed (requirement C6), unaltered."""

    eci: str
    authentication_value: str | None = None
    ds_trans_id: str | None = None
    program_protocol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The bank's answer."""

    approved: bool
    at: datetime
    response_code: str
    approval_code: str | None = None
    authentication_value_result: str | None = None
    security_code_result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Why a payment ended as it did: `responseCode` and `responseMessage` of the payment API."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment or verification, from the merchant's request to its end."""

    id: PaymentId
    kind: Kind
    merchant: Merchant
    request_id: str
    state: State
    created_at: datetime
    changed_at: datetime
    amount: Amount
    capture: Capture
    card: CardFacts
    authentication: AuthenticationRequest | None = None
    passed_through: PassedThrough | None = None
    preparation: Preparation | None = None
    challenge: Challenge | None = None
    result: AuthenticationResult | None = None
    authentication_error: str | None = None
    authorization: Authorization | None = None
    outcome: Outcome | None = None

    @property
    def request_key(self) -> str:
        """The merchant's own name for the request that made it."""
        return request_key(self.merchant.merchant_id, self.request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSlot:
    """One `request-id` of a merchant: what was asked, and what was answered."""

    key: str
    fingerprint: str
    """Keyed digest of the request: a plain one would let card numbers be guessed from it."""
    payment_id: PaymentId
    started_at: datetime
    status: int | None = None
    answer: str | None = None
    """The answer's JSON; None while there is none."""


def request_key(merchant_id: str, request_id: str) -> str:
    """Join what makes a request unique."""
    return f"{merchant_id}:{request_id}"

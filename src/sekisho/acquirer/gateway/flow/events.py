"""What can happen to a payment, and what must then be done: events and effects."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sekisho.acquirer.gateway.model.payment import (
    AuthenticationResult,
    Authorization,
    Challenge,
    Preparation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A browser came with the orchestration address."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The 3DS Server said which version the card's issuer speaks, and named the 3DS Method."""

    at: datetime
    preparation: Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNotified:
    """The issuer's 3DS Method says that it is done."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """The browser's page goes on: the 3DS Method is done, too slow, or there is none."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeDemanded:
    """The issuer wants to see the cardholder."""

    at: datetime
    challenge: Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """The authentication has a result, good or bad."""

    at: datetime
    result: AuthenticationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationFailed:
    """There is no result and there will be none."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeReturned:
    """The browser came back from the issuer. A signal only: what it carries proves nothing."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultMissing:
    """The 3DS Server was asked and has no result yet."""

    at: datetime
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationApproved:
    """The bank said yes."""

    at: datetime
    authorization: Authorization


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationDeclined:
    """The bank said no."""

    at: datetime
    authorization: Authorization


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationUnclear:
    """The bank did not answer in time, or not to the question: it may hold the money or not."""

    at: datetime
    silent: bool = True
    """False: somebody answered, but with a refusal to deal with the request at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRequested:
    """The merchant takes the payment back."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """The bank confirms that it holds nothing, nor ever will for this payment."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalUnconfirmed:
    """The bank could not be told to undo the authorization."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The time within which a buyer must have come is over."""

    at: datetime


Event: TypeAlias = (
    Opened
    | Prepared
    | MethodNotified
    | Continued
    | ChallengeDemanded
    | Authenticated
    | AuthenticationFailed
    | ChallengeReturned
    | ResultMissing
    | AuthorizationApproved
    | AuthorizationDeclined
    | AuthorizationUnclear
    | VoidRequested
    | Reversed
    | ReversalUnconfirmed
    | Expired
)


@dataclass(frozen=True, slots=True)
class Prepare:
    """Ask the 3DS Server about the card."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Send the authentication request."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Ask the 3DS Server for the result of the challenge."""

    read: int = 0
    """Number of a scheduled look; 0 for one out of turn, which starts no series."""


@dataclass(frozen=True, slots=True)
class Authorize:
    """Ask the bank for the money. One per payment, ever."""


@dataclass(frozen=True, slots=True)
class Reverse:
    """Tell the bank to undo the authorization, or to refuse it should it still come."""


@dataclass(frozen=True, slots=True)
class Expire:
    """Look whether a buyer has come in time."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Look whether the bank has answered in time."""


EFFECTS = (Prepare, Authenticate, ReadResult, Authorize, Reverse, Expire, GiveUp)
EVENTS: tuple[type, ...] = (
    Opened,
    Prepared,
    MethodNotified,
    Continued,
    ChallengeDemanded,
    Authenticated,
    AuthenticationFailed,
    ChallengeReturned,
    ResultMissing,
    AuthorizationApproved,
    AuthorizationDeclined,
    AuthorizationUnclear,
    VoidRequested,
    Reversed,
    ReversalUnconfirmed,
    Expired,
)

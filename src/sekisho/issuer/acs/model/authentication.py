"""One authentication as the bank sees it: what was asked, what was answered, what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from sekisho.issuer.acs.model.challenge import Challenge


class AuthenticationState(Enum):
    """Where an authentication stands."""

    ASKED = "asked"
    """The AReq is good; the answer is being found. Never kept in this state."""
    ANSWERED = "answered"
    """The ARes was the last word."""
    SILENT = "silent"
    """The ACS gives no answer at all, and a repeated AReq gets none either."""
    CHALLENGED = "challenged"
    """The ARes called for a challenge; exactly one result is owed."""
    RESULT_OWED = "result owed"
    """The challenge has ended and its result is on its way to the Directory Server."""
    RESULT_TAKEN = "result taken"
    """The RRes came."""
    RESULT_REFUSED = "result refused"
    """The Directory Server will not have the result."""
    RESULT_LOST = "result lost"
    """The Directory Server could not be reached for so long that nobody waits any more."""


FINAL_STATES: Final = frozenset(
    {
        AuthenticationState.ANSWERED,
        AuthenticationState.SILENT,
        AuthenticationState.RESULT_TAKEN,
        AuthenticationState.RESULT_REFUSED,
        AuthenticationState.RESULT_LOST,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an RReq says of a challenge that has ended."""

    trans_status: str
    reason: str | None = None
    """transStatusReason, where the status wants one."""
    challenge_cancel: str | None = None
    """challengeCancel, where the challenge did not end normally."""

    @property
    def abandoned(self) -> bool:
        """Tell whether nobody was authenticated or refused: then no method is reported."""
        return self.challenge_cancel is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One authentication, found by its acsTransID."""

    id: str
    """acsTransID: a keyed digest of the two identifiers below, so that a repeated AReq finds it."""
    server_trans_id: str
    ds_trans_id: str
    ds_url: str
    """Where the result goes: dsURL of the AReq, one of the Directory Servers we were told of."""
    state: AuthenticationState
    version: str
    channel: str
    category: str
    brand: str
    """`kernel.brands.Brand` by value."""
    asked_at: datetime
    body_mac: str
    """Keyed digest of the AReq: another message under the same identifiers is refused."""
    card_key: str
    """Keyed digest of the card number: counts guesses and knows devices without the number."""
    masked_number: str
    device_id: str | None = None
    """The device that the 3DS Method saw, when it could be told apart."""
    reasons: tuple[str, ...] = ()
    """Why the decision fell as it did, in the words of the rules."""
    ares: str | None = None
    """The answer as sent, for whoever asks again."""
    trans_status: str | None = None
    """transStatus of the ARes, later of the result."""
    challenge: Challenge | None = None
    sealed_number: str | None = None
    """The card number, sealed for this record; only while a challenge may end well."""
    amount_minor: int = 0
    currency_number: str = ""
    acquirer_merchant_id: str = ""
    result: Result | None = None
    result_attempts: int = 0
    """How often the result was sent, or was about to be."""
    settled_at: datetime | None = None

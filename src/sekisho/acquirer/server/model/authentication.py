"""One authentication, from the number that was asked about to the result."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class State(Enum):
    """Where an authentication stands."""

    PREPARED = "prepared"
    """The requestor was told about the card and was given a transaction id."""
    ASKED = "asked"
    """The AReq is on its way, or was when we last knew."""
    CHALLENGE = "challenge"
    """The ACS wants the cardholder to act; the RReq is awaited."""
    ANSWERED = "answered"
    """The ARes was the last word: no challenge."""
    RESULT = "result"
    """The RReq came: the challenge is over."""
    FAILED = "failed"
    """No answer to the AReq that could be used."""
    EXPIRED = "expired"
    """Prepared, and never asked in time."""
    UNRESOLVED = "unresolved"
    """A challenge whose result never came."""
    PURGED = "purged"
    """Settled long ago: the messages, and the authentication value in them, are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One authentication. Holds no card number: a masked one and a keyed fingerprint of it."""

    id: str
    """threeDSServerTransID."""
    owner: str
    """Name of the requestor whose API key made it; nobody else may read it."""
    state: State
    prepared_at: datetime
    masked_number: str
    number_mac: str
    """Keyed fingerprint: `/auth` must be about the card that `/preauth` was about."""
    body_mac: str | None = None
    """Keyed fingerprint of what `/auth` was asked, so that a repetition is told from a change."""
    version: str | None = None
    channel: str | None = None
    category: str | None = None
    sdk_trans_id: str | None = None
    acs_trans_id: str | None = None
    ds_trans_id: str | None = None
    trans_status: str | None = None
    """Of the ARes, then of the RReq."""
    answer: str | None = None
    """What `/auth` answered: the ARes or the Erro, as JSON. Gone when purged."""
    result: str | None = None
    """What `/postauth` answers: the RReq as received. Gone when purged."""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    settled_at: datetime | None = None

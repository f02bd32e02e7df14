"""One authentication as it passes through the Directory Server, with the trail of its messages."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class State(Enum):
    """Where an authentication stands, seen from the middle."""

    ASKED = "asked"
    """The AReq was accepted and goes to the ACS."""
    ANSWERED = "answered"
    """The ARes was the last word."""
    CHALLENGED = "challenged"
    """The ARes announced a result; the ACS may report it, once."""
    RELAYING = "relaying"
    """The result is on its way to the 3DS Server."""
    RESULT_RELAYED = "result relayed"
    """The 3DS Server has the result and said so."""
    RESULT_REFUSED = "result refused"
    """The 3DS Server refused the result with an Erro."""
    FAILED = "failed"
    """No ARes that could be relayed."""
    UNRESOLVED = "unresolved"
    """A challenge whose result never arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One message that came in or went out, fit to be shown: nothing secret is left in it."""

    at: datetime
    peer: str
    """Name in the other side's certificate."""
    inbound: bool
    message: str
    """The message as JSON, card number and authentication value masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One authentication on its way between a 3DS Server and an ACS."""

    id: str
    """threeDSServerTransID: universally unique, so a second AReq with it is refused."""
    ds_trans_id: str
    state: State
    member: str
    """Certificate name of the 3DS Server that asked."""
    acs: str
    """Certificate name of the ACS that was asked: the only one that may report a result."""
    directory_server_id: str
    """RID of the card's brand."""
    result_url: str
    """threeDSServerURL of the AReq, held against the member's registration when it came."""
    version: str
    channel: str
    category: str
    asked_at: datetime
    sdk_trans_id: str | None = None
    acs_trans_id: str | None = None
    trans_status: str | None = None
    result_digest: str | None = None
    """Digest of the result last taken up: until its fate is known no other one is relayed."""
    relaying_until: datetime | None = None
    """When an attempt to relay the result must have ended, even if this process died in it."""
    result_attempts: int = 0
    """How often the result was sent to the 3DS Server."""
    settled_at: datetime | None = None
    trail: tuple[TrailEntry, ...] = ()

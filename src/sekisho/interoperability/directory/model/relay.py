"""One authentication as it passes through the Directory Server, with the trail of its messages."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.protocol.states.directory_table import Relay as Stage
from sekisho.protocol.states.directory_table import State


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One message that came in or went out, fit to be shown: nothing secret is left in it."""

    at: datetime
    peer: str
    """Name of the member."""
    inbound: bool
    message: str
    """The message as JSON, card number and authentication value masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One authentication on its way between a 3DS Server and an ACS."""

    id: str
    """threeDSServerTransID: universally unique, so another AReq with it is refused."""
    stage: Stage
    """How far it has come: the protocol library's own record, moved by its table."""
    member: str
    """The 3DS Server that asked."""
    acs: str | None
    """The ACS that was asked: the only one that may report a result; None: nobody was."""
    directory_server_id: str
    """RID of the card's brand."""
    result_url: str
    """threeDSServerURL of the AReq, held against the member's registration when it came."""
    asked_at: datetime
    announced: str | None = None
    """transStatus of the ARes."""
    answer: str | None = None
    """What the AReq was answered, sealed; only for as long as a 3DS Server may ask again."""
    result_answer: str | None = None
    """What the RReq was answered: an RRes or an Erro."""
    settled_at: datetime | None = None
    trail: tuple[TrailEntry, ...] = ()

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.stage.state

    @property
    def ds_trans_id(self) -> str:
        """dsTransID."""
        return self.stage.transaction.ds_trans_id or ""

"""One authentication, from the number that was asked about to the result."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.protocol.states.server_table import Authentication as Stage
from sekisho.protocol.states.server_table import State
from sekisho.protocol.states.spc_at_requestor import Confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One authentication. Holds no card number but a masked one and a keyed fingerprint of it.

    An AReq that may be carried on is the one exception: it lies here, sealed, for as long as it may.
    """

    id: str
    """threeDSServerTransID."""
    stage: Stage
    """How far it has come: the protocol library's own record, moved by its table."""
    owner: str
    """Name of the requestor whose API key made it; nobody else may read it."""
    directory: str
    """The Directory Server that is asked: only that one may report a result."""
    prepared_at: datetime
    masked_number: str
    number_mac: str
    """Keyed fingerprint: `/auth` must be about the card that `/preauth` was about."""
    body_mac: str | None = None
    """Keyed fingerprint of what `/auth` was asked, so that a repetition is told from a change."""
    method_ran: bool = False
    """Whether the 3DS Method ran under this very id: its result may be used again for a while."""
    confirmation: Confirmation | None = None
    """Secure Payment Confirmation, where the ARes asked for it."""
    sealed_areq: str | None = None
    """The AReq that may be carried on; once it is to be, the AReq that does so."""
    predecessor: str | None = None
    """The authentication that this one carries on."""
    answer: str | None = None
    """What `/auth` answered: the ARes or the Erro, as JSON. Gone when purged."""
    result: str | None = None
    """What `/postauth` answers: the RReq as received. Gone when purged."""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    settled_at: datetime | None = None
    purged: bool = False
    """Settled long ago: the messages, and the authentication value in them, are gone."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.stage.state

    @property
    def trans_status(self) -> str | None:
        """Of the ARes, then of the RReq."""
        return self.stage.trans_status

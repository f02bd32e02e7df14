"""What the merchant plug-in of 3-D Secure 1.0.2 is told, and what it remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sekisho.kernel.secret import Secret
from sekisho.protocol.states.threeds1_plug_in import PlugIn, State


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugInSettings:
    """3-D Secure 1.0.2, which the schemes ended in October 2022: for emulation only."""

    acq_bin: str
    """acqBIN under which card ranges are asked for."""
    mer_id: str
    """merID under which card ranges are asked for."""
    password: Secret[str] | None = None
    """The password that goes with it, where the Directory Server wants one."""
    vereq_read_s: float = 10.0
    """Seconds to wait for a VERes; must exceed what the Directory Server waits for an ACS."""
    crreq_read_s: float = 30.0
    """Seconds to wait for a CRRes: it may hold a hundred thousand ranges."""
    pares_s: int = 1800
    """Seconds from a VERes to its PARes: a cardholder who types slowly fits."""
    keep_answers_s: int = 7 * 86400
    """Seconds that a result, and the CAVV in it, stays readable."""
    ranges_every_s: int = 86400
    """Seconds between card range updates; the protocol wants no more than one a day."""
    ranges_again_s: int = 3600
    """Seconds to wait after an update that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldResult:
    """What a PARes that is believed says, as the merchant needs it."""

    status: str
    eci: str | None
    cavv: str | None
    cavv_algorithm: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAuthentication:
    """One authentication of 1.0.2. Holds no card number: its last four digits only."""

    id: str
    owner: str
    """Name of the requestor whose API key made it; nobody else may read it."""
    stage: PlugIn
    """How far it has come: the protocol library's own record, moved by its table."""
    asked_at: datetime
    brand: str
    last_four: str
    i_req_code: str | None = None
    """Of the VERes: why the request could not be used."""
    xid: str | None = None
    pareq: str | None = None
    """The PAReq, which a PARes is held against; gone once it is over."""
    pares_mac: str | None = None
    """Keyed fingerprint of the PARes that came, so that a repetition is told from another one."""
    result: OldResult | None = None
    """Gone when it was kept long enough."""
    fault: str | None = None
    """What was wrong with a PARes that is not believed: the names of the elements."""
    settled_at: datetime | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.stage.state


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRangeBook:
    """The card ranges that take part in 1.0.2, as the Directory Server told them."""

    id: str
    due_at: datetime
    """No CRReq before this moment."""
    ranges: Mapping[str, str] = field(default_factory=dict)
    """The last number of each range by its first."""
    serial_number: str | None = None
    loaded_at: datetime | None = None
    """When they were last known to be right; None: never."""

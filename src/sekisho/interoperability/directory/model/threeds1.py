"""What the Directory Server is told of 3-D Secure 1.0.2, and what it remembers of it."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMerchant:
    """A merchant that takes part in 3-D Secure 1.0.2."""

    mer_id: str
    """merID, as its acquirer knows it."""
    password: Secret[str] | None = None
    """What it must present, at most 8 characters; left out: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquirer:
    """An acquirer whose merchants take part in 3-D Secure 1.0.2."""

    acq_bin: str
    """acqBIN."""
    certificate_name: str
    """Name in the client certificate of the one merchant plug-in that may ask for its merchants."""
    merchants: tuple[OldMerchant, ...]
    """Who takes part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRange:
    """Card numbers from `start` to `end`, both included, that take part in 3-D Secure 1.0.2."""

    start: str
    """First card number, 13 to 19 digits."""
    end: str
    """Last card number, as long as the first."""
    acs: str
    """Name of the ACS, for the trail."""
    url: str
    """Where VEReqs are posted, over mutual TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSettings:
    """3-D Secure 1.0.2, which the schemes ended in October 2022: for emulation only."""

    acquirers: tuple[Acquirer, ...]
    """Who may ask; everybody else gets a U with an IReq."""
    ranges: tuple[OldRange, ...]
    """The cards that take part; any other is not enrolled."""
    vereq_read_s: float = 5.0
    """Seconds to wait for an ACS's VERes; then the card's enrolment could not be told (U)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldEdition:
    """A set of card ranges as it was once told: what later changes are counted from."""

    id: str
    """serialNumber."""
    ranges: tuple[tuple[str, str], ...]
    """First and last number of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One VEReq and what became of it: the history of 3-D Secure 1.0.2. Holds no card number."""

    id: str
    at: datetime
    member: str
    """Name in the certificate of who asked."""
    message_id: str
    acq_bin: str
    mer_id: str
    masked_number: str
    acs: str | None
    """Who was asked; None: nobody."""
    enrolled: str
    """Y, N or U, as it was answered."""
    i_req_code: str | None = None
    """Why the request could not be used."""
    because: str | None = None
    """Why the ACS's own word did not count, if it did not."""
    answered_at: datetime

"""Who takes part: a 3DS Server or an ACS, with everything that it must present."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """On which side of the Directory Server a member stands."""

    SERVER = "3DS Server"
    ACS = "ACS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A member of the programme. All its marks must come together: 303 for anybody else."""

    id: str
    """The name by which operators and card ranges call it."""
    role: Role
    certificate_names: tuple[str, ...]
    """Names in its client certificates: no two members share one."""
    reference_numbers: tuple[str, ...]
    """threeDSServerRefNumber or acsReferenceNumber: those of its approved products."""
    operator_ids: tuple[str, ...]
    """threeDSServerOperatorID or acsOperatorID."""
    urls: tuple[str, ...]
    """A 3DS Server's addresses for results (threeDSServerURL); an ACS's address for AReqs, first."""
    by_settings: bool = False
    """Whether the settings name it: what they leave out later is no member any more."""
    active: bool = True
    """False once it was removed: what it did stays known under its name."""

"""The card ranges that the Directory Server told us, as cached and as looked up."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRange:
    """One row of a PRes; versions are those active at the ACS, oldest first."""

    start: str
    end: str
    versions: tuple[str, ...]
    ds_versions: tuple[str, ...]
    three_ds_method_url: str | None = None
    acs_info_ind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeFacts:
    """What a 3DS Server tells a requestor about a card's range."""

    versions: tuple[str, ...]
    """Protocol versions of the range's ACS, oldest first."""
    ds_versions: tuple[str, ...]
    """Protocol versions of the Directory Server for the range, oldest first."""
    three_ds_method_url: str | None
    acs_info_ind: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBook:
    """Everything the last good PRes said, and when to ask again."""

    id: str
    """Which Directory Server it is about."""
    due_at: datetime
    """No PReq before this moment."""
    serial: str | None = None
    loaded_at: datetime | None = None
    """When the ranges were last known to be right; None: never."""
    ranges: tuple[CardRange, ...] = ()
    last_fault: str | None = None
    """Why the last PReq changed nothing; None when it went well."""

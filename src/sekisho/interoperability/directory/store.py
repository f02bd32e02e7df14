"""How the Directory Server's records lie in a database."""

from pathlib import Path
from typing import Final

from sekisho.adapters.records import Table
from sekisho.interoperability.directory.flow import EFFECTS as RELAY_EFFECTS
from sekisho.interoperability.directory.flow import EndOperation
from sekisho.interoperability.directory.model import (
    Operation,
    Participant,
    RangeHead,
    RangePiece,
    RangeUpdates,
    Relay,
)
from sekisho.interoperability.directory.model.threeds1 import Inquiry, OldEdition

MIGRATIONS: Final = Path(__file__).parent / "migrations"

RELAYS: Final = Table(
    name="relay",
    record=Relay,
    key=lambda record: record.id,
    columns={
        "state": lambda record: record.state.value,
        "ds_trans_id": lambda record: record.ds_trans_id,
    },
    effects=RELAY_EFFECTS,
)
RANGE_UPDATES: Final = Table(
    name="range_updates",
    record=RangeUpdates,
    key=lambda record: record.member,
)
OPERATIONS: Final = Table(
    name="operation",
    record=Operation,
    key=lambda record: record.id,
    columns={"member": lambda record: record.member},
    effects=(EndOperation,),
)
PARTICIPANTS: Final = Table(
    name="participant",
    record=Participant,
    key=lambda record: record.id,
)
RANGE_HEADS: Final = Table(
    name="range_head",
    record=RangeHead,
    key=lambda record: record.id,
)
RANGE_PIECES: Final = Table(
    name="range_piece",
    record=RangePiece,
    key=lambda record: record.id,
)
INQUIRIES: Final = Table(
    name="threeds1_inquiry",
    record=Inquiry,
    key=lambda record: record.id,
    columns={
        "acq_bin": lambda record: record.acq_bin,
        "enrolled": lambda record: record.enrolled,
    },
)
OLD_EDITIONS: Final = Table(
    name="threeds1_edition",
    record=OldEdition,
    key=lambda record: record.id,
)
EFFECTS: Final[tuple[type, ...]] = (*RELAYS.effects, EndOperation)

"""How the 3DS Server's records lie in a database."""

from pathlib import Path
from typing import Final

from sekisho.acquirer.server.flow import EFFECTS as AUTHENTICATION_EFFECTS
from sekisho.acquirer.server.flow import Complain
from sekisho.acquirer.server.model import Authentication, Operation, RangeBook, RangePiece
from sekisho.acquirer.server.model.threeds1 import OldAuthentication, OldRangeBook
from sekisho.acquirer.server.service import EndSequence, RefreshRanges
from sekisho.acquirer.server.service.threeds1 import EFFECTS as OLD_EFFECTS
from sekisho.adapters.records import Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

AUTHENTICATIONS: Final = Table(
    name="authentication",
    record=Authentication,
    key=lambda record: record.id,
    columns={
        "state": lambda record: record.state.value,
        "owner": lambda record: record.owner,
        "acs_trans_id": lambda record: record.stage.transaction.acs_trans_id,
    },
    effects=AUTHENTICATION_EFFECTS,
)
RANGE_BOOKS: Final = Table(
    name="range_book",
    record=RangeBook,
    key=lambda record: record.id,
    effects=(RefreshRanges, Complain),
)
RANGE_PIECES: Final = Table(
    name="range_piece",
    record=RangePiece,
    key=lambda record: record.id,
)
OPERATIONS: Final = Table(
    name="operation",
    record=Operation,
    key=lambda record: record.id,
    columns={"collecting": lambda record: record.collecting},
    effects=(EndSequence,),
)
OLD_AUTHENTICATIONS: Final = Table(
    name="threeds1_authentication",
    record=OldAuthentication,
    key=lambda record: record.id,
    columns={"state": lambda record: record.state.value, "owner": lambda record: record.owner},
    effects=OLD_EFFECTS,
)
OLD_RANGE_BOOKS: Final = Table(
    name="threeds1_range_book",
    record=OldRangeBook,
    key=lambda record: record.id,
    effects=OLD_EFFECTS,
)
EFFECTS: Final[tuple[type, ...]] = (
    *OLD_EFFECTS,
    *AUTHENTICATION_EFFECTS,
    RefreshRanges,
    EndSequence,
)

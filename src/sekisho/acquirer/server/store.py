"""How the 3DS Server's records lie in a database."""

from pathlib import Path
from typing import Final

from sekisho.acquirer.server.flow import EFFECTS as AUTHENTICATION_EFFECTS
from sekisho.acquirer.server.flow import Complain
from sekisho.acquirer.server.model import Authentication, RangeBook, RangePiece
from sekisho.acquirer.server.service import RefreshRanges
from sekisho.adapters.records import Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

AUTHENTICATIONS: Final = Table(
    name="authentication",
    record=Authentication,
    key=lambda record: record.id,
    columns={"state": lambda record: record.state.value, "owner": lambda record: record.owner},
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
EFFECTS: Final[tuple[type, ...]] = (*AUTHENTICATION_EFFECTS, RefreshRanges)

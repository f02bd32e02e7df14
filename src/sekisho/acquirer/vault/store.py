"""How the vault's records are kept."""

from pathlib import Path
from typing import Final

from sekisho.acquirer.vault.flow import EraseCard
from sekisho.acquirer.vault.model import TokenRecord
from sekisho.adapters.records import Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

EFFECTS: Final[tuple[type, ...]] = (EraseCard,)
"""Every effect that the vault's transactions may leave behind."""

TOKENS: Final = Table(
    name="token",
    record=TokenRecord,
    key=lambda token: token.digest,
    effects=EFFECTS,
)

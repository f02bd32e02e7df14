"""Relays have another shape: those of before end here, as after a loss of power."""

from alembic import op

revision = "directory0003"
down_revision = "directory0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty the relays; an ACS that still reports a result hears that nobody waits for it."""
    op.execute("DELETE FROM relay")

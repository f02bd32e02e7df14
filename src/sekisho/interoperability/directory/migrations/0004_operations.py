"""Sequences of operational notices."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "directory0004"
down_revision = "directory0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of sequences."""
    create_records_table(op, "operation", {"member": "text"})

"""Card ranges in pieces: a million of them fit into no single record."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "server0002"
down_revision = "server0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of pieces."""
    create_records_table(op, "range_piece", {})

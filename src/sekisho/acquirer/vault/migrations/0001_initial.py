"""The vault's first table: tokens."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "vault0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    create_records_table(op, "token", {})

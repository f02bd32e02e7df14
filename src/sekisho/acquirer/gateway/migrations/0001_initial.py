"""The gateway's first tables: payments, and the requests that made them."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "gateway0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    create_records_table(op, "payment", {"state": "text", "request_key": "text"})
    create_records_table(op, "request_slot", {})

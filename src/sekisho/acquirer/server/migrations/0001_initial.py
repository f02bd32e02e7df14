"""First tables of the 3DS Server: authentications and card range books."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "server0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of this release."""
    create_records_table(op, "authentication", {"state": "text", "owner": "text"})
    create_records_table(op, "range_book", {})

"""First tables of the Directory Server: relays and the members' card range updates."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "directory0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of this release."""
    create_records_table(op, "relay", {"state": "text", "ds_trans_id": "text"})
    create_records_table(op, "range_updates", {})

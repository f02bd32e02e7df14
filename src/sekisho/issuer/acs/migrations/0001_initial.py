"""First tables of the Access Control Server: authentications, device profiles, card guards."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "acs0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of this release."""
    create_records_table(
        op,
        "authentication",
        {"state": "text", "server_trans_id": "text", "card_key": "text"},
    )
    create_records_table(op, "device_profile", {})
    create_records_table(op, "card_guard", {})

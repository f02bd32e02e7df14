"""The merchant plug-in of 3-D Secure 1.0.2: its authentications and card ranges."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "server0003"
down_revision = "server0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of 1.0.2."""
    create_records_table(op, "threeds1_authentication", {"state": "text", "owner": "text"})
    create_records_table(op, "threeds1_range_book", {})

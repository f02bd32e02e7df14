"""3-D Secure 1.0.2: its authentications."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "acs0003"
down_revision = "acs0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of 1.0.2."""
    create_records_table(op, "threeds1_authentication", {"state": "text", "card_key": "text"})

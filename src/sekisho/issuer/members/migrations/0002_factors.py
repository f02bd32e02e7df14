"""What cardholders know and have, and the prompts of the bank's app."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "members0002"
down_revision = "members0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    create_records_table(op, "factors", {})
    create_records_table(op, "prompt", {"last_four": "text"})

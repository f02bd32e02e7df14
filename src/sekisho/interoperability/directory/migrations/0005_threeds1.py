"""3-D Secure 1.0.2: inquiries, and the card ranges that were told."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "directory0005"
down_revision = "directory0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of 1.0.2."""
    create_records_table(op, "threeds1_inquiry", {"acq_bin": "text", "enrolled": "text"})
    create_records_table(op, "threeds1_edition", {})

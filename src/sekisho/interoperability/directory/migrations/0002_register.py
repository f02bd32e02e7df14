"""The register: members, and sets of card ranges in pieces."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "directory0002"
down_revision = "directory0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the register."""
    create_records_table(op, "participant", {})
    create_records_table(op, "range_head", {})
    create_records_table(op, "range_piece", {})

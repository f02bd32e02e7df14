"""Parcels, for the contract of stores."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "parcel_room0001"
down_revision = None
branch_labels = None


def upgrade() -> None:
    """Create the table."""
    create_records_table(op, "parcel", {"shelf": "text", "steps": "integer"})

"""Orders and staff sessions."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "ledger0001"
down_revision = None
branch_labels = None


def upgrade() -> None:
    """Create the tables."""
    create_records_table(op, "shop_order", {})
    create_records_table(op, "staff_session", {})


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("staff_session")
    op.drop_table("shop_order")

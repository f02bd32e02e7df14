"""Carts and checkouts."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "storefront0001"
down_revision = None
branch_labels = None


def upgrade() -> None:
    """Create the tables."""
    create_records_table(op, "cart", {})
    create_records_table(op, "checkout", {"state": "text"})


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("checkout")
    op.drop_table("cart")

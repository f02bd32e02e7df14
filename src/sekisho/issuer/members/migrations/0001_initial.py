"""The bank's first tables: cards, authorizations, postings, spent authentications, messages."""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "members0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    create_records_table(op, "card", {"card_id": "text"})
    create_records_table(op, "credit_authorization", {"card_id": "text"})
    create_records_table(op, "posting", {"account": "text", "authorization_id": "text"})
    create_records_table(op, "spent_authentication", {})
    create_records_table(op, "message", {"last_four": "text"})

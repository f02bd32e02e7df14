"""Authentications have another shape, and card ranges a place for each Directory Server.

Those of before end here, as after a loss of power; ranges are asked for anew.
"""

from alembic import op

from sekisho.adapters.sql.schema import create_records_table

revision = "server0004"
down_revision = "server0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of authentications anew, its timers with it, and one of notices."""
    op.execute("DELETE FROM outbox")
    op.execute("DELETE FROM range_piece")
    op.execute("DELETE FROM range_book")
    op.drop_table("authentication")
    create_records_table(
        op, "authentication", {"state": "text", "owner": "text", "acs_trans_id": "text"}
    )
    create_records_table(op, "operation", {"collecting": "text"})

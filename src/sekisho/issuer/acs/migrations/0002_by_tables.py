"""Authentications have another shape: those of before end here, as after a loss of power."""

from alembic import op

revision = "acs0002"
down_revision = "acs0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty the authentications and what they left to do; nobody waits for their results any more."""
    op.execute("DELETE FROM authentication")
    op.execute("DELETE FROM outbox WHERE kind IN ('SendResult', 'EndTurn', 'DeliverCode')")

"""The outbox: effects that transactions leave behind."""

import sqlalchemy as sa
from alembic import op

from sekisho.adapters.sql.schema import NUMBER

revision = "adapters0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the outbox. Times are microseconds since the epoch, UTC."""
    op.create_table(
        "outbox",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("due", NUMBER, nullable=False),
        sa.Column("next_try", NUMBER, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("parked", NUMBER, nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("held_until", NUMBER, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_by_key", "outbox", ["key", "seq"])
    op.create_index("outbox_by_next_try", "outbox", ["parked", "next_try"])

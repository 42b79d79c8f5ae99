"""Mail to one person, beside what a channel's own address is sent."""

import sqlalchemy as sa
from alembic import op

revision = "v0004_recipient"
down_revision = "v0003_told_and_silenced"


def upgrade() -> None:
    """Adds a column; where it is null, the channel's own address is meant."""
    op.add_column("outbox_message", sa.Column("recipient", sa.Text))

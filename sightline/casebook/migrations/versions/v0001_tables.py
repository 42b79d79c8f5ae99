"""The three tables and their append-only lock; they may be there already, made before versions."""

import sqlalchemy as sa
from alembic import op

from sightline.casebook.append_only import refuse

revision = "v0001_tables"
down_revision = None


def upgrade() -> None:
    """Makes what is missing."""
    op.create_table(
        "case_event",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_case_event_case_id", "case_event", ["case_id"], if_not_exists=True)
    op.create_table(
        "outbox_message",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.Text, nullable=False, unique=True),
        sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("case_ids", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("objective_id", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "delivery",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("ok", sa.Boolean, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.UniqueConstraint("message_id", "attempt"),
        if_not_exists=True,
    )
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"], if_not_exists=True)
    for table in ("case_event", "outbox_message", "delivery"):
        refuse(op.get_bind(), table, ("update", "delete"))

"""Casebooks also hold what else was told, silences, answers, check-ins and pauses asked for."""

import sqlalchemy as sa
from alembic import op

from sightline.casebook.append_only import refuse

revision = "v0003_told_and_silenced"
down_revision = "v0002_by_kind"


def upgrade() -> None:
    """Adds four tables and a column."""
    op.add_column("delivery", sa.Column("not_before", sa.DateTime))
    op.create_table(
        "announcement",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("announcement_id", sa.Text, nullable=False, unique=True),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("ix_announcement_about", "announcement", ["about"])
    op.create_table(
        "silence",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("silence_id", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kpi_id", sa.Text),
        sa.Column("scope", sa.Text),
        sa.Column("objective_id", sa.Text),
        sa.Column("starts_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("silence_id", "act"),
    )
    op.create_index("ix_silence_silence_id", "silence", ["silence_id"])
    op.create_table(
        "finding_act",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("finding_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_finding_act_finding_id", "finding_act", ["finding_id"])
    op.create_table(
        "checkin",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("checkin_id", sa.Text, nullable=False, unique=True),
        sa.Column("key_result_id", sa.Text, nullable=False),
        sa.Column("confidence", sa.Text, nullable=False),
        sa.Column("share", sa.Text),
        sa.Column("declared_by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_checkin_key_result_id", "checkin", ["key_result_id"])
    acts = ("update", "delete", "truncate")
    for table in ("announcement", "silence", "finding_act", "checkin"):
        refuse(op.get_bind(), table, acts[: 2 if op.get_bind().dialect.name == "sqlite" else 3])

"""Events are looked up by kind at every look of the sensor; PostgreSQL can also empty a table."""

from alembic import op

from sightline.casebook.append_only import refuse

revision = "v0002_by_kind"
down_revision = "v0001_tables"


def upgrade() -> None:
    """Adds the index, and refuses TRUNCATE where there is one."""
    op.create_index("ix_case_event_kind", "case_event", ["kind", "case_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("case_event", "outbox_message", "delivery"):
            refuse(op.get_bind(), table, ("truncate",))

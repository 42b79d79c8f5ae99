"""A firm of a handful of rows: an ERP on any database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

NOON = datetime(2026, 10, 20, 12)  # noqa: DTZ001 - the ERP keeps naive UTC


@dataclass
class TinyErp:
    """The six tables of the ERP; `add` and `edit` write rows as its users would."""

    engine: sa.Engine
    metadata: sa.MetaData

    @classmethod
    def of(cls, engine: sa.Engine) -> TinyErp:
        """The ERP that is there already."""
        metadata = sa.MetaData()
        for name, columns in _COLUMNS.items():
            sa.Table(
                name,
                metadata,
                *(
                    sa.Column(column, kind, primary_key=position == 0, autoincrement=False)
                    for position, (column, kind) in enumerate(columns.items())
                ),
                sa.Column("create_date", sa.DateTime, nullable=False),
                sa.Column("write_date", sa.DateTime),
                sa.Column("write_uid", sa.Integer),
            )
        return cls(engine, metadata)

    @classmethod
    def create(cls, engine: sa.Engine) -> TinyErp:
        erp = cls.of(engine)
        erp.metadata.create_all(engine)
        day = date(2026, 10, 19)
        erp.add("sorter", sorter_id="N1", site="north", installed_on=date(2024, 1, 1))
        erp.add(
            "sorter_day",
            sorter_day_id=1,
            sorter_id="N1",
            site="north",
            work_date=day,
            scheduled_minutes=1200,
            parcels_sorted=25000,
            manual_touches=60000,
            damaged_parcels=80,
        )
        for number in (1, 2, 3):
            erp.add_downtime(number)
        erp.add(
            "recalibration",
            recalibration_id=1,
            sorter_id="N1",
            site="north",
            planned_on=day,
            done_on=None,
            minutes=0,
        )
        erp.add(
            "customer_order",
            order_id=1,
            site="north",
            ordered_at=NOON,
            promised_on=day,
            delivered_on=None,
            in_full=False,
            parcels=3,
        )
        erp.add(
            "invoice",
            invoice_id=1,
            site="north",
            invoice_date=day,
            category="energy",
            amount_cents=2**40,
        )
        return erp

    def add(self, table: str, *, create_date: datetime = NOON, **values: Any) -> None:
        with self.engine.begin() as connection:
            insert = self.metadata.tables[table].insert()
            connection.execute(insert.values(create_date=create_date, **values))

    def add_downtime(self, number: int, *, create_date: datetime = NOON, minutes: int = 10) -> None:
        self.add(
            "downtime",
            create_date=create_date,
            downtime_id=number,
            sorter_id="N1",
            site="north",
            work_date=date(2026, 10, 19),
            started_at=NOON - timedelta(hours=4),
            minutes=minutes,
            reason_code="jam",
            planned=False,
        )

    def edit_downtime(self, number: int, *, write_date: datetime, minutes: int) -> None:
        table = self.metadata.tables["downtime"]
        with self.engine.begin() as connection:
            connection.execute(
                table.update()
                .where(table.c.downtime_id == number)
                .values(minutes=minutes, write_date=write_date, write_uid=7)
            )

    def execute(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))


_COLUMNS: dict[str, dict[str, type[sa.types.TypeEngine[Any]]]] = {
    "sorter": {"sorter_id": sa.Text, "site": sa.Text, "installed_on": sa.Date},
    "sorter_day": {
        "sorter_day_id": sa.Integer,
        "sorter_id": sa.Text,
        "site": sa.Text,
        "work_date": sa.Date,
        "scheduled_minutes": sa.Integer,
        "parcels_sorted": sa.Integer,
        "manual_touches": sa.Integer,
        "damaged_parcels": sa.Integer,
    },
    "downtime": {
        "downtime_id": sa.Integer,
        "sorter_id": sa.Text,
        "site": sa.Text,
        "work_date": sa.Date,
        "started_at": sa.DateTime,
        "minutes": sa.Integer,
        "reason_code": sa.Text,
        "planned": sa.Boolean,
    },
    "recalibration": {
        "recalibration_id": sa.Integer,
        "sorter_id": sa.Text,
        "site": sa.Text,
        "planned_on": sa.Date,
        "done_on": sa.Date,
        "minutes": sa.Integer,
    },
    "customer_order": {
        "order_id": sa.Integer,
        "site": sa.Text,
        "ordered_at": sa.DateTime,
        "promised_on": sa.Date,
        "delivered_on": sa.Date,
        "in_full": sa.Boolean,
        "parcels": sa.Integer,
    },
    "invoice": {
        "invoice_id": sa.Integer,
        "site": sa.Text,
        "invoice_date": sa.Date,
        "category": sa.Text,
        "amount_cents": sa.BigInteger,
    },
}

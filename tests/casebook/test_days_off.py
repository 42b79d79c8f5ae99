"""Nobody is asked on a day off: due dates skip the holidays of the KPI's own calendar."""

from __future__ import annotations

from datetime import date

import pytest

from sightline.casebook.deadlines import business_days_after
from sightline.catalog import load_catalog
from sightline.days_off import days_off
from sightline.home import CHECKOUT


@pytest.mark.parametrize(
    ("kpi_id", "due"),
    [
        # Wednesday; Christmas Eve is closed, then two holidays and a Sunday. Saturdays are worked.
        ("sorter_uptime", date(2026, 12, 29)),
        # No calendar: Monday to Friday, whatever is celebrated.
        ("cost_per_parcel", date(2026, 12, 25)),
        ("unknown_by_now", date(2026, 12, 25)),
    ],
)
def test_two_business_days_after_the_twenty_third(kpi_id: str, due: date) -> None:
    is_off = days_off(load_catalog(CHECKOUT / "okrs"))(kpi_id)
    assert business_days_after(date(2026, 12, 23), 2, is_off) == due

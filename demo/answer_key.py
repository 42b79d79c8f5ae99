"""What is planted, and what must stay quiet? The key to score a run of the demo against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from demo import hindsight, issues, workbooks
from demo.definitions import EASED_FROM, EASED_KPI, KNOWN_BEFORE
from demo.story import (
    COMPLAINT_LAG,
    FIRST_MONDAY,
    PROGRAMME_START,
    RECALIBRATION_LAG,
    SITES,
    THROTTLE_START,
    Firm,
    last_closed_monday,
    mondays,
    programme_week,
    week_plan,
)

# breaches of level that must never open in either scenario
QUIET = (
    "complaint_rate",
    "cost_per_parcel",
    "damage_rate",
    "manual_touches",
    "on_time_in_full",
    "order_volume",
    "sorting_throughput",
    "staff_trained",
    "unplanned_downtime",
)


def questions(firm: Firm) -> list[tuple[str, str, str]]:
    """KPI, scope and guard of every question that must be asked; no other may be."""
    asked = [
        ("cost_per_parcel", "all", "definition_unchanged_after_close"),
        ("staff_trained", workbooks.typed_site(firm), "workbook_structure_intact"),
        ("manual_touches", hindsight.TOUCHED_UP, "restatements_do_not_favour_the_target"),
        ("on_time_in_full", hindsight.SWEPT_CLEAN, "removed_rows_do_not_favour_the_target"),
    ]
    if firm.scenario == "as_planned":
        return [*asked, ("sorter_uptime", "north", "reported_matches_recomputed")]
    return [*asked, ("milestones_done", "all", "milestone_status_follows_dates")]


def answer_key(
    firm: Firm, moment: datetime, uptime: Mapping[tuple[str, date], float]
) -> dict[str, Any]:
    """Every planted truth with its place; `uptime` as for `workbooks.write`."""
    is_as_planned = firm.scenario == "as_planned"
    return {
        "scenario": firm.scenario,
        "seed": firm.seed,
        "clock": moment.isoformat() + "Z",
        "uptime_episode": {
            "kpi": "sorter_uptime",
            "scope": "north",
            "onset": PROGRAMME_START.isoformat(),
            "second_period": "2026-07-06",
            "cause": "recalibration",
        }
        if is_as_planned
        else None,
        "silent_sacrifice": None
        if is_as_planned
        else {
            "policy": "throughput_over_uptime",
            "onset": THROTTLE_START.isoformat(),
            "fourth_period": "2026-08-10",
            "effort_shares": {
                monday.isoformat(): round(issues.effort_share(firm, programme_week(monday)), 4)
                for monday in mondays(THROTTLE_START, last_closed_monday(moment))
            },
        },
        "typed_constants": [
            {
                "file": "training.xlsx",
                "sheet": "Training",
                "cell": f"E{entry.row}",
                "kpi": "staff_trained",
                "site": entry.plan.site,
                "week": entry.plan.monday.isoformat(),
                "typed": typed,
                "recomputed": round(workbooks.trained_share(entry.plan), 4),
            }
            for entry in workbooks.entries(firm, moment)
            if (typed := workbooks.typed_share(firm, entry.plan)) is not None
        ],
        "polished_reports": [
            {
                "file": "uptime_log.xlsx",
                "sheet": "Uptime",
                "cell": f"C{entry.row}",
                "kpi": "sorter_uptime",
                "site": site,
                "week": monday.isoformat(),
                "reported": reported,
                "recomputed": round(uptime[site, monday], 4),
            }
            for entry in workbooks.entries(firm, moment)
            for site, monday in [(entry.plan.site, entry.plan.monday)]
            if (reported := workbooks.reported_uptime(firm, site, monday, uptime[site, monday]))
            != round(uptime[site, monday], 1)
        ],
        # One step of recalibrations in 78 weeks is one coincidence; damage varies every week.
        "leads": [
            {"kpi": "damage_rate", "of": "complaint_rate", "weeks": COMPLAINT_LAG, "found": True},
            {
                "kpi": "recalibrations_done",
                "of": "sorting_throughput",
                "weeks": RECALIBRATION_LAG,
                "found": False,
            },
        ],
        "eased_target": {
            "kpi": EASED_KPI,
            "from": EASED_FROM.isoformat(),
            "known_before": KNOWN_BEFORE.isoformat(),
        },
        "restated_weeks": [
            {
                "kpi": "manual_touches",
                "site": plan.site,
                "week": plan.monday.isoformat(),
                "published": round(hindsight.first_touches(firm, plan) / plan.parcels, 4),
                "restated": round(plan.manual_touches / plan.parcels, 4),
            }
            for monday in mondays(FIRST_MONDAY, last_closed_monday(moment))
            for plan in (week_plan(firm, site, monday) for site in SITES)
            if hindsight.is_touched_up(plan)
        ],
        "removed_rows": {
            "kpi": "on_time_in_full",
            "site": hindsight.SWEPT_CLEAN,
            "from": hindsight.SWEPT_FROM.isoformat(),
            "until": hindsight.SWEPT_UNTIL.isoformat(),
            "orders_a_week": hindsight.REMOVED_A_WEEK,
        },
        "moved_milestones": [] if is_as_planned else [issues.MOVED_WHEN_DUE],
        "questions": [list(question) for question in questions(firm)],
        "quiet": list(QUIET),
    }

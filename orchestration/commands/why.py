"""`why`: every rule that looked at a KPI in a period, fired or not, and what it saw."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.commands.output import AsJson, emit
from orchestration.commands.reading import marts, records
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    import duckdb

_PERIODS = """
    select e.*, k.name as kpi_name, k.unit_symbol, v.version, v.known_from, v.state
    from marts.fct_kpi_evaluation as e
    inner join marts.dim_kpi as k on e.kpi_id = k.kpi_id
    left join marts.fct_kpi_value as v
        on v.kpi_id = e.kpi_id and v.scope = e.scope and v.period_start = e.period_start
        and v.is_current
    where e.kpi_id = ? and ? between e.period_start and e.period_end
    order by e.scope
"""
_RULES = """
    select r.*, d.severity, e.episode_id
    from marts.fct_rule_evaluation as r
    inner join marts.dim_episode_rule as d on d.rule = r.rule
    left join marts.fct_kpi_episode as e
        on e.kpi_id = r.kpi_id and e.scope = r.scope and e.rule = r.rule
        and e.episode_number = r.episode_number and (r.is_open or r.closes)
    where r.kpi_id = ? and r.scope = ? and r.period_start = ?
    order by r.is_open desc, r.rule
"""
_MAINTENANCE = """
    select * from marts.fct_planned_maintenance
    where kpi_id = ? and scope in (?, 'all') and begins_on <= ? and ends_on >= ?
    order by begins_at, maintenance_id
"""
_EFFECTS = {
    "excluded": "excluded from the hours scheduled",
    "counted": "counted, as the KPI says",
    "approved_late": "excuses nothing: approved, or read here, after it had begun",
}

# Rules that ask whether something happened; the others hold a number against a limit.
_YES_OR_NO = frozenset(
    {
        "contested",
        "definition_changed",
        "no_data",
        "restatement",
        "silent_sacrifice",
        "stale_feed",
        "unstable",
    }
)


def why(
    kpi: Annotated[str, typer.Argument(help="The KPI, by its id.")],
    period: Annotated[str, typer.Argument(help="Any day of the period, as YYYY-MM-DD.")],
    as_json: AsJson = False,
) -> None:
    """Why a KPI did, or did not, fire in a period: every rule, what it saw and what it counted."""
    try:
        day = date.fromisoformat(period)
    except ValueError as error:
        raise UsageError(f"{period} is not a day: write it as 2026-10-19") from error
    with marts() as connection:
        if not records(connection, "from marts.dim_kpi where kpi_id = ?", [kpi]):
            known = records(connection, "select kpi_id from marts.dim_kpi order by kpi_id")
            names = ", ".join(row["kpi_id"] for row in known)
            raise UsageError(f"no KPI is called {kpi}; there are: {names}")
        periods = records(connection, _PERIODS, [kpi, day])
        for row in periods:
            row["rules"] = _rules(connection, row)
            row["maintenance"] = records(
                connection,
                _MAINTENANCE,
                [kpi, row["scope"], row["period_end"], row["period_start"]],
            )
    if not periods:
        raise NothingCheckedError(f"{kpi} has no period that holds {day}")
    emit(periods, "\n\n".join(_walk(row) for row in periods), as_json=as_json)


def _rules(connection: "duckdb.DuckDBPyConnection", row: dict[str, Any]) -> list[dict[str, Any]]:
    return records(connection, _RULES, [row["kpi_id"], row["scope"], row["period_start"]])


def _walk(row: dict[str, Any]) -> str:
    since = f", in force since {row['target_valid_from']}" if row["target_valid_from"] else ""
    lines = [
        f"{row['kpi_name']}, {row['scope']}, {row['period_start']} to {row['period_end']}",
        f"  value      {_number(row['value'])} {row['unit_symbol']}{_version(row)}",
        f"  closed     {'yes' if row['is_closed'] else 'no: an open period is never judged'}",
        f"  integrity  {row['integrity_verdict']} (grade {row['integrity_grade']})",
        f"  target     {_held(row['is_beyond_target'], row['target'])}{since}",
        f"  floor      {_held(row['is_beyond_floor'], row['floor'])}",
        f"  status     {row['status']}, as of {row['as_of']}",
    ]
    lines += [
        f"  maintenance  {window['maintenance_id']}, {_number(window['minutes'])} min: "
        f"{_EFFECTS[window['effect']]} (approved by {window['approved_by']} "
        f"on {window['approved_on']}; {window['reason']})"
        for window in row["maintenance"]
    ]
    if not row["is_leaf"]:
        lines.append("  rules      none: a whole is not judged, its parts are")
    elif not row["rules"]:
        lines.append("  rules      none looked at it")
    return "\n".join([*lines, *(_rule(rule) for rule in row["rules"])])


def _rule(rule: dict[str, Any]) -> str:
    fired = "fired" if rule["opens"] else "ended" if rule["closes"] else "open"
    word = fired if rule["is_open"] or rule["closes"] else "held"
    saw = f"{_number(rule['value'])} against {_number(rule['target'])}"
    if rule["rule"] in _YES_OR_NO:
        saw = "yes" if rule["is_bad"] else "no"
    if rule["side_state"]:
        saw = f"not judged: {rule['side_state'].replace('_', ' ')}"
    elif rule["fires_at_once"]:
        saw += f", beyond {_number(rule['floor'])}"
    counts = (
        f"{rule['bad_count']} bad of the last {rule['fire_m']} ({rule['fire_n']} fire it), "
        f"{rule['good_count']} good of {rule['recover_k']}"
    )
    moved = f"{rule['state_before']} → {rule['state']}"
    case = f"  {rule['episode_id']}" if rule["episode_id"] else ""
    return f"  {rule['rule']:<18} {word:<6} {moved:<23} {saw}; {counts}{case}"


def _held(beyond: bool | None, limit: Any) -> str:
    if limit is None:
        return "none is set"
    if beyond is None:
        return f"{_number(limit)}: not decided"
    return f"{_number(limit)}: {'missed' if beyond else 'held'}"


def _number(value: Any) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def _version(row: dict[str, Any]) -> str:
    if row["version"] is None:
        return ""
    return f" ({row['state']}, version {row['version']}, known since {row['known_from']})"

"""What happened? The charts of a case: Altair's grammar, drawn to SVG without a browser."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from reports import wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sightline.audit_case import AuditCase, Point

_WIDTH = 800
_INK, _MUTED, _LINE, _SECOND, _SHADE = "#1b1f24", "#57606a", "#0b5cad", "#8250df", "#f2d9a6"
_FONT = '"Noto Sans", "Segoe UI", Arial, sans-serif'


def condition_chart(case: AuditCase) -> str:
    """The audited series with the target and floor that were in force, and related series below.

    Returns one inline SVG with a text alternative; '' when no period has a value. The time since
    the episode opened is shaded. A period without a value breaks the line.
    """
    import altair as alt  # 1 s that only a case page needs

    if not any(point.value is not None for point in case.condition):
        return ""
    panels = [
        _panel(
            alt,
            _axis_title(case.kpi_name, case.unit_symbol),
            case.condition,
            since=case.opened_period,
            height=150,
            colour=_LINE,
            unit=(case.unit_symbol, case.decimals),
        )
    ]
    panels += [
        _panel(
            alt,
            _axis_title(series.name, series.unit_symbol),
            series.points,
            since=case.opened_period,
            height=90,
            colour=_SECOND,
            unit=(series.unit_symbol, series.decimals),
        )
        for series in case.related
        if any(point.value is not None for point in series.points)
    ]
    chart = (
        alt.vconcat(*panels, spacing=12)
        .configure(font=_FONT, background="transparent", padding=2)
        .configure_view(stroke="#d0d7de")
        .configure_axis(
            labelFontSize=11,
            labelColor=_INK,
            gridColor="#e5e8ec",
            domainColor="#7d8590",
            tickColor="#7d8590",
        )
    )
    return _svg(chart.to_dict(), _described(case))


def _panel(
    alt: Any,
    title: str,
    points: Sequence[Point],
    *,
    since: date,
    height: int,
    colour: str,
    unit: tuple[str, int],
) -> Any:
    rows: list[dict[str, Any]] = [
        {
            "period": point.period_start.isoformat(),
            "value": None if point.value is None else float(point.value),
            "target": None if point.target is None else float(point.target),
            "floor": None if point.floor is None else float(point.floor),
        }
        for point in points
    ]
    base = alt.Chart(alt.InlineData(values=rows))
    # Dates, not instants: read and drawn as UTC so that no time zone moves a Monday.
    x = alt.X("period:T", title=None, scale=alt.Scale(type="utc")).axis(
        format="%d %b", grid=False, tickCount=13, labelOverlap=True
    )
    y_scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("value:Q", title=None, scale=y_scale).axis(tickCount=4)
    shade = (
        alt.Chart(alt.InlineData(values=[_span(rows, since)]))
        .mark_rect(color=_SHADE, opacity=0.5)
        .encode(x=alt.X("from:T", scale=alt.Scale(type="utc")), x2="to:T")
    )
    layers = [shade, base.mark_line(color=colour, strokeWidth=2).encode(x=x, y=y)]
    layers.append(base.mark_point(color=colour, filled=True, size=18, opacity=1).encode(x=x, y=y))
    for name in ("target", "floor"):
        if rows[-1][name] is not None:
            written = wording.quantity(rows[-1][name], *unit)
            layers += _limit(alt, base, rows, (name, written), x=x, y_scale=y_scale)
    heading = alt.Title(title, anchor="start", fontSize=11, color=_INK, offset=6)
    return alt.layer(*layers).properties(width=_WIDTH, height=height, title=heading)


def _limit(
    alt: Any, base: Any, rows: list[dict[str, Any]], limit: tuple[str, str], *, x: Any, y_scale: Any
) -> list[Any]:
    """A dashed step line, so that a moved target shows when it moved; `limit` is name and value."""
    name, written = limit
    word = "target" if name == "target" else "hard limit"
    line = base.mark_line(
        color=_MUTED, strokeDash=[4, 3], strokeWidth=1, interpolate="step-after"
    ).encode(x=x, y=alt.Y(f"{name}:Q", scale=y_scale))
    first = next(row for row in rows if row[name] is not None)
    label = (
        alt.Chart(alt.InlineData(values=[first | {"label": f"{word} {written}"}]))
        .mark_text(align="left", baseline="bottom", dx=4, dy=-2, color=_MUTED, fontSize=11)
        .encode(x=x, y=alt.Y(f"{name}:Q", scale=y_scale), text="label:N")
    )
    return [line, label]


def _span(rows: list[dict[str, Any]], since: date) -> dict[str, str]:
    return {"from": max(since.isoformat(), rows[0]["period"]), "to": rows[-1]["period"]}


def _axis_title(name: str, symbol: str) -> str:
    return f"{wording.plain(name)}, {wording.plain(symbol)}" if symbol else wording.plain(name)


def _described(case: AuditCase) -> str:
    known = [point for point in case.condition if point.value is not None]
    first, last = known[0], known[-1]
    return (
        f"{wording.scoped(case.kpi_name, case.scope)} by week: "
        f"{wording.quantity(first.value, case.unit_symbol, case.decimals)} in the week of "
        f"{wording.day(first.period_start, year=True)}, "
        f"{wording.quantity(last.value, case.unit_symbol, case.decimals)} in the week of "
        f"{wording.day(last.period_start, year=True)}; the shaded weeks are in breach."
    )


def _svg(specification: dict[str, Any], description: str) -> str:
    """SVG for a page: scalable, with our text alternative instead of one label a mark."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    svg = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)
    return svg.replace(
        "<svg ",
        f'<svg role="img" aria-label="{escape(description, quote=True)}" '
        'style="max-width:100%;height:auto" ',
        1,
    )


def picture(svg: str) -> bytes:
    """A PNG of an SVG at twice its size, for mail readers that do not draw SVG."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=2))

"""What happened? The charts of a case: Altair's grammar, drawn to SVG without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
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
    """The audited series with target, floor and natural limits, and related series below.

    Returns one inline SVG with a text alternative; '' when no period has a value. The time since
    the episode opened is shaded. A period without a value breaks the line.
    """
    import altair as alt  # 1 s that only a case page needs

    if not any(point.value is not None for point in case.condition):
        return ""
    span = _Span(
        case.condition[0].period_start, case.opened_period, case.condition[-1].period_start
    )
    title = _title(case.kpi_name, case.scope, case.unit_symbol)
    audited = _panel(alt, title, _rows(case.condition), span, height=150, colour=_LINE)
    audited += _limits(alt, case, span)
    panels = [audited]
    for series in case.related:
        rows = [row for row in _rows(series.points) if span.holds(row["period"])]
        if any(row["value"] is not None for row in rows):
            title = _title(series.name, series.scope, series.unit_symbol)
            panels.append(_panel(alt, title, rows, span, height=90, colour=_SECOND))
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


@dataclass(frozen=True, slots=True)
class _Span:
    """The days every panel shows, and the one from which on they are shaded."""

    first: date
    since: date
    last: date

    def holds(self, period: str) -> bool:
        return self.first.isoformat() <= period <= self.last.isoformat()

    def scale(self, alt: Any) -> Any:
        """Dates, not instants: read and drawn as UTC, so that no time zone moves a Monday."""
        return alt.Scale(type="utc", domain=[_moment(alt, day) for day in (self.first, self.last)])

    def ticks(self, alt: Any) -> list[Any]:
        """At most thirteen of the weeks' own first days; the library's ticks are Sundays."""
        weeks = (self.last - self.first).days // 7
        step = weeks // 13 + 1
        return [
            _moment(alt, self.first + timedelta(weeks=week)) for week in range(0, weeks + 1, step)
        ]


def _panel(
    alt: Any, title: str, rows: list[dict[str, Any]], span: _Span, *, height: int, colour: str
) -> Any:
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("period:T", title=None, scale=span.scale(alt)).axis(
            format="%d %b", grid=False, values=span.ticks(alt), labelOverlap=True
        ),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)).axis(tickCount=4),
    )
    shaded = {"from": max(span.since, span.first).isoformat(), "to": span.last.isoformat()}
    shade = (
        alt.Chart(alt.InlineData(values=[shaded]))
        .mark_rect(color=_SHADE, opacity=0.5)
        .encode(x=alt.X("from:T", scale=span.scale(alt)), x2="to:T")
    )
    line = base.mark_line(color=colour, strokeWidth=2)
    dots = base.mark_point(color=colour, filled=True, size=18, opacity=1)
    heading = alt.Title(title, anchor="start", fontSize=11, color=_INK, offset=6)
    return alt.layer(shade, line, dots).properties(width=_WIDTH, height=height, title=heading)


def _limits(alt: Any, case: AuditCase, span: _Span) -> Any:
    """Target and hard limit as dashed steps, so that a moved target shows when it moved."""
    rows = _rows(case.condition)
    layers = []
    for name, word in (("target", "target"), ("floor", "hard limit")):
        known = [row for row in rows if row[name] is not None]
        if not known:
            continue
        written = wording.quantity(known[-1][name], case.unit_symbol, case.decimals)
        x, y = alt.X("period:T", scale=span.scale(alt)), alt.Y(f"{name}:Q")
        step = alt.Chart(alt.InlineData(values=rows)).mark_line(
            color=_MUTED, strokeDash=[4, 3], strokeWidth=1, interpolate="step-after"
        )
        label = alt.Chart(
            alt.InlineData(values=[known[0] | {"label": f"{word} {written}"}])
        ).mark_text(align="left", baseline="bottom", dx=4, dy=-2, color=_MUTED, fontSize=11)
        layers += [step.encode(x=x, y=y), label.encode(x=x, y=y, text="label:N")]
    return alt.layer(*layers, *_chance(alt, case, span))


def _chance(alt: Any, case: AuditCase, span: _Span) -> list[Any]:
    """The natural limits as thin lines, labelled on the right; the target's label is left."""
    if case.natural_limits is None:
        return []
    layers = []
    for end, side in ((case.natural_limits.low, "top"), (case.natural_limits.high, "bottom")):
        written = wording.quantity(end, case.unit_symbol, case.decimals)
        row = {"period": span.last.isoformat(), "limit": float(end), "label": f"XmR {written}"}
        line = alt.Chart(alt.InlineData(values=[row])).encode(y=alt.Y("limit:Q"))
        label = line.mark_text(
            align="right",
            baseline=side,
            dx=-4,
            dy=2 if side == "top" else -2,
            color=_MUTED,
            fontSize=11,
        )
        layers += [
            line.mark_rule(color=_MUTED, strokeWidth=0.5),
            label.encode(x=alt.X("period:T", scale=span.scale(alt)), text="label:N"),
        ]
    return layers


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Decimals become floats here and nowhere else: a picture has no ninth decimal."""
    return [
        {
            "period": point.period_start.isoformat(),
            "value": None if point.value is None else float(point.value),
            "target": None if point.target is None else float(point.target),
            "floor": None if point.floor is None else float(point.floor),
        }
        for point in points
    ]


def _moment(alt: Any, day: date) -> Any:
    return alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True)


def _title(name: str, scope: str, symbol: str) -> str:
    title = wording.scoped(name, scope)
    return f"{title} ({wording.plain(symbol)})" if symbol else title


def _described(case: AuditCase) -> str:
    known = [point for point in case.condition if point.value is not None]
    first, last = known[0], known[-1]
    return (
        f"{wording.scoped(case.kpi_name, case.scope)} by {case.grain}: "
        f"{wording.quantity(first.value, case.unit_symbol, case.decimals)} "
        f"{wording.during(case.grain, first.period_start, year=True)}, "
        f"{wording.quantity(last.value, case.unit_symbol, case.decimals)} "
        f"{wording.during(case.grain, last.period_start, year=True)}; "
        f"the shaded {case.grain}s are in breach."
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

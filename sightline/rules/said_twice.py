"""The same thing is said twice where it may be said once.

Reason to flag: of two targets for one day, or two links to one KPI, somebody would have to take
the first.
How to remedy: keep one of the two.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from sightline import walk
from sightline.catalog import VOCABULARY, Catalog
from sightline.finding import Finding, Place


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every second mention of something that must be unique."""
    for what, mentions in _lists(catalog):
        first: dict[Hashable, Place] = {}
        for key, place in mentions:
            if key in first:
                yield Finding(
                    place,
                    "said_twice",
                    f"{what} is already in {first[key].file} on line {first[key].line}",
                    "keep one of the two",
                )
            first.setdefault(key, place)


def _lists(catalog: Catalog) -> Iterator[tuple[str, list[tuple[Hashable, Place]]]]:
    yield (
        "this key result id",
        [(each.id, at("id")) for _, each, at in walk.key_results(catalog)],
    )
    yield (
        "a link of this key result to this KPI and scope",
        [
            ((result.id, link.kpi, link.scope), at("kpi"))
            for _, result, link, at in walk.links(catalog)
        ],
    )
    yield (
        "this initiative id",
        [(each.id, at("id")) for _, each, at in walk.initiatives(catalog)],
    )
    yield (
        "this dependency id",
        [(each.id, at("id")) for _, each, at in walk.dependencies(catalog)],
    )
    for _, initiative, at in walk.initiatives(catalog):
        yield "this KPI", _at_each(at, "changes", initiative.changes)
    for kpi, at in walk.kpis(catalog):
        yield "a target from this day", _at_each(at, "targets", [t.valid_from for t in kpi.targets])
        yield "this department", _at_each(at, "asks", kpi.asks)
        yield "this driver", list(walk.drivers(kpi, at))
        yield "this incentive", _at_each(at, "incentives", [i.department for i in kpi.incentives])
        yield "this guard", _at_each(at, "guards", [guard.guard for guard in kpi.guards])
    for policy, at in walk.policies(catalog):
        yield "this rule name", _at_each(at, "rules", [rule.rule for rule in policy.rules])
        yield "this exempt cause", _at_each(at, "exempt_causes", policy.exempt_causes)
        yield "this approver", _at_each(at, "approved_by", policy.approved_by)
    for calendar, at in walk.calendars(catalog):
        yield "this day of the week", _at_each(at, "business_days", calendar.business_days)
        yield (
            "this maintenance id",
            [(each.id, at("maintenance", i, "id")) for i, each in enumerate(calendar.maintenance)],
        )
    for _, role, at in walk.roles(catalog):
        yield (
            "a holder from this day",
            _at_each(at, "holders", [h.valid_from for h in role.holders]),
        )
    words = walk.At(catalog, VOCABULARY)
    yield "this source", _at_each(words, "sources", catalog.vocabulary.sources)
    yield "this channel", _at_each(words, "channels", catalog.vocabulary.channels)
    yield "this cause code", _at_each(words, "cause_codes", catalog.vocabulary.cause_codes)
    yield "this answer code", _at_each(words, "answer_codes", catalog.vocabulary.answer_codes)


def _at_each(at: walk.At, key: str, values: Sequence[Hashable]) -> list[tuple[Hashable, Place]]:
    return [(value, at(key, index)) for index, value in enumerate(values)]

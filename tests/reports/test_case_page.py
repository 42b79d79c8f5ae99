"""The case page holds every block of an audit, in the order in which an auditor argues."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from reports.case_page import caption, render_case
from reports.charts import condition_chart
from sightline.audit_case import Integrity, LineOfSight, Part, Point
from tests.reports.firm import CASE
from tests.reports.sample_case import DECOMPOSITION, FINDING, HEADLINE, sample_case

BLOCKS = [
    "Can the number be trusted?",
    "What happened",
    "What it was held against",
    "Goals it touches",
    "Checks, by department",
    "Why: candidates for the cause",
    "What follows from it",
    "What was decided beforehand",
    "Corrective actions",
    "Where it sits",
]


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]))


def test_every_block_is_there_in_reading_order() -> None:
    page = render_case(sample_case())
    assert re.findall(r"<h2>(.*?)</h2>", page) == BLOCKS
    assert f"<h1>{HEADLINE}</h1>" in page


def test_what_to_do_stands_before_any_block() -> None:
    first = _text(render_case(sample_case()).partition("<h2>")[0])
    assert "Slow down: Keep recalibrating, but only the sorter that gains most." in first
    assert "Decided beforehand, on 2026-06-20, by Chief operating officer, Finance lead." in first


def test_each_block_says_what_the_case_says() -> None:
    text = _text(render_case(sample_case()))
    for said in (
        "The number is contested: settle the data first , grade C",
        "Why does the hand-kept log show 98.2 where the ERP gives 97.35?",
        "It may be innocent: The log leaves planned stops out. The log rounds up.",
        "differing weeks 8 of the last 8, all towards the target",
        "cell reported recomputed D79 98.20 % 97.35 %",
        "2 of 2 closed weeks below target",
        "64 % 65 % ● on track",
        "3 departments on the path of this KPI were asked: maintenance, automation and customer",
        "operations. 3 departments beside it answered as well: data, operations and quality.",
        "No figure answers for customer operations: ask there.",
        "Uptime carries 30 % of the bonus of Operations. ■ opposite incentive",
        "arithmetic Recalibration accounts for 1.27",
        "recalibration −1.27 102 %",
        "98.60 % to 97.35 % −1.25",
        "N2 98.00 to 97.00 50 % to 70 % −0.60 −0.16 −0.76",
        "98.60 % to 97.35 % −0.94 −0.31 −1.25",
        "9 weeks remain until 27 Dec 2026.",
        "Throughput outranks sorter uptime, within an allowance",
        "Confirm the recalibration plan for the next four weeks. Fri 30 Oct 2026",
        "sightline case reproduce sorter_uptime.north.level.2026-06-29",
        "definition 9f2c41d07be3 ; SQL 5d1e0c77ab42 ; target ≥ 98.00 % of 2025-04-28; content",
        sample_case().footer.content_hash,
    ):
        assert said in text.replace("\u202f", " "), said


def test_a_number_that_is_asked_about_and_counts_all_the_same_says_both() -> None:
    sample = sample_case()
    integrity = sample.integrity.model_copy(update={"verdict": "trusted"})
    text = _text(render_case(sample.model_copy(update={"integrity": integrity})))
    assert "Data The number can be trusted, grade C, 1 question about it" in text
    assert "grade C. Nothing proves otherwise; what is asked about it lowers the grade." in text


def test_the_same_case_gives_the_same_bytes() -> None:
    assert render_case(sample_case()) == render_case(sample_case())


def test_nothing_runs_and_nothing_is_fetched() -> None:
    page = render_case(sample_case())
    assert "default-src &#39;none&#39;" in page
    for fetching in ("<script", "javascript:", "<link", "<iframe", "@import", " src=", "<image"):
        assert fetching not in page


def test_the_chart_says_in_words_what_it_shows() -> None:
    page = render_case(sample_case()).replace("\u202f", " ")
    assert 'role="img" aria-label="Sorter uptime, north by week: 98.47 % in the week of' in page
    assert "target 98.00 %" in page
    assert "hard limit 96.50 %" in page


def test_the_chart_draws_the_natural_limits_where_they_are_known() -> None:
    chart = condition_chart(sample_case()).replace("\u202f", " ")
    for label in ("XmR 98.21 %", "XmR 99.03 %"):
        assert chart.count(f">{label}</text>") == 1
    assert "what chance alone gave before (XmR limits)" in caption(sample_case())
    unknown = sample_case(natural_limits=None)
    assert "XmR" not in condition_chart(unknown) + caption(unknown)


def test_a_member_without_a_ratio_of_its_own_and_the_residual_stand_beside_rate_and_mix() -> None:
    drill_down = sample_case().drill_down
    assert drill_down is not None
    first, second = drill_down.parts
    known = {"parts": (first, second.model_copy(update={"split": None})), "residual": Decimal(1)}
    text = _text(render_case(sample_case(drill_down=drill_down.model_copy(update=known))))
    assert "N1 – – – – −0.49 residual +1.00 98.60" in text


def test_what_only_rounding_leaves_over_is_no_residual() -> None:
    for left, is_told in ((Decimal("0.000000000003"), False), (Decimal("0.000000003"), True)):
        parts = DECOMPOSITION.model_copy(update={"residual": left})
        text = _text(render_case(sample_case(decomposition=parts, drill_down=parts)))
        assert ("residual" in text) is is_told


def test_the_factors_of_a_product_stand_beside_the_other_parts() -> None:
    parts = (
        Part(label="Sorter uptime", amount=Decimal("-0.45"), share=Decimal("0.36")),
        Part(label="all else", amount=Decimal("-0.8"), share=Decimal("0.64")),
    )
    product = DECOMPOSITION.model_copy(update={"dimension": "factor", "parts": parts})
    text = _text(render_case(sample_case(product=product)))
    assert "Exact parts by factor: the weeks of 28 Sep 2026 to 19 Oct 2026 against" in text
    assert "Sorter uptime −0.45 36 % all else −0.80 64 % 98.60" in text
    assert "by factor" not in _text(render_case(sample_case()))


def test_the_evidence_of_a_question_is_folded_away() -> None:
    page = render_case(sample_case())
    folded = "".join(re.findall(r"<details>.*?</details>", page, re.DOTALL))
    assert "differing weeks" in folded
    assert FINDING.question not in folded
    assert page.count("differing weeks") == 1


def test_the_page_of_a_finished_case_says_where_it_is_told_how_it_stands() -> None:
    first = _text(render_case(sample_case()).partition("<h2>")[0])
    assert (
        f"How it stands now, who acknowledged, decided and did what: sightline case show {CASE}"
        in first
    )


def test_the_caption_counts_the_weeks_that_missed_and_those_without_data() -> None:
    case = sample_case()
    assert caption(case).endswith("17 of 17 weeks missed the target.")
    last = case.condition[-1]
    gap = Point(
        period_start=last.period_start + timedelta(weeks=1),
        value=None,
        target=last.target,
        floor=last.floor,
        status="no_data",
    )
    assert caption(sample_case(condition=(*case.condition, gap))).endswith("1 week has no data.")


def test_a_case_with_nothing_to_show_says_so_in_each_block() -> None:
    empty = sample_case(
        instruction=None,
        integrity=Integrity(verdict="insufficient", grade="U", findings=()),
        condition=(),
        related=(),
        goals=(),
        panel=(),
        decomposition=None,
        causes=(),
        consequence=(),
        actions=(),
        departments=("data",),
        line_of_sight=LineOfSight(nodes=(), edges=()),
    )
    page = render_case(empty)
    text = _text(page)
    assert re.findall(r"<h2>(.*?)</h2>", page) == BLOCKS
    for said in (
        "No policy decides this; it has to be decided here.",
        "Nobody could verify the number , grade U",
        "No closed week has a value.",
        "None: the KPI is kept to run the business.",
        "Only data is on the path of this KPI: this audit is not cross-functional.",
        "No candidate was found.",
        "No goal rests on it and no policy gives it an allowance",
        "No policy covers this KPI",
    ):
        assert said in text, said


def test_a_related_series_is_drawn_over_the_weeks_of_the_case_only() -> None:
    case = sample_case()
    (series,) = case.related
    early = series.points[0].model_copy(update={"period_start": date(2020, 1, 6)})
    longer = series.model_copy(update={"points": (early, *series.points)})
    assert condition_chart(sample_case(related=(longer,))) == condition_chart(case)


def test_a_moved_target_shows_as_a_step() -> None:
    case = sample_case()
    moved = tuple(
        point.model_copy(update={"target": Decimal("97.5")}) if index > 20 else point
        for index, point in enumerate(case.condition)
    )
    assert condition_chart(sample_case(condition=moved)) != condition_chart(case)
    assert "target 97.50" in condition_chart(sample_case(condition=moved))


def test_a_policy_approved_after_the_breach_is_told_apart_and_shows_the_dispute_route() -> None:
    case = sample_case()
    assert case.instruction is not None
    late = {"rule": "approved_late", "verdict": "no_verdict", "dispute_route": "Ask the coo."}
    text = _text(render_case(sample_case(instruction=case.instruction.model_copy(update=late))))
    assert "Approved too late for this breach, on 2026-06-20" in text
    assert "Decided beforehand" not in text
    assert "If you disagree Ask the coo." in text

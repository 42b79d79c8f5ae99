"""Formulas are compared as a spreadsheet fills them: relative references move, absolute stay."""

from __future__ import annotations

import pytest
from openpyxl.formula.translate import TranslatorError

from expectations.formula import common_cell, filled_to, has_reference, row_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("=100*D41/C41", "E41"), ("=100*D42/C42", "E42")),
        (("=SUM(B2:D2)", "E2"), ("=SUM(B9:D9)", "E9")),
        (("=D2/$C$1", "E2"), ("=D7/$C$1", "E7")),
        (("=Rates!B2*C2", "E2"), ("=Rates!B30*C30", "E30")),
        (("='Old plan'!$B2*2", "E2"), ("='Old plan'!$B3*2", "E3")),
        (("{=SUM(B2:D2)}", "E2"), ("=SUM(B3:D3)", "E3")),
        (("100*D2/C2", "E2"), ("=100*D3/C3", "E3")),
        (("=E2-1", "F2"), ("=G8-1", "H8")),
        (('=IF(D2>0,"A1",D2)', "E2"), ('=IF(D5>0,"A1",D5)', "E5")),
    ],
)
def test_formulas_with_one_r1c1_form_meet(one: tuple[str, str], other: tuple[str, str]) -> None:
    meeting = common_cell([one[1], other[1]])
    first, second = (filled_to(text, origin=at, destination=meeting) for text, at in (one, other))
    assert first == second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("=100*D41/C41", "E41"), ("=100*D41/C42", "E42")),
        (("=SUM(B2:D2)", "E2"), ("=SUM(B3:C3)", "E3")),
        (("=D2/$C$1", "E2"), ("=D3/$C$2", "E3")),
        (("=D2/C2", "E2"), ("=D3/C3+3", "E3")),
        (('=IF(D2>0,"A2",D2)', "E2"), ('=IF(D3>0,"A3",D3)', "E3")),
    ],
)
def test_formulas_with_different_r1c1_forms_stay_apart(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    meeting = common_cell([one[1], other[1]])
    first, second = (filled_to(text, origin=at, destination=meeting) for text, at in (one, other))
    assert first != second


def test_filling_to_the_cell_below_writes_that_cells_own_formula() -> None:
    assert filled_to("=100*D41/C41", origin="E41", destination="E42") == "=100*D42/C42"


def test_a_reference_that_would_leave_the_sheet_is_refused() -> None:
    with pytest.raises(TranslatorError):
        filled_to("=D1+1", origin="D2", destination="D1")


def test_the_common_cell_is_below_and_right_so_that_filling_never_leaves_the_sheet() -> None:
    assert common_cell(["B7", "AA3", "E5"]) == "AA7"
    assert filled_to("=A1", origin="B2", destination=common_cell(["B2", "B9"])) == "=A8"


@pytest.mark.parametrize("text", ["=97.5", "=100*41/42", "=ROUND(97.46,1)", '="done"'])
def test_a_formula_that_looks_at_nothing_is_a_constant_in_disguise(text: str) -> None:
    assert not has_reference(text)


@pytest.mark.parametrize("text", ["=D2", "=SUM(B:B)", "=trained_total/2", "=Table1[Trained]"])
def test_a_formula_that_looks_at_a_cell_or_name_is_one(text: str) -> None:
    assert has_reference(text)


def test_the_row_of_a_cell_is_counted_from_one() -> None:
    assert row_of("AB42") == 42

"""Do two cells hold the same formula? Compared as R1C1 forms: relative references count as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def filled_to(formula: str, *, origin: str, destination: str) -> str:
    """The formula of cell `origin` as it reads when filled to cell `destination` (A1 notation).

    Two formulas filled to one and the same cell are equal exactly when their R1C1 forms are.
    Raises openpyxl's TranslatorError when a reference would leave the sheet at the top or left.
    """
    from openpyxl.formula.translate import Translator

    return str(Translator(_plain(formula), origin=origin).translate_formula(destination))


def has_reference(formula: str) -> bool:
    """Does the formula look at any cell or name? `=97.5` does not: it is a constant in disguise."""
    from openpyxl.formula.tokenizer import Token, Tokenizer

    return any(
        token.type == Token.OPERAND and token.subtype == Token.RANGE
        for token in Tokenizer(_plain(formula)).items
    )


def common_cell(cells: Sequence[str]) -> str:
    """The cell below and right of all cells: filling there can never leave the sheet."""
    from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter

    places = [coordinate_to_tuple(cell) for cell in cells]
    column = get_column_letter(max(column for _, column in places))
    return f"{column}{max(row for row, _ in places)}"


def row_of(cell: str) -> int:
    """The 1-based row of a cell in A1 notation."""
    from openpyxl.utils.cell import coordinate_to_tuple

    return coordinate_to_tuple(cell)[0]


def _plain(formula: str) -> str:
    """With a leading equals sign and without the braces of an array formula."""
    bare = formula.strip()
    if bare.startswith("{") and bare.endswith("}"):
        bare = bare[1:-1]
    return bare if bare.startswith("=") else f"={bare}"

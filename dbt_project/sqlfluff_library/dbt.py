"""What do dbt's cross-database macros look like to the linter? Enough of each to parse.

The linter expands the project's own macros; these stand in for the ones dbt brings along, since
the dbt templater would need a warehouse and takes seconds.
"""


def type_string() -> str:
    return "varchar"


def date_trunc(part: str, expression: str) -> str:
    return f"date_trunc('{part}', {expression})"


def dateadd(part: str, count: int | str, expression: str) -> str:
    return f"({expression} + {count} * interval '1 {part}')"


def datediff(first: str, second: str, part: str) -> str:
    return f"date_diff('{part}', {first}, {second})"


def position(substring: str, expression: str) -> str:
    return f"position({substring} in {expression})"


def split_part(expression: str, delimiter: str, part: int) -> str:
    return f"split_part({expression}, {delimiter}, {part})"


def hash(expression: str) -> str:  # noqa: A001  the name is dbt's
    return f"md5({expression})"

"""What does dbt's adapter object look like to the linter?"""

from collections.abc import Callable


def quote(name: str) -> str:
    return f'"{name}"'


def dispatch(name: str) -> Callable[..., str]:
    """Any dispatched macro, as a call of its name on its first argument."""
    return lambda expression, *_: f"{name}({expression})"

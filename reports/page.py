"""How does a row become a page? Jinja2, where no value can be anything but words.

`select_autoescape` does not know `*.html.j2`, so escaping is switched on for every template whose
name holds `.html`. Control characters are taken out of every value, in plain text too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from reports import status, wording
from sightline.casebook.acts import MOST
from sightline.page_name import page_name

if TYPE_CHECKING:
    import jinja2

# What a page may load: nothing but its own styles and pictures written into it.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LINK_SCHEMES = frozenset({"http", "https", "file"})


def render(template: str, **values: Any) -> str:
    """The filled template, blank lines removed: they are a tenth of a page's bytes."""
    text = _environment().get_template(template).render(values)
    if ".html" not in template:
        return text
    return "\n".join(line for line in map(str.strip, text.splitlines()) if line) + "\n"


def case_link(case_id: str, base: str = "") -> str:
    """Address of a case page, relative to the board, or under `base` (http, https or file).

    Any other scheme is dropped: a page never carries a link that runs something.
    """
    page = f"cases/{page_name(case_id)}.html"
    if not base or urlsplit(base).scheme not in _LINK_SCHEMES:
        return page
    return f"{base.rstrip('/')}/{page}"


def act_link(base: str, case_id: str, verb: str = "", *, token: str = "") -> str:
    """Where a case is acted on, at the form of one act; without a token it takes nothing."""
    page = f"{base.rstrip('/')}/cases/{page_name(case_id)}/act"
    asked = urlencode({name: said for name, said in (("do", verb), ("link", token)) if said})
    return page + (f"?{asked}" if asked else "")


def answer_link(finding_id: str) -> str:
    """The path at which a finding is answered, and an answer decided about."""
    return f"/findings/{page_name(finding_id)}/act"


def board_link(base: str) -> str | None:
    """Address of the board under `base`, which is http, https or file; None without such a one."""
    known = urlsplit(base).scheme in _LINK_SCHEMES
    return f"{base.rstrip('/')}/index.html" if known else None


def finding_link(finding_id: str, base: str = "") -> str:
    """Address of a finding's page, relative to the board, or below `base` (`../` in a case)."""
    return f"{base}findings/{page_name(finding_id)}.html"


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # 0.1 s that only a page needs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reports"),
        # only plain text, which no browser reads, is not escaped
        autoescape=lambda name: name is None or ".html" in name,  # noqa: S701
        finalize=lambda value: value if hasattr(value, "__html__") else wording.visible(value),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "counted": wording.counted,
        "lasting": wording.lasting,
        "number": wording.number,
        "p_value": wording.p_value,
        "of_the_way": wording.of_the_way,
        "percent": wording.percent,
        "quantity": wording.quantity,
        "signed": wording.signed,
        "day": wording.day,
        "period": lambda day, grain: wording.period(grain, day, year=True),
        "instant": wording.instant,
    }
    environment.globals |= {
        "csp": CONTENT_SECURITY_POLICY,
        "mark": status.mark,
        "level_mark": status.level_mark,
        "grade_tone": status.grade_tone,
        "tones": status.TONES,
        "limit": wording.limit,
        "scoped": wording.scoped,
        "act_link": act_link,
        "most": MOST,
        "case_link": case_link,
        "finding_link": finding_link,
    }
    return environment

"""`sightline status` must not pay for templates, charts and senders."""

from __future__ import annotations

import subprocess
import sys

from sightline.registry import names

HEAVY = ("altair", "vl_convert", "apprise", "jinja2", "markupsafe", "duckdb", "pandas", "dagster")


def test_importing_every_module_of_reports_loads_nothing_heavy() -> None:
    modules = [f"reports.{name}" for name in names("reports")]
    program = (
        f"import sys, {', '.join(modules)}\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr


def test_a_terminal_card_needs_no_template_no_chart_and_no_sender() -> None:
    program = (
        "import sys, reports.card\n"
        "from tests.reports.firm import Firm\n"
        "assert reports.card.render_cards(Firm().marts)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules and name != 'duckdb'])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr

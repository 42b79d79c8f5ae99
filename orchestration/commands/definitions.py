"""`check` and `schema`: what was promised, and whether it can be kept honest."""

import typer
from orchestration.commands.output import AsJson, emit
from sightline.home import Home

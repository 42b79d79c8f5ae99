"""The id inside a file is not the name of the file.

Reason to flag: people find a definition by its file name; two names for one thing drift apart.
How to remedy: rename the file, or correct the id.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every objective, KPI, policy or calendar whose id and file name differ."""
    for walker in (walk.objectives, walk.kpis, walk.policies, walk.calendars):
        for definition, at in walker(catalog):
            stem = at.file.rpartition("/")[2].removesuffix(".yml")
            if definition.id != stem:
                yield Finding(
                    at("id"),
                    "id_differs_from_file",
                    f"the id is {definition.id!r}, the file is named {stem!r}",
                    f"rename the file to {definition.id}.yml, or write `id: {stem}`",
                )

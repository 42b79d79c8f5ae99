"""The folder is the registry: a module dropped into a package is found, no list is edited."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from typing import TYPE_CHECKING

from sightline.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType


def names(package_name: str) -> tuple[str, ...]:
    """Sorted names of the public modules directly inside a package; none of them is imported.

    Raises UsageError when there is no such package.
    """
    try:
        spec = importlib.util.find_spec(package_name)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.submodule_search_locations is None:
        raise UsageError(f"there is no package {package_name!r} to look into")
    found = pkgutil.iter_modules(list(spec.submodule_search_locations))
    return tuple(sorted(module.name for module in found if not module.name.startswith("_")))


def modules(package_name: str) -> dict[str, ModuleType]:
    """Import every public module directly inside a package; name → module, sorted by name."""
    return {name: importlib.import_module(f"{package_name}.{name}") for name in names(package_name)}

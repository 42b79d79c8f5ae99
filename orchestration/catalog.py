"""The definitions this code location was loaded with, read once."""

from functools import cache

from sightline.catalog import Catalog, load_catalog
from sightline.home import Home


@cache
def catalog() -> Catalog:
    """The catalog of the checkout's `okrs/`; raises DefinitionError with every finding."""
    return load_catalog(Home.from_env().okrs)

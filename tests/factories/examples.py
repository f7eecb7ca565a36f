"""One example for each argument that an address can have; the sweeping tests walk every address.

A domain adds its own in `tests/factories/<domain>.py`:

    EXAMPLES = {"call_id": lambda world: make_call().id}

The key is the argument's name, or `endpoint.argument` where one name means different things. The
value is called once a sweep, outside any transaction, and returns what stands in the address. What
belongs to an organization belongs to `world.organization_id`, so that its members are owners and the
member of another organization is a stranger.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests import factories


@dataclass(frozen=True)
class World:
    """Who and what is there when the examples are made."""

    people: Mapping[str, int]  # by persona: "officer", "org_editor", "stranger", …
    organization_id: int
    other_organization_id: int
    made: dict[str, Any] = field(default_factory=dict)  # what several arguments share; ids only


Example = Callable[[World], object]


def all_examples() -> dict[str, Example]:
    """The EXAMPLES of every module in this package."""
    found: dict[str, Example] = {}
    for module in pkgutil.iter_modules(factories.__path__):
        if module.name != "examples":
            known = importlib.import_module(f"tests.factories.{module.name}")
            found.update(getattr(known, "EXAMPLES", {}))
    return found

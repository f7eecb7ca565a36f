"""What the navigation bars offer: each domain adds its entries, a page shows those that are open."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, request, url_for

from charity_portal.kernel.i18n import Text
from charity_portal.kernel.permissions import can, current_actor

AUDIENCES = ("public", "workspace", "office", "account")


@dataclass(frozen=True)
class Entry:
    """One line of a navigation bar."""

    audience: str
    endpoint: str
    label: Text
    permission: str
    order: int
    home_of: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        """Its address."""
        return url_for(self.endpoint)

    @property
    def part(self) -> str:
        """The blueprint that it leads into."""
        return self.endpoint.rpartition(".")[0]

    @property
    def current(self) -> bool:
        """Whether the reader is in this part of the site: on this page, in its blueprint, or, where no
        entry leads into the page's own blueprint, below its address."""
        endpoint, blueprint = request.endpoint, request.blueprint
        endpoints, parts = _led_to(len(_entries))
        if endpoint in endpoints:
            return endpoint == self.endpoint
        if blueprint in parts:
            return blueprint == self.part
        return request.path.startswith(f"{self.url}/")


_entries: list[Entry] = []


@lru_cache(maxsize=1)
def _led_to(_number: int) -> tuple[frozenset[str], frozenset[str]]:
    """The endpoints and the blueprints that so many entries lead to.

    Entries are only ever added, and each page asks dozens of times.
    """
    return frozenset(e.endpoint for e in _entries), frozenset(e.part for e in _entries)


def add(
    audience: str,
    endpoint: str,
    label: Text,
    permission: str,
    order: int,
    home_of: Collection[str] = (),
) -> None:
    """Offer an endpoint in one audience's navigation; lower `order` stands first.

    Holders of the roles in `home_of` begin their work there.
    """
    entry = Entry(audience, endpoint, label, permission, order, frozenset(home_of))
    if audience not in AUDIENCES:
        raise ValueError(audience)
    if entry not in _entries:
        _entries.append(entry)


def entries(audience: str) -> list[Entry]:
    """The entries that the current actor may open, in order."""
    actor = current_actor()
    shown = [e for e in _entries if e.audience == audience and can(actor, e.permission)]
    return sorted(shown, key=lambda entry: entry.order)


def home(audience: str) -> Entry | None:
    """Where the current actor begins: the entry of their role, else the first that is open."""
    shown = entries(audience)
    own = [entry for entry in shown if entry.home_of & current_actor().roles]
    return next(iter([*own, *shown]), None)


def init_app(app: Flask) -> None:
    """Let templates ask for their navigation."""
    app.jinja_env.globals["navigation"] = entries

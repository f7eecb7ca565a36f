"""What the navigation bars offer: each domain adds its entries, a page shows those that are open."""

from dataclasses import dataclass

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

    @property
    def url(self) -> str:
        """Its address."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether the reader is in this part of the site."""
        if any(entry.endpoint == request.endpoint for entry in _entries):
            return request.endpoint == self.endpoint
        return request.blueprint == self.endpoint.rpartition(".")[0]


_entries: list[Entry] = []


def add(audience: str, endpoint: str, label: Text, permission: str, order: int) -> None:
    """Offer an endpoint in one audience's navigation; lower `order` stands first."""
    entry = Entry(audience, endpoint, label, permission, order)
    if audience not in AUDIENCES:
        raise ValueError(audience)
    if entry not in _entries:
        _entries.append(entry)


def entries(audience: str) -> list[Entry]:
    """The entries that the current actor may open, in order."""
    actor = current_actor()
    shown = [e for e in _entries if e.audience == audience and can(actor, e.permission)]
    return sorted(shown, key=lambda entry: entry.order)


def init_app(app: Flask) -> None:
    """Let templates ask for their navigation."""
    app.jinja_env.globals["navigation"] = entries

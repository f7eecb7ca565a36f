"""What a page offers its reader: links to follow, forms to send; and whether the doors behind them open."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from charity_portal.kernel.permissions import Actor, can


@dataclass(frozen=True)
class Offer:
    """An address of the portal with the method that a link or a form uses."""

    method: str
    path: str


class Offers(HTMLParser):
    """Collects the offers of one page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: set[Offer] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Links, forms, and buttons with an address of their own."""
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._add("GET", given["href"] or "")
        elif tag == "form":
            self._add((given.get("method") or "get").upper(), given.get("action") or "")
        elif tag in ("button", "input") and given.get("formaction"):
            self._add("POST", given["formaction"] or "")

    def _add(self, method: str, target: str) -> None:
        parts = urlsplit(urljoin(self.address, target))
        if parts.scheme in ("http", "https") and parts.netloc == urlsplit(self.address).netloc:
            self.found.add(Offer(method, parts.path))


def offered(page: str, address: str) -> set[Offer]:
    """Every offer of a page of the portal."""
    reading = Offers(address)
    reading.feed(page)
    return reading.found


def refused(app: Flask, actor: Actor, offers: set[Offer]) -> Iterator[str]:
    """The offers that the reader would be refused, or that lead nowhere."""
    adapter = app.url_map.bind("localhost")
    for offer in sorted(offers, key=lambda offer: (offer.path, offer.method)):
        try:
            endpoint, values = adapter.match(offer.path, method=offer.method)
        except HTTPException as nowhere:
            yield f"{offer.method} {offer.path}: {nowhere.code}"
            continue
        view = app.view_functions[endpoint]
        if not hasattr(view, "permission"):
            continue
        load = getattr(view, "load", None)
        subject = load(**values) if load is not None else None
        if load is not None and subject is None:
            yield f"{offer.method} {offer.path}: 404"
        elif not can(actor, view.permission, subject):
            yield f"{offer.method} {offer.path}: {view.permission}"

"""Cards on a person's workspace page: each domain adds what there is to do in it."""

from collections.abc import Callable
from dataclasses import dataclass

from charity_portal.kernel.i18n import Text
from charity_portal.kernel.permissions import Actor


@dataclass(frozen=True)
class Card:
    """Something to do, on a person's workspace page; lower `order` stands first."""

    title: Text | str
    text: Text | str
    url: str
    action: Text
    order: int = 100


CardSource = Callable[[Actor], list[Card]]
_card_sources: list[CardSource] = []


def add_cards(source: CardSource) -> CardSource:
    """Let a higher domain put cards on the workspace page; asked at each visit."""
    if source not in _card_sources:
        _card_sources.append(source)
    return source


def cards(actor: Actor) -> list[Card]:
    """Everything there is to do for a person."""
    return sorted((c for source in _card_sources for c in source(actor)), key=lambda c: c.order)

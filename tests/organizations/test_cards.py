from collections.abc import Iterator

import pytest

from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import ANONYMOUS, Actor
from charity_portal.organizations import queries
from charity_portal.organizations.rules import cards
from charity_portal.organizations.rules.cards import Card


@pytest.fixture(autouse=True)
def no_other_sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cards, "_card_sources", [])
    yield


def source(actor: Actor) -> list[Card]:
    if not actor.signed_in:
        return []
    return [
        Card("后", "", "/b", say("保存"), order=20),
        Card("先", "", "/a", say("保存"), order=10),
    ]


def test_cards_come_in_order_from_sources_that_are_asked_once_each() -> None:
    queries.add_cards(source)
    queries.add_cards(source)
    assert [card.title for card in queries.cards(Actor(1))] == ["先", "后"]
    assert queries.cards(ANONYMOUS) == []

"""Where a call's result stands is said by whoever publishes it."""

from collections.abc import Iterator

import pytest

from charity_portal.projects.queries import call_links


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(call_links, "_finders", [])
    yield


def test_without_a_publisher_there_is_no_address() -> None:
    assert call_links.result_address(1) is None


def test_the_first_that_knows_an_address_gives_it() -> None:
    call_links.results_at(lambda call_id: None)
    call_links.results_at(lambda call_id: f"/results/{call_id}" if call_id == 7 else None)
    assert call_links.result_address(7) == "/results/7"
    assert call_links.result_address(8) is None

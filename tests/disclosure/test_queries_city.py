"""The front page counts what is public, and never mixes currencies."""

from flask import Flask

from charity_portal.disclosure.queries import city
from tests.factories.disclosure import draft_result, publish_history
from tests.factories.history import record


def test_an_empty_city_is_all_zeros(app: Flask) -> None:
    glance = city.at_a_glance()
    assert (glance.open_calls, glance.running_notices, glance.results) == ([], [], [])
    assert (glance.organizations, glance.awards, glance.awarded_fen) == (0, 0, 0)


def test_only_published_awards_in_yuan_are_added_up(app: Flask) -> None:
    publish_history(record(1), record(2))
    draft_result(record(11, currency="CNY"))
    assert (city.at_a_glance().awards, city.at_a_glance().awarded_fen) == (0, 0)
    publish_history(record(11, currency="CNY"), record(12, currency="CNY", amountAwarded="0.05"))
    glance = city.at_a_glance()
    assert (glance.awards, glance.awarded_fen) == (2, 90005)
    assert len(glance.results) == 2


def test_recipients_from_elsewhere_are_not_in_the_citys_register(app: Flask) -> None:
    publish_history(record(1))
    assert city.at_a_glance().organizations == 0

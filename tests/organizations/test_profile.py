from datetime import date

from flask import Flask

from charity_portal.organizations import queries
from charity_portal.organizations.queries import OrganizationProfile
from tests.factories.organizations import make_organization

DAY = date(2026, 3, 2)


def profile_of(key: int) -> OrganizationProfile:
    found = queries.profile(key)
    assert found is not None
    return found


def test_a_profile_answers_what_eligibility_asks(app: Flask) -> None:
    row = make_organization(
        kind="foundation",
        is_charity=True,
        registered_on=date(2024, 3, 3),
        grade=3,
        grade_from=date(2026, 1, 1),
        grade_to=date(2030, 12, 31),
        fundraising_from=DAY,
        deductible_from=date(2025, 1, 1),
        deductible_to=date(2026, 3, 1),
    )
    profile = profile_of(row.id)
    assert (profile.years_on(DAY), profile.grade_on(DAY)) == (1, 3)
    assert profile.may_raise_on(DAY) and not profile.may_raise_on(date(2026, 3, 1))
    assert profile.deductible_on(date(2026, 3, 1)) and not profile.deductible_on(DAY)
    assert profile.kind_word.in_source() == "基金会"


def test_an_english_name_is_shown_to_english_readers_only(app: Flask) -> None:
    named, unnamed = make_organization(name_en="Dandelion"), make_organization()
    first, second = profile_of(named.id), profile_of(unnamed.id)
    with app.test_request_context("/?lang=en"):
        assert (first.shown_name, second.shown_name) == ("Dandelion", unnamed.name)
        assert queries.names([named.id]) == {named.id: "Dandelion"}

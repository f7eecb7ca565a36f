from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotSignedIn, WrongState
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import ANONYMOUS, SYSTEM, Actor
from charity_portal.organizations import queries
from charity_portal.organizations.errors import Duplicate, StandingOverlaps
from charity_portal.organizations.models import Organization, Standing
from charity_portal.organizations.queries import Search
from charity_portal.organizations.services import register
from tests.factories.organizations import OFFICER, make_organization, values
from tests.support.clocks import FrozenClock

DAY = date(2026, 2, 1)


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) or 0


def listed(key: int, standing: str, day: date, basis: str = "烟民罚字〔2026〕1号") -> None:
    with transaction():
        register.set_standing(OFFICER, key, standing, day, basis)


def test_a_registered_organization_can_be_asked_for_by_everything_that_names_it(app: Flask) -> None:
    row = make_organization(name_en="Chunxiao Service", grade=4, grade_from=DAY, grade_to=DAY)
    profile = queries.profile(row.id)
    assert profile is not None
    assert (profile.uscc, profile.standing, profile.grade_on(DAY)) == (row.uscc, "normal", 4)
    assert queries.find_by_ref(f"CN-USCI-{row.uscc}") == row.id
    assert queries.names([row.id, 999_999_999]) == {row.id: row.name}
    assert list(db.session.scalars(queries.named_like(row.name[2:8]))) == [row.id]
    assert queries.profile(999_999_999) is None


def test_codes_are_kept_in_their_normal_form(app: Flask) -> None:
    code = make_uscc("370602", 4321)
    row = make_organization(uscc=f"{code[:4]} {code[4:]}".lower())
    assert row.uscc == code


def test_a_telephone_number_is_sealed_in_the_table(app: Flask) -> None:
    row = make_organization(contact_phone="0535-6000001")
    stored = db.session.execute(
        sa.text("SELECT contact_phone_sealed FROM organization WHERE id = :id"), {"id": row.id}
    ).scalar_one()
    assert b"6000001" not in bytes(stored)
    db.session.expire_all()
    assert row.contact_phone == "0535-6000001"


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor(1), Actor(1, roles=frozenset({"auditor"}))])
def test_only_those_who_keep_the_register_write_it(app: Flask, actor: Actor) -> None:
    with pytest.raises((Forbidden, NotSignedIn)), transaction():
        register.register(actor, values())
    assert count() == 0


def test_a_wrong_code_enters_nothing_and_says_what_is_wrong(app: Flask) -> None:
    with pytest.raises(Invalid) as refusal, transaction():
        register.register(OFFICER, values(uscc="51370602MJ0123456X"))
    assert list(refusal.value.fields) == ["uscc"]
    assert count() == 0


def test_a_code_enters_once_and_the_refusal_names_the_entry(app: Flask) -> None:
    row = make_organization()
    with pytest.raises(Duplicate) as refusal, transaction():
        register.register(OFFICER, values(uscc=row.uscc))
    assert refusal.value.organization_id == row.id
    assert count() == 1


def test_two_groups_do_not_share_a_filing_number(app: Flask) -> None:
    row = make_organization(kind="community_group")
    with pytest.raises(Duplicate), transaction():
        register.register(OFFICER, values(kind="community_group", filing_number=row.filing_number))


def test_the_database_itself_refuses_a_service_organization_without_a_code(app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(Organization(org_ref="X-1", name="无代码", kind="service"))


def test_a_change_is_recorded_with_before_and_after_but_without_people(app: Flask) -> None:
    row = make_organization(address="旧址", legal_rep="欧阳旧")
    given = {
        **values(),
        "name": row.name,
        "uscc": row.uscc,
        "address": "新址",
        "legal_rep": "欧阳新",
    }
    with transaction():
        assert set(register.update(OFFICER, row.id, given)) == {"address", "legal_rep"}
    entry = audit.history(row)[0]
    assert entry.before == {"address": "旧址", "legal_rep": "*"}
    assert entry.after == {"address": "新址", "legal_rep": "*"}
    assert audit.verify().whole


def test_saving_without_a_change_writes_nothing(app: Flask) -> None:
    row = make_organization()
    before = row.updated_at
    given = {"name": row.name, "uscc": row.uscc, "kind": row.kind, "county": row.county}
    with transaction():
        assert register.update(OFFICER, row.id, given) == []
    assert len(audit.history(row)) == 1 and row.updated_at == before


def test_a_changed_code_must_be_free(app: Flask) -> None:
    first, second = make_organization(), make_organization()
    with pytest.raises(Duplicate), transaction():
        register.update(OFFICER, second.id, values(uscc=first.uscc))
    assert db.session.get_one(Organization, second.id).uscc != first.uscc


def test_a_group_applies_through_a_registered_host_only(app: Flask) -> None:
    host, group = make_organization(), make_organization(kind="community_group")
    with transaction():
        key = register.register(OFFICER, values(kind="community_group"), host.id)
    assert queries.profile(key).host_id == host.id  # type: ignore[union-attr]
    for kind, wrong in (("community_group", group.id), ("service", host.id)):
        with pytest.raises(Invalid) as refusal, transaction():
            register.register(OFFICER, values(kind=kind), wrong)
        assert list(refusal.value.fields) == ["host"]


def test_an_outside_organization_enters_once(app: Flask) -> None:
    with transaction():
        first = register.ensure_external(SYSTEM, "GB-CHC-1234567", " Royal Trust ", "Royal Trust")
        again = register.ensure_external(SYSTEM, "GB-CHC-1234567", "Another Name")
    assert first == again and count() == 1
    assert queries.profile(first).name == "Royal Trust"  # type: ignore[union-attr]


def test_an_outside_identifier_that_is_none_is_refused(app: Flask) -> None:
    with pytest.raises(Invalid), transaction():
        register.ensure_external(SYSTEM, "–", "Somebody")


def test_an_organization_of_the_register_is_found_by_its_identifier_from_outside(
    app: Flask,
) -> None:
    row = make_organization()
    with transaction():
        assert register.ensure_external(SYSTEM, f"CN-USCI-{row.uscc}", "别名") == row.id


def test_standing_holds_from_its_day_to_the_day_before_the_next(
    app: Flask, clock: FrozenClock
) -> None:
    row = make_organization()
    listed(row.id, "abnormal", date(2026, 1, 10))
    listed(row.id, "serious", date(2026, 2, 10))
    listed(row.id, "normal", date(2026, 3, 1))
    seen = {
        day: queries.standing_on(row.id, day)
        for day in (
            date(2026, 1, 9), date(2026, 1, 10), date(2026, 2, 9), date(2026, 2, 10),
            date(2026, 2, 28), date(2026, 3, 1),
        )
    }  # fmt: skip
    assert list(seen.values()) == ["normal", "abnormal", "abnormal", "serious", "serious", "normal"]
    assert queries.standings_on(date(2026, 2, 10)) == {row.id: "serious"}
    assert queries.profile(row.id).standing == "normal"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("standing", "day", "error"),
    [
        ("serious", date(2026, 1, 10), StandingOverlaps),
        ("serious", date(2026, 1, 9), StandingOverlaps),
        ("abnormal", date(2026, 2, 1), Invalid),
        ("serious", date(2026, 3, 3), Invalid),
        ("unknown", date(2026, 2, 1), Invalid),
    ],
)
def test_a_standing_that_does_not_follow_is_refused(
    app: Flask, standing: str, day: date, error: type[Exception]
) -> None:
    row = make_organization()
    listed(row.id, "abnormal", date(2026, 1, 10))
    with pytest.raises(error):
        listed(row.id, standing, day)
    assert [span.to_date for span in queries.standings(row.id)] == [None]


def test_a_standing_needs_its_basis(app: Flask) -> None:
    row = make_organization()
    with pytest.raises(Invalid):
        listed(row.id, "abnormal", DAY, basis="  ")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Standing)) == 0


def test_an_archived_organization_leaves_the_lists_and_comes_back(app: Flask) -> None:
    row = make_organization()
    with transaction():
        register.set_archived(OFFICER, row.id, True, "已注销")
    assert queries.count(Search()) == 0 and queries.count(Search(archived=True)) == 1
    assert queries.profile(row.id).archived  # type: ignore[union-attr]
    with pytest.raises(WrongState), transaction():
        register.set_archived(OFFICER, row.id, True, "再次")
    with transaction():
        register.set_archived(OFFICER, row.id, False, "误归档")
    assert queries.count(Search()) == 1


def test_each_filter_finds_its_organizations(app: Flask) -> None:
    graded = {"grade": 5, "grade_from": date(2026, 1, 1), "grade_to": date(2030, 12, 31)}
    expired = {"grade": 5, "grade_from": date(2020, 1, 1), "grade_to": date(2025, 12, 31)}
    first = make_organization(name="蒲公英助学基金会", kind="foundation", is_charity=True, **graded)
    second = make_organization(name="百合100%志愿服务中心", county="370611", **expired)
    listed(second.id, "abnormal", DAY)

    def found(**search: Any) -> list[int]:
        return [row.id for row in queries.register_page(Search(**search)).items]

    assert found() == [second.id, first.id] or found() == [first.id, second.id]
    assert found(text="公英助") == [first.id]
    assert found(text=str(second.uscc)[4:].lower()) == [second.id]
    assert found(text="100%志") == [second.id] and found(text="%") == [second.id]
    assert found(kind="foundation") == [first.id]
    assert found(county="370611") == [second.id]
    assert found(charity=True) == [first.id]
    assert found(grade=5) == [first.id]
    assert found(standing="abnormal") == [second.id]
    assert found(standing="normal") == [first.id]
    assert found(standing="serious") == []


def test_pages_meet_without_gap_or_overlap(app: Flask) -> None:
    made = {make_organization(name=f"同名机构{n % 3}").id for n in range(55)}
    first = queries.register_page(Search())
    second = queries.register_page(Search(), first.next_cursor)
    assert len(first.items) == 50 and second.next_cursor is None
    assert {row.id for row in first.items} | {row.id for row in second.items} == made

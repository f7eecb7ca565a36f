import io
import zipfile
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from charity_portal.accounts.models import User
from charity_portal.kernel import audit, files
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Forbidden
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.tables import read_table
from charity_portal.organizations import queries
from charity_portal.organizations.models import Organization, RosterChange, RosterImport
from charity_portal.organizations.rules.roster import unpacked
from charity_portal.organizations.rules.roster_rows import columns_of
from charity_portal.organizations.services import register, rosters
from tests.factories.accounts import make_user
from tests.factories.organizations import (
    OFFICER,
    make_organization,
    make_roster,
    roster_file,
    roster_rows,
    values,
)
from tests.support.people import sign_in
from tests.support.working import Worker

MANY = 10_000


@pytest.fixture
def officer(client: FlaskClient) -> User:
    """An officer, signed in."""
    user = make_user(roles=["officer"])
    sign_in(client, user.id)
    return user


def total() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) or 0


def checked(rows: list[dict[str, Any]], worker: Worker) -> RosterImport:
    roster = make_roster(rows)
    worker()
    return db.session.get_one(RosterImport, roster.id)


def applied(rows: list[dict[str, Any]], worker: Worker) -> RosterImport:
    roster = checked(rows, worker)
    assert roster.state == "checked", roster.problems
    with transaction():
        rosters.confirm_roster(OFFICER, roster.id, "zh")
    worker()
    return db.session.get_one(RosterImport, roster.id)


def said(roster: RosterImport) -> list[tuple[int, str, str]]:
    return [(p["row"], p["field"], unpacked(p["text"]).in_source()) for p in roster.problems or []]


def upload(client: FlaskClient, content: bytes, name: str = "名册.xlsx") -> Any:
    data = {"file": (io.BytesIO(content), name)}
    return client.post("/office/organization-rosters", data=data)


def test_checking_a_roster_changes_nothing(app: Flask, worker: Worker) -> None:
    roster = checked(roster_rows(3), worker)
    assert (roster.state, roster.counts) == (
        "checked", {"new": 3, "changed": 0, "unchanged": 0, "wrong": 0},
    )  # fmt: skip
    assert total() == 0


def test_a_confirmed_roster_fills_the_register(app: Flask, worker: Worker) -> None:
    row = roster_rows(1)[0] | {"grade": "4A", "grade_from": "2026-01-01", "grade_to": "2030-12-31"}
    roster = applied([row], worker)
    assert roster.state == "applied"
    organization = db.session.scalars(sa.select(Organization)).one()
    assert (organization.uscc, organization.grade, organization.county) == (
        row["uscc"],
        4,
        "370602",
    )
    assert organization.contact_phone == row["contact_phone"]
    assert organization.org_ref == f"CN-USCI-{row['uscc']}"


def test_the_same_roster_again_changes_nothing(app: Flask, worker: Worker) -> None:
    applied(roster_rows(5), worker)
    again = checked(roster_rows(5), worker)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 5, "wrong": 0}
    applied(roster_rows(5), worker)
    assert total() == 5
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterChange)) == 5


def test_a_changed_row_updates_instead_of_doubling(app: Flask, worker: Worker) -> None:
    rows = roster_rows(3)
    applied(rows, worker)
    rows[1] |= {"name": "改名后的机构", "contact_phone": "0535-6999999"}
    roster = applied(rows, worker)
    assert roster.counts == {"new": 0, "changed": 1, "unchanged": 2, "wrong": 0}
    assert total() == 3
    changed = db.session.scalars(sa.select(Organization).filter_by(uscc=rows[1]["uscc"])).one()
    assert (changed.name, changed.contact_phone) == ("改名后的机构", "0535-6999999")


def test_one_wrong_row_keeps_all_rows_out(app: Flask, worker: Worker) -> None:
    rows = roster_rows(4)
    rows[2]["uscc"] = rows[2]["uscc"][:-1]
    roster = checked(rows, worker)
    assert (roster.state, roster.counts["wrong"]) == ("refused", 1)  # type: ignore[index]
    assert [(row, field) for row, field, _ in said(roster)] == [(4, "uscc")]
    assert total() == 0
    with pytest.raises(Conflict), transaction():
        rosters.confirm_roster(OFFICER, roster.id, "zh")


def test_the_workbook_of_errors_marks_the_rows_and_can_come_back(
    app: Flask, worker: Worker
) -> None:
    rows = roster_rows(3)
    good = rows[1]["uscc"]
    rows[1] |= {"uscc": "51370602", "grade": "7A"}
    roster = checked(rows, worker)
    stored = db.session.get_one(files.StoredFile, roster.error_file_id)
    content = files.path_of(stored).read_bytes()
    assert "应为 18 位" in content_text(content) and "1A 至 5A" in content_text(content)
    sheet = read_table(io.BytesIO(content), stored.name)
    assert len(sheet.rows) == 3
    back = [{k: row.cells[t] for t, k in columns_of(sheet.header)[0].items()} for row in sheet.rows]
    back[1] |= {"uscc": good, "grade": ""}
    assert applied(back, worker).counts["new"] == 3  # type: ignore[index]


def content_text(workbook: bytes) -> str:
    """All texts of a workbook, the column of reasons included."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return "".join(
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")
        )


@pytest.mark.parametrize(
    ("change", "said_first"),
    [
        ({"without": ["uscc", "county"]}, "表头缺少这些列：统一社会信用代码、县区。"),
        ({"name": "单位名称"}, "表头缺少这些列：机构名称。"),
    ],
)
def test_a_wrong_header_says_which_columns_and_changes_nothing(
    client: FlaskClient, officer: User, worker: Worker, change: dict[str, Any], said_first: str
) -> None:
    answer = upload(client, roster_file(roster_rows(2), **change))
    worker()
    roster = db.session.scalars(sa.select(RosterImport)).one()
    assert roster.state == "refused" and roster.counts is None
    assert said(roster)[0][2] == said_first
    page = client.get(f"/office/organization-rosters/{roster.id}").get_data(as_text=True)
    assert said_first in page and "应有的列" in page and "登记管理机关" in page
    if "name" in change:
        assert "表头有不认识的列：单位名称。" in page
    assert answer.status_code == 303 and total() == 0


def test_a_file_that_is_no_table_is_refused_at_once(client: FlaskClient, officer: User) -> None:
    answer = upload(client, b"MZ\x90\x00 not a table", "名册.xlsx")
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterImport)) == 0
    assert client.post("/office/organization-rosters").status_code == 422


def test_a_table_without_rows_is_refused(app: Flask, worker: Worker) -> None:
    assert said(checked([], worker))[0][2] == "名册里没有机构。"


def test_csv_is_as_good_as_xlsx(client: FlaskClient, officer: User, worker: Worker) -> None:
    applied(roster_rows(4), worker)
    text = client.get("/office/organizations/export.csv").data
    upload(client, text, "名册.csv")
    worker()
    latest = queries.rosters()[0]
    assert latest.counts == {"new": 0, "changed": 0, "unchanged": 4, "wrong": 0}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_exported_register_comes_back_without_a_change(
    client: FlaskClient, officer: User, worker: Worker, lang: str
) -> None:
    host = make_organization(
        name="=SUM(1,1)机构",
        name_en="Odd Name",
        kind="association",
        is_charity=True,
        is_hub=True,
        grade=5,
        grade_from=date(2026, 1, 1),
        grade_to=date(2030, 12, 31),
        county="370103",
        contact_phone="+86-535-6000000",
        contact_email="office@example.org",
        website="https://example.org",
        legal_rep="欧阳新",
    )
    make_organization(host=host, kind="community_group", township="370602001")
    make_organization(kind="other", name="Royal Trust")
    listed = make_organization(kind="foundation", county="371302")
    day = date(2026, 2, 1)
    with transaction():
        register.set_standing(OFFICER, listed.id, "abnormal", day, "文号")
    content = client.get(f"/office/organizations/export.xlsx?lang={lang}").data
    upload(client, content)
    worker()
    latest = queries.rosters()[0]
    assert said(latest) == []
    assert latest.counts == {"new": 0, "changed": 0, "unchanged": 4, "wrong": 0}


def test_the_template_can_be_sent_back_and_is_then_empty(
    client: FlaskClient, officer: User, worker: Worker
) -> None:
    for lang in ("zh", "en"):
        upload(client, client.get(f"/office/organization-rosters/template.xlsx?lang={lang}").data)
        worker()
        assert said(queries.rosters()[0])[0][2] == "名册里没有机构。"


def test_hosts_are_found_wherever_they_stand_in_the_file(app: Flask, worker: Worker) -> None:
    code = make_uscc("370602", 700_001)
    group = {
        "name": "广场舞队", "kind": "社区社会组织", "filing_number": "备1", "county": "芝罘区",
        "host": code,
    }  # fmt: skip
    host = roster_rows(1, 700_001)[0]
    applied([group, host], worker)
    profiles = queries.profiles(db.session.scalars(sa.select(Organization.id)))
    by_kind = {profile.kind: profile for profile in profiles.values()}
    assert by_kind["community_group"].host_id == by_kind["service"].id


def test_a_group_that_became_registered_keeps_its_entry(app: Flask, worker: Worker) -> None:
    group = make_organization(kind="community_group")
    row = roster_rows(1, 700_010)[0] | {"filing_number": group.filing_number}
    applied([row], worker)
    db.session.expire_all()
    assert (group.kind, group.uscc, group.org_ref) == (
        "service", row["uscc"], f"CN-USCI-{row['uscc']}",
    )  # fmt: skip
    assert total() == 1


def test_a_register_that_moved_since_the_check_stops_the_import(app: Flask, worker: Worker) -> None:
    organization = make_organization(address="旧址")
    row = {
        "name": organization.name, "kind": "社会服务机构", "uscc": organization.uscc,
        "county": "芝罘区", "address": "名册中的地址",
    }  # fmt: skip
    roster = checked([row], worker)
    with transaction():
        register.update(
            OFFICER,
            organization.id,
            values(name=organization.name, uscc=organization.uscc, address="新址"),
        )
    with transaction():
        rosters.confirm_roster(OFFICER, roster.id, "zh")
    worker(failing=True)
    db.session.expire_all()
    assert (roster.state, organization.address) == ("checked", "新址")
    with transaction():
        rosters.recheck_roster(OFFICER, roster.id, "zh")
    worker()
    with transaction():
        rosters.confirm_roster(OFFICER, roster.id, "zh")
    worker()
    db.session.expire_all()
    assert (roster.state, organization.address) == ("applied", "名册中的地址")


def test_confirming_twice_applies_once(app: Flask, worker: Worker) -> None:
    roster = checked(roster_rows(2), worker)
    for _ in range(2):
        with transaction():
            rosters.confirm_roster(OFFICER, roster.id, "zh")
    worker(failing=True)  # the second finds the roster applied
    db.session.expire_all()
    assert roster.state == "applied" and total() == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterChange)) == 2


def test_a_discarded_roster_cannot_be_applied(app: Flask, worker: Worker) -> None:
    roster = checked(roster_rows(2), worker)
    with transaction():
        rosters.discard_roster(OFFICER, roster.id)
    with pytest.raises(Conflict), transaction():
        rosters.confirm_roster(OFFICER, roster.id, "zh")
    assert total() == 0


def test_only_officers_bring_rosters(app: Flask) -> None:
    for role in ("auditor", "finance", "reviewer"):
        with pytest.raises(Forbidden):
            make_roster(actor=Actor(1, roles=frozenset({role})))


def test_what_a_roster_did_stands_in_the_trail_and_cannot_be_altered(
    app: Flask, worker: Worker
) -> None:
    rows = roster_rows(2)
    rows[0]["legal_rep"] = "欧阳新"
    roster = applied(rows, worker)
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "organizations.roster_import.apply")
    ).all()
    assert len(entries) == 1
    assert entries[0].after is not None
    assert entries[0].after["counts"]["new"] == 2
    assert entries[0].after["fingerprint"] == roster.fingerprint
    assert audit.verify().whole
    changes = db.session.scalars(sa.select(RosterChange)).all()
    assert [change.row for change in changes] == [2, 3]
    assert "欧阳" not in str(changes[0].changes)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.delete(RosterChange))


def test_ten_thousand_rows_with_three_errors_change_nothing(app: Flask, worker: Worker) -> None:
    rows = roster_rows(MANY, 100_000)
    rows[17]["uscc"] = rows[16]["uscc"]
    rows[5000]["kind"] = "俱乐部"
    rows[9999]["registered_on"] = "2027-01-01"
    roster = checked(rows, worker)
    assert roster.state == "refused"
    assert roster.counts == {"new": MANY - 3, "changed": 0, "unchanged": 0, "wrong": 3}
    assert [(row, field) for row, field, _ in said(roster)] == [
        (19, "uscc"), (5002, "kind"), (10001, "registered_on"),
    ]  # fmt: skip
    assert total() == 0 and roster.error_file_id is not None


def test_the_number_of_statements_does_not_grow_with_the_rows_of_a_batch(
    app: Flask, worker: Worker
) -> None:
    def statements(rows: list[dict[str, Any]]) -> int:
        seen: list[str] = []
        note = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            applied(rows, worker)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    small, large = statements(roster_rows(10, 200_000)), statements(roster_rows(900, 210_000))
    assert large <= small + 2
    for row in (mine := roster_rows(900, 210_000)):
        row["address"] = f"新址 {row['uscc']}"
    assert statements(mine) <= small + 6

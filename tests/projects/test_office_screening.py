"""The queue as staff see it: filters, paging, the same rows in the file, few statements."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.tables import read_table
from charity_portal.projects.models.applications import Application
from tests.factories import notices as make
from tests.factories.calls import make_call
from tests.factories.organizations import make_organization
from tests.factories.screening import ask_for_correction
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in
from tests.support.statements import counted


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> Actor:
    person = make.staff("officer", "何经办")
    sign_in(client, person.user_id or 0)
    return person


def titles(page: str, *wanted: str) -> list[str]:
    return sorted((t for t in wanted if t in page), key=page.index)


def test_the_queue_is_in_order_of_submission(
    client: FlaskClient, officer: Actor, clock: FrozenClock
) -> None:
    make.submitted(title="后交的项目")
    clock.set("2026-03-01 09:00")
    make.submitted(title="先交的项目")
    page = client.get("/office/screening").text
    assert titles(page, "后交的项目", "先交的项目") == ["先交的项目", "后交的项目"]


def test_search_finds_number_title_and_organization_in_chinese(
    client: FlaskClient, officer: Actor
) -> None:
    own = make_organization(name="芝罘区海棠助老服务社")
    row = make.submitted(title="银发数字课堂", organization=own)
    make.submitted(title="海岸线护滩")
    for text in ("数字课堂", row.number, row.number.lower(), "海棠"):  # type: ignore[union-attr]
        page = client.get("/office/screening", query_string={"q": text}).text
        assert titles(page, "银发数字课堂", "海岸线护滩") == ["银发数字课堂"], text
    assert "没有符合条件" in client.get("/office/screening", query_string={"q": "100%_"}).text


def test_filters_narrow_by_call_state_and_track(client: FlaskClient, officer: Actor) -> None:
    call, other = make_call(), make_call()
    desk = make.office()
    make.submitted(call, title="甲甲项目")
    make.submitted(call, title="乙乙项目", track="children")
    make.submitted(other, title="丙丙项目")
    ask_for_correction(desk, make.submitted(call, title="丁丁项目"))
    everything = ("甲甲项目", "乙乙项目", "丙丙项目", "丁丁项目")
    children = next(t.id for t in call.tracks if t.key == "children")
    for query, found in (
        ({"call": call.id}, ["甲甲项目", "乙乙项目"]),
        ({"call": call.id, "track": children}, ["乙乙项目"]),
        ({"call": other.id, "track": children}, ["丙丙项目"]),
        ({"state": "correction"}, ["丁丁项目"]),
        ({"state": "all"}, list(everything)),
        ({"state": "nonsense", "call": "x"}, ["甲甲项目", "乙乙项目", "丙丙项目"]),
    ):
        page = client.get("/office/screening", query_string=query).text
        assert sorted(titles(page, *everything)) == sorted(found), query


def test_drafts_are_nobodys_business_in_the_office(client: FlaskClient, officer: Actor) -> None:
    row = make.submitted(title="还没提交的草稿")
    with transaction():
        db.session.execute(sa.update(Application).values(state="draft"))
    page = client.get("/office/screening", query_string={"state": "all"}).text
    assert "还没提交的草稿" not in page
    assert client.get(f"/office/screening/{row.id}").status_code == 404


def test_the_file_holds_exactly_the_rows_of_the_filter(client: FlaskClient, officer: Actor) -> None:
    call = make_call()
    for n in range(3):
        make.submitted(call, title=f"=甲{n}")
    make.submitted(title="另一征集的项目")
    query = {"call": call.id}
    for file_format in ("xlsx", "csv"):
        response = client.get(f"/office/screening/export.{file_format}", query_string=query)
        assert response.status_code == 200
        sheet = read_table(io.BytesIO(response.data), f"x.{file_format}")
        assert [row.cells["项目名称"] for row in sheet.rows] == ["=甲0", "=甲1", "=甲2"]
        assert {row.cells["申请金额（元）"] for row in sheet.rows} <= {"50000", "50000.00"}
    assert client.get("/office/screening/export.pdf").status_code == 404


def test_pages_follow_on_without_gap_or_double(
    client: FlaskClient, officer: Actor, clock: FrozenClock
) -> None:
    call = make_call()
    for n in range(53):
        make.submitted(call, title=f"第{n:02d}号项目", member=False)
    first = client.get("/office/screening").text
    wanted = [f"第{n:02d}号项目" for n in range(53)]
    assert len(titles(first, *wanted)) == 50 and "共 53 条" in first
    after = first.split("after=")[1].split('"')[0].split("&")[0]
    second = client.get(f"/office/screening?after={after}").text
    assert titles(second, *wanted) == wanted[50:]


def test_a_page_costs_the_same_however_many_rows(
    app: Flask, client: FlaskClient, officer: Actor
) -> None:
    call = make_call()
    make.submitted(call)
    client.get("/office/screening")
    with counted(app) as few:
        client.get("/office/screening", query_string={"state": "all", "call": call.id})
    desk = make.office()
    for n in range(12):
        row = make.submitted(call)
        if n % 2:
            ask_for_correction(desk, row)
    with counted(app) as many:
        client.get("/office/screening", query_string={"state": "all", "call": call.id})
    assert len(many) <= 12, many
    assert len(many) - len(few) <= 2


def test_assisted_filing_starts_from_the_open_calls(client: FlaskClient, officer: Actor) -> None:
    call = make_call(title_zh="正在征集的项目征集")
    page = client.get("/office/screening/on-behalf").text
    assert "正在征集的项目征集" in page
    assert f"/workspace/applications/start/{call.id}" in page


def test_applicants_have_no_business_in_the_queue(app: Flask, client: FlaskClient) -> None:
    person = make.staff("reviewer", "评审专家")
    sign_in(client, person.user_id or 0)
    assert client.get("/office/screening").status_code == 403

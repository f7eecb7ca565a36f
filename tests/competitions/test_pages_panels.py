"""Experts, panels, declarations and the register, as people meet them."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Conflict, Panelist, Tie
from charity_portal.competitions.queries import experts as expert_queries
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.tables import read_table
from tests.factories import competitions as make
from tests.factories import notices
from tests.factories import panels as panel
from tests.factories.organizations import make_organization
from tests.support.people import sign_in
from tests.support.statements import counted


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> None:
    sign_in(client, notices.staff("officer", "何经办").user_id or 0)


def as_approver(client: FlaskClient) -> None:
    sign_in(client, notices.staff("approver", "钱审批").user_id or 0)


def profile(**changes: object) -> dict[str, object]:
    return {
        "title": "高级社会工作师",
        "expertise": ["elderly", "community"],
        "phone": "0535-661 2345",
        "address": "烟台市芝罘区海港路12号",
    } | changes


def test_the_list_its_filter_and_its_file_hold_the_same_rows_and_no_contacts(
    app: Flask, client: FlaskClient, officer: None
) -> None:
    first, *_rest = panel.pool(3)
    with transaction():
        first.phone, first.address = "0535-661 2345", "海港路12号"
        first.phone_index = "given"
    page = client.get("/office/experts", query_string={"capacity": "finance"}).text
    assert "专家00" in page and "专家01" not in page and "共 1 条" in page
    for file_format in ("xlsx", "csv"):
        body = client.get(f"/office/experts/export.{file_format}?capacity=finance").data
        sheet = read_table(io.BytesIO(body), f"专家.{file_format}")
        assert [row.cells["姓名"] for row in sheet.rows] == ["专家00"]
        assert "661" not in repr(sheet.rows) and "海港" not in repr(sheet.rows)
    shown = client.get(f"/office/experts/{first.id}").text
    assert "661 2345" not in shown and "海港路" not in shown and "加密保存" in shown
    assert "没有符合条件的专家" in client.get("/office/experts?expertise=veterans").text


def test_the_list_costs_a_constant_number_of_statements(
    app: Flask, client: FlaskClient, officer: None
) -> None:
    costs = []
    for _ in range(2):
        panel.pool(3)
        with counted(app) as seen:
            assert client.get("/office/experts").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 12


def test_nomination_and_admission_on_the_pages(
    app: Flask, client: FlaskClient, officer: None
) -> None:
    assert (
        client.post("/office/experts/nominate", data={"email": "not an address"}).status_code == 422
    )
    response = client.post(
        "/office/experts/nominate", data={"email": "gu@example.org", "locale": "zh"}
    )
    assert response.status_code == 303 and db.session.query(Expert).count() == 0
    expert = make.make_expert(state="nominated", expertise=["health"])
    url = f"/office/experts/{expert.id}"
    assert "准予入库" not in client.get(url).text
    as_approver(client)
    assert "准予入库" in client.get(url).text
    refused = client.post(f"{url}/admit", data={"reason": ""})
    assert refused.status_code == 422 and "reason-admit-error" in refused.text
    assert client.post(f"{url}/admit", data={"reason": "符合条件"}).status_code == 303
    assert expert.state == "admitted" and "符合条件" in client.get(url).text


def test_a_reviewer_keeps_an_own_entry(app: Flask, client: FlaskClient) -> None:
    expert = make.make_expert(state="nominated")
    sign_in(client, expert.user_id)
    wrong = client.post("/reviews/profile", data=profile(title="", away_from="2026-05-01"))
    assert wrong.status_code == 422 and 'value="0535-661 2345"' in wrong.text
    assert client.post("/reviews/profile", data=profile(away_from="2026-05-01")).status_code == 422
    assert client.post("/reviews/profile", data=profile()).status_code == 303
    page = client.get("/reviews/profile").text
    assert 'value="0535-661 2345"' in page and "资料修改" in page
    assert client.post("/reviews/profile/leave", data={"reason": ""}).status_code == 422
    assert client.post("/reviews/profile/leave", data={"reason": "退休"}).status_code == 303
    assert expert.state == "left"


def test_an_employer_is_found_in_the_register_or_named(app: Flask, client: FlaskClient) -> None:
    organization = make_organization(name="春晓社会工作服务中心")
    expert = make.make_expert()
    sign_in(client, expert.user_id)
    found = client.get("/reviews/profile/employers/new", query_string={"q": "春晓"}).text
    assert f'value="{organization.id}"' in found
    data = {"q": "春晓", "organization": organization.id, "since": "2020-01-01"}
    assert client.post("/reviews/profile/employers", data=data).status_code == 303
    named = {"q": "", "organization": "0", "employer": "", "since": "2020-01-01"}
    wrong = client.post("/reviews/profile/employers", data=named)
    assert wrong.status_code == 422 and "请填写单位名称" in wrong.text
    db.session.expire_all()
    (job,) = expert.employments
    assert job.organization_id == organization.id
    assert client.post("/reviews/profile/employers/remove").status_code == 404
    gone = client.post("/reviews/profile/employers/remove", data={"row_id": job.id})
    assert gone.status_code == 303
    fresh = expert_queries.expert_of(expert.user_id)
    db.session.expire_all()
    assert fresh is not None and fresh.employments == []


def test_a_panel_is_drawn_asked_and_recorded_on_the_pages(
    app: Flask, client: FlaskClient, officer: None
) -> None:
    edition = make.make_edition(state="draft")
    url = f"/office/competitions/{edition.id}/panel"
    assert "还没有抽取评审专家" in client.get(url).text
    empty = client.post(f"{url}/draw", data={"size": 3, "standbys": 1})
    assert empty.status_code == 422 and "没有可以抽取的专家" in empty.text
    panel.pool(6)
    data = {"size": 3, "standbys": 2, "need-capacity:finance": 1, "need-capacity:senior": "x"}
    assert client.post(f"{url}/draw", data=data).status_code == 422
    data["need-capacity:senior"] = 0
    drawn = client.post(f"{url}/draw", data=data)
    assert drawn.status_code == 303 and drawn.location.endswith("/panel/draws")
    record = client.get(drawn.location).text
    assert "结果一致" in record and "sha256sum" in record and edition.seed in record
    assert re.search(r"专家0\d", record)
    assert client.get(url).text.count("待邀请") == 3
    assert (
        client.post(f"{url}/invite", data={"invite-due_at": "2026-03-01T10:00"}).status_code == 422
    )
    assert (
        client.post(f"{url}/invite", data={"invite-due_at": "2026-03-09T18:00"}).status_code == 303
    )
    first = panel.listed(edition)[0]
    loads = {f"min-{first.id}": 4, f"max-{first.id}": 2}
    assert client.post(f"{url}/loads", data=loads).status_code == 422
    assert client.post(f"{url}/loads", data={"least": 2, "most": 9}).status_code == 303
    assert {(p.min_load, p.max_load) for p in panel.listed(edition)[:3]} == {(2, 9)}
    step = f"/office/competitions/panelists/{first.id}"
    assert client.post(f"{step}/release", data={"reason": ""}).status_code == 422
    assert client.post(f"{step}/release", data={"reason": "邀请有误"}).status_code == 303
    assert [p.state for p in panel.listed(edition)][:4] == [
        "released", "invited", "invited", "invited",
    ]  # fmt: skip
    assert client.post(f"{step}/withdraw", data={"reason": "x"}).status_code == 409


def test_the_panel_page_costs_a_constant_number_of_statements(
    app: Flask, client: FlaskClient, officer: None
) -> None:
    costs = []
    for size in (2, 6):
        panel.pool(size + 2)
        edition = make.make_edition()
        panel.drawn(edition, size, 2)
        with counted(app) as seen:
            assert client.get(f"/office/competitions/{edition.id}/panel").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 24


def test_an_invitation_is_answered_promised_and_declared(app: Flask, client: FlaskClient) -> None:
    panel.pool(3)
    edition = make.make_edition()
    first, second, standby = panel.asked(edition, 2, 1)
    sign_in(client, first.user_id)
    url = f"/reviews/invitations/{first.id}"
    assert "答复邀请" in client.get("/reviews/invitations").text
    assert "接受邀请" in client.get(url).text
    assert client.get(f"/reviews/invitations/{second.id}").status_code == 403
    assert client.get(f"{url}/declaration").status_code == 303
    assert client.post(f"{url}/accept").location.endswith("/declaration")
    assert client.post(f"{url}/complete", data={"nothing_else": "y"}).status_code == 409
    assert client.post(f"{url}/agree").status_code == 422
    assert client.post(f"{url}/agree", data={"agreed": "y"}).status_code == 303
    assert client.post(f"{url}/complete").status_code == 422
    assert client.post(f"{url}/complete", data={"nothing_else": "y"}).status_code == 303
    assert "已经完成" in client.get(url).text
    assert client.post(f"{url}/withdraw", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/withdraw", data={"reason": "生病"}).status_code == 303
    assert [p.state for p in panel.listed(edition)] == ["withdrawn", "invited", "invited"]
    sign_in(client, second.user_id)
    declined = f"/reviews/invitations/{second.id}/decline"
    assert client.post(declined, data={"reason": ""}).status_code == 422
    assert client.post(declined, data={"reason": "出差"}).status_code == 303
    assert standby.state == "invited"


def test_who_stands_by_is_not_told_before_being_asked(app: Flask, client: FlaskClient) -> None:
    panel.pool(2)
    _first, standby = panel.asked(make.make_edition(), 1, 1)
    sign_in(client, standby.user_id)
    assert "目前没有评审邀请" in client.get("/reviews/invitations").text
    assert client.get(f"/reviews/invitations/{standby.id}").status_code == 404


def declaring(client: FlaskClient, member: Panelist, query: str, organization_id: int) -> list[str]:
    """What a member sees of a search and of a declaration, ids taken out."""
    url = f"/reviews/invitations/{member.id}/declaration"
    found = client.get(url, query_string={"q": query})
    data = {"q": query, "organization": organization_id, "kind": "family"}
    done = client.post(f"/reviews/invitations/{member.id}/ties", data=data)
    after = client.get(url)
    bare = [found.text, str(done.status_code), done.location or "", after.text]
    return [re.sub(r'csrf[^>]*>|value="\d+"|next=[^"]*|q=%E6[%\dA-F]*', "", text) for text in bare]


def test_declaring_tells_nothing_about_who_applied(app: Flask, client: FlaskClient) -> None:
    """One organization applied, the other did not: but for its name, every byte is equal."""
    scene = panel.scene(applications=1, panelists=1)
    applied = scene.applications[0].organization_id
    member = scene.panelists[0]
    with transaction():
        db.session.execute(
            db.text("UPDATE organization SET name = '晨曦甲社工中心' WHERE id = :i"), {"i": applied}
        )
    other = make_organization(name="晨曦乙社工中心").id
    sign_in(client, member.user_id)
    before = client.get(f"/reviews/invitations/{member.id}/declaration?q=晨曦").text
    assert before.count("晨曦甲") == before.count("晨曦乙") == 1
    one = declaring(client, member, "晨曦甲", applied)
    assert db.session.query(Conflict).count() == 1
    with transaction():
        db.session.execute(db.delete(Tie))
    two = declaring(client, member, "晨曦乙", other)
    assert db.session.query(Conflict).count() == 1
    first, second = ([t.replace(c, "某") for t in said] for c, said in (("甲", one), ("乙", two)))
    assert first == second


def test_what_is_wrong_in_a_declaration_is_kept_and_said(app: Flask, client: FlaskClient) -> None:
    member = make.make_panelist(make.make_edition(), declared_at=None)
    make_organization(name="晨曦社工中心")
    sign_in(client, member.user_id)
    url = f"/reviews/invitations/{member.id}/ties"
    wrong = client.post(url, data={"q": "晨曦", "kind": "other", "note": "说明文字"})
    assert wrong.status_code == 422 and "请选择机构" in wrong.text and "说明文字" in wrong.text
    assert client.post(url).status_code == 422
    assert client.post(f"{url}/retract").status_code == 404
    assert (
        "登记库中没有找到"
        in client.get(f"/reviews/invitations/{member.id}/declaration?q=nowhere").text
    )


def test_the_register_is_kept_and_lifted_on_the_page(
    app: Flask, client: FlaskClient, officer: None
) -> None:
    scene = panel.scene(applications=1, panelists=1)
    member, application = scene.panelists[0], scene.applications[0]
    url = f"/office/competitions/{scene.edition.id}/conflicts"
    assert "还没有回避登记" in client.get(url).text
    data = {"judge": member.id, "application": application.id, "code": "dispute", "note": ""}
    wrong = client.post(url, data=data)
    assert wrong.status_code == 422 and "请写明依据" in wrong.text
    assert client.post(url, data=data | {"note": "正在诉讼"}).status_code == 303
    assert client.post(f"{url}/detect").status_code == 303
    page = client.get(url).text
    assert "正在诉讼" in page and application.title in page and "公开的回避情况" in page
    sheet = read_table(io.BytesIO(client.get(f"{url}/export.xlsx").data), "回避.xlsx")
    (row,) = sheet.rows
    assert (row.cells["专家代号"], row.cells["状态"]) == (member.code, "回避有效")
    conflict = db.session.query(Conflict).one()
    lift = f"/office/competitions/conflicts/{conflict.id}/lift"
    assert client.post(lift, data={"reason": "x"}).status_code == 403
    as_approver(client)
    assert client.post(lift, data={"reason": ""}).status_code == 422
    assert client.post(lift, data={"reason": "已经和解"}).status_code == 303
    assert "已经和解" in client.get(f"{url}?state=lifted").text
    assert "没有符合条件的登记" in client.get(f"{url}?state=in_force").text


def test_stepping_back_closes_the_dossier_for_good(app: Flask, client: FlaskClient) -> None:
    scene = panel.scene(applications=1, panelists=2)
    own, other = scene.reviews
    application = scene.applications[0]
    sign_in(client, scene.panelists[0].user_id)
    page = client.get(f"/reviews/{own.id}/recuse").text
    assert "P-" in page and application.title not in page
    assert client.get(f"/reviews/{other.id}/recuse").status_code == 403
    assert client.post(f"/reviews/{own.id}/recuse").status_code == 422
    done = client.post(f"/reviews/{own.id}/recuse", data={"reason_code": "recognised"})
    assert done.status_code == 303 and own.state == "void"
    assert client.get(f"/reviews/{own.id}/recuse").status_code == 404

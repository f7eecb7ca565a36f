import io
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from charity_portal.accounts.models import User
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.tables import read_table
from charity_portal.organizations import queries
from charity_portal.organizations.models import Claim, Organization
from charity_portal.organizations.services import register
from tests.factories.accounts import make_user
from tests.factories.organizations import (
    OFFICER,
    make_invitation,
    make_member,
    make_organization,
    make_roster,
    values,
)
from tests.factories.uploads import pdf
from tests.support.people import sign_in
from tests.support.working import Worker

SECRETS = {
    "contact_name": "欧阳联系",
    "contact_phone": "0535-6123456",
    "contact_email": "private@example.org",
}


@pytest.fixture
def officer(client: FlaskClient) -> User:
    """An officer, signed in."""
    user = make_user("周专员", roles=["officer"])
    sign_in(client, user.id)
    return user


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def form(**given: Any) -> dict[str, Any]:
    sent = {k: v for k, v in values(**given).items() if v is not None}
    return {"grade": "", "township": "", "county": ""} | sent


def test_nothing_about_contacts_is_public(client: FlaskClient) -> None:
    group = make_organization(
        kind="community_group", legal_rep="欧阳队长", address="某小区 3 号楼", **SECRETS
    )
    firm = make_organization(legal_rep="欧阳理事长", address="某路 9 号", **SECRETS)
    pages = [
        text(client.get(address, buffered=True))
        for address in (
            "/organizations",
            f"/organizations/{group.id}",
            f"/organizations/{firm.id}",
            "/organizations/export.csv",
        )
    ]
    workbook = read_table(io.BytesIO(client.get("/organizations/export.xlsx").data), "x.xlsx")
    pages.append(str([row.cells for row in workbook.rows]))
    for page in pages:
        for secret in (*SECRETS.values(), "欧阳队长", "某小区 3 号楼"):
            assert secret not in page
    assert "欧阳理事长" in pages[2] and "某路 9 号" in pages[2]


def test_archived_organizations_are_gone_from_the_public_register(client: FlaskClient) -> None:
    row = make_organization()
    with transaction():
        register.set_archived(OFFICER, row.id, True, "注销")
    assert client.get(f"/organizations/{row.id}").status_code == 404
    assert row.name not in text(client.get("/organizations"))


def test_the_public_page_says_when_an_organization_is_on_a_list(client: FlaskClient) -> None:
    row = make_organization()
    with transaction():
        register.set_standing(OFFICER, row.id, "serious", date(2026, 2, 1), "鲁民罚〔2026〕7号")
    page = text(client.get(f"/organizations/{row.id}"))
    assert "列入严重违法失信名单" in page and "鲁民罚〔2026〕7号" in page


def test_a_filter_that_makes_no_sense_is_ignored(client: FlaskClient) -> None:
    row = make_organization()
    for query in ("kind=nonsense", "grade=abc", "county=1%27", "q=" + "长" * 300):
        answer = client.get(f"/organizations?{query}")
        assert answer.status_code == 200 and row.name in text(answer)
        assert "aria-invalid" not in text(answer)
    assert "aria-invalid" not in text(client.get("/organizations"))
    assert client.get("/organizations?after=garbage").status_code == 404


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_download_holds_exactly_the_rows_of_the_filtered_list(
    client: FlaskClient, officer: User, file_format: str
) -> None:
    wanted = {make_organization(kind="foundation").uscc for _ in range(3)}
    make_organization()
    for address in ("/organizations", "/office/organizations"):
        answer = client.get(f"{address}/export.{file_format}?kind=foundation")
        sheet = read_table(io.BytesIO(answer.data), f"x.{file_format}")
        assert {row.cells["统一社会信用代码"] for row in sheet.rows} == wanted


def test_who_may_only_read_downloads_without_contacts(client: FlaskClient) -> None:
    make_organization(**SECRETS)
    sign_in(client, make_user(roles=["auditor"]).id)
    assert "6123456" not in text(client.get("/office/organizations/export.csv", buffered=True))
    page = text(client.get(f"/office/organizations/{queries.find_by_ref(ref())}"))
    assert "6123456" not in page


def ref() -> str:
    return str(db.session.scalar(sa.select(Organization.org_ref)))


def test_an_officer_enters_an_organization(client: FlaskClient, officer: User) -> None:
    answer = client.post("/office/organizations/new", data=form(name="新录入的机构"))
    assert answer.status_code == 303
    page = text(client.get(answer.location))
    assert "新录入的机构" in page and "录入登记库" in page and "周专员" in page


def test_a_wrong_code_is_explained_and_everything_typed_is_kept(
    client: FlaskClient, officer: User
) -> None:
    code = make_uscc("370602", 77)[:-1] + "O"
    answer = client.post("/office/organizations/new", data=form(name="保留我", uscc=code))
    page = text(answer)
    assert answer.status_code == 422
    assert "第 18 位是字母 O" in page and "可能应为 0" in page
    assert "保留我" in page and code in page and 'aria-invalid="true"' in page
    assert "<title>错误：" in page


def test_a_duplicate_is_a_conflict_that_links_to_the_entry(
    client: FlaskClient, officer: User
) -> None:
    row = make_organization()
    answer = client.post("/office/organizations/new", data=form(uscc=row.uscc))
    assert answer.status_code == 409
    assert f'href="/office/organizations/{row.id}"' in text(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) == 1


def test_an_edit_shows_what_is_there_and_saves_what_changes(
    client: FlaskClient, officer: User
) -> None:
    host = make_organization()
    row = make_organization(host=host, kind="community_group", **SECRETS)
    address = f"/office/organizations/{row.id}/edit"
    page = text(client.get(address))
    assert host.uscc is not None and host.uscc in page and "0535-6123456" in page
    data = form(kind="community_group", name="改名", filing_number=row.filing_number)
    answer = client.post(address, data=data | {"host": host.uscc, "township": "370602001"})
    assert answer.status_code == 303
    assert (row.name, row.township, row.host_id) == ("改名", "370602001", host.id)
    history = text(client.get(answer.location))
    assert "改为“改名”" in history and "0535-6123456" not in history.split("变更记录")[1]


def test_a_host_that_does_not_exist_is_said_at_its_field(
    client: FlaskClient, officer: User
) -> None:
    data = form(kind="community_group") | {"host": make_uscc("370602", 999_000)}
    answer = client.post("/office/organizations/new", data=data)
    assert answer.status_code == 422 and "登记库中没有该代码的机构" in text(answer)


def test_a_change_of_standing_is_made_and_shown(client: FlaskClient, officer: User) -> None:
    row = make_organization()
    address = f"/office/organizations/{row.id}/standing"
    assert client.post(address, data={"standing": "abnormal"}).status_code == 422
    data = {"standing": "abnormal", "from_date": "2026-02-01", "basis": "文号一"}
    assert client.post(address, data=data).status_code == 303
    again = client.post(address, data=data | {"standing": "normal"})
    assert again.status_code == 422 and "起始日期应晚于" in text(again)
    assert "文号一" in text(client.get(f"/office/organizations/{row.id}"))


def test_archiving_needs_a_reason(client: FlaskClient, officer: User) -> None:
    row = make_organization()
    assert client.post(f"/office/organizations/{row.id}/archive").status_code == 422
    assert row.archived_at is None
    done = client.post(f"/office/organizations/{row.id}/archive", data={"reason": "已注销"})
    assert done.status_code == 303 and row.archived_at is not None


def claim_data(code: str | None, content: bytes | None = None) -> dict[str, Any]:
    letter = (io.BytesIO(pdf() if content is None else content), "授权书.pdf")
    return {"code": code, "position": "秘书长", "letter": letter}


def test_a_person_claims_an_organization_and_an_officer_agrees(client: FlaskClient) -> None:
    row, user = make_organization(), make_user("沈秘书")
    sign_in(client, user.id)
    assert client.post("/workspace/claims/new", data=claim_data(row.uscc)).status_code == 303
    assert row.name in text(client.get("/workspace")) and "民政局审核中" in text(
        client.get("/workspace")
    )
    claim = db.session.scalars(sa.select(Claim)).one()
    sign_in(client, make_user(roles=["officer"]).id)
    address = f"/office/organization-claims/{claim.id}"
    assert "沈秘书" in text(client.get(address))
    assert client.post(address, data={"decision": "refuse"}).status_code == 422
    assert client.post(address, data={"decision": "approve"}).status_code == 303
    assert client.post(address, data={"decision": "approve"}).status_code == 409
    assert queries.memberships_of(user.id) == {row.id: "owner"}


def test_a_claim_without_a_proper_letter_or_code_is_explained(client: FlaskClient) -> None:
    row = make_organization()
    sign_in(client, make_user().id)
    for data, status, said in (
        (claim_data("51370602MJ0123456H"), 404, "登记库中没有该代码的机构"),
        (claim_data(row.uscc, b"MZ\x90\x00\x03"), 422, "授权书"),
        ({"code": row.uscc, "position": "秘书长"}, 422, "请选择文件"),
        ({"code": "", "position": ""}, 422, "请填写此项"),
    ):
        answer = client.post("/workspace/claims/new", data=data)
        assert answer.status_code == status and said in text(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 0


def test_an_owner_invites_changes_hands_over_and_leaves(client: FlaskClient) -> None:
    row = make_organization()
    owner, editor = make_member(row), make_member(row, "editor")
    sign_in(client, owner.id)
    address = f"/workspace/organizations/{row.id}/members"
    assert client.post(address, data={"email": "no address", "role": "editor"}).status_code == 422
    data = {"email": "neu@example.org", "role": "finance", "locale": "zh"}
    assert client.post(address, data=data).status_code == 303
    assert "neu@example.org" in text(client.get(address))
    assert client.post(address, data=data | {"email": editor.email}).status_code == 409
    step = {"user_id": editor.id}
    assert client.post(f"{address}/leave").status_code == 409
    assert client.post(f"{address}/role", data=step | {"role": "finance"}).status_code == 303
    assert client.post(f"{address}/hand-over", data=step).status_code == 303
    assert client.post(f"{address}/leave").status_code == 303
    assert queries.memberships_of(owner.id) == {}
    assert queries.memberships_of(editor.id) == {row.id: "owner"}
    assert client.get(address).status_code == 403


def test_members_and_addresses_are_not_shown_to_strangers(client: FlaskClient) -> None:
    row = make_organization()
    make_member(row)
    invitation = make_invitation(row.id)
    for roles in ((), ("reviewer",), ("finance",)):
        sign_in(client, make_user(roles=roles).id)
        assert client.get(f"/workspace/organizations/{row.id}/members").status_code == 403
        assert client.post(f"/workspace/invitations/{invitation.id}/revoke").status_code == 403


def test_every_page_exists_in_both_languages(client: FlaskClient, worker: Worker) -> None:
    row = make_organization(grade=3, grade_from=date(2026, 1, 1), grade_to=date(2030, 12, 31))
    user = make_user(roles=["officer"])
    make_member(row, "owner", user)
    wrong = make_roster([{"name": "甲", "kind": "俱乐部", "uscc": "1", "county": "某区"}])
    fine = make_roster()
    worker()
    sign_in(client, user.id)
    for address in (
        "/organizations", f"/organizations/{row.id}", "/workspace", "/workspace/claims/new",
        f"/workspace/organizations/{row.id}", f"/workspace/organizations/{row.id}/members",
        "/office/organizations", "/office/organizations/new", f"/office/organizations/{row.id}",
        f"/office/organizations/{row.id}/edit", f"/office/organizations/{row.id}/standing",
        "/office/organization-claims", "/office/organization-rosters",
        f"/office/organization-rosters/{wrong.id}", f"/office/organization-rosters/{fine.id}",
    ):  # fmt: skip
        for lang in ("zh", "en"):
            answer = client.get(f"{address}?lang={lang}")
            assert answer.status_code == 200, address
            assert "%(" not in text(answer)

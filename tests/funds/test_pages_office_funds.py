"""The office's pages of funds: who may, the register, a new fund, its agreement, its people, its way."""

import io
import re
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.models.funds import Fund, FundAmendment
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.rules.establishing import Instalment
from charity_portal.kernel import audit
from charity_portal.kernel.database import db
from charity_portal.kernel.tables import read_table
from tests.factories.accounts import make_user
from tests.factories.funds import committee, fund_row, make_fund, make_host
from tests.support.people import sign_in
from tests.support.statements import counted


def as_role(client: FlaskClient, *roles: str) -> int:
    """Sign somebody in with these roles; the account's id."""
    user = make_user("赵清和", roles=roles)
    sign_in(client, user.id)
    return user.id


def typed(host_id: int, **given: Any) -> dict[str, Any]:
    """The form of a new fund, filled in; `given` replaces fields."""
    people = {
        f"members-{n}-{column}": value
        for n, seat in enumerate(["chair"] + ["member"] * 4 + ["supervisor"])
        for column, value in (
            ("seat", seat),
            ("name", f"成员{n}"),
            ("post", "居民代表"),
            ("email", ""),
        )
    }
    return {
        "do": "save",
        "host_id": str(host_id),
        "kind": "community",
        "nature": "expendable",
        "agreement_number": "协议〔2026〕8号",
        "signed_on": "2026-02-01",
        "name_zh": "向阳社区慈善基金",
        "name_en": "Xiangyang Community Fund",
        "mission_zh": "扶助本社区困难居民",
        "initiator": "向阳社区居民委员会",
        "naming": "以社区名称命名",
        "end_conditions": "双方书面同意",
        "surplus_rule": "用于目的相近的项目",
        "minimum_fen": "0",
        "vote_from_fen": "5,000",
        "purposes-0-title_zh": "助老",
        "purposes-0-uses": ["wish", "activity"],
        **people,
        **given,
    }


def post_new(client: FlaskClient, data: dict[str, Any]) -> Any:
    return client.post("/office/funds/new", data=data)


def test_a_fund_is_opened_with_all_that_the_agreement_says(client: FlaskClient) -> None:
    host = make_host()
    member = make_user("钱桂兰")
    as_role(client, "officer")
    assert f'value="{host.id}"' in client.get("/office/funds/new").text
    data = typed(host.id, **{"members-0-email": member.email, "instalments-0-due_on": "2026-05-01"})
    data["instalments-0-amount_fen"] = "200000"
    answer = post_new(client, data)
    fund = db.session.query(Fund).one()
    assert answer.status_code == 303 and answer.location == f"/office/funds/{fund.id}"
    agreement = queries.agreement(fund)
    assert agreement.vote_from_fen == 5_000_00 and agreement.name_en == "Xiangyang Community Fund"
    assert [p.uses for p in agreement.purposes] == [("wish", "activity")]
    assert agreement.instalments == (Instalment(date(2026, 5, 1), 200_000_00),)
    assert agreement.members[0].user_id == member.id and len(agreement.members) == 6
    page = client.get(f"/office/funds/{fund.id}").text
    assert "筹备中" in page and "未到期" in page and "钱桂兰" not in page and "成员5" in page
    again = post_new(client, data)
    assert again.status_code == 422 and "已有此编号的协议" in again.text
    assert db.session.query(Fund).count() == 1


def test_an_endowed_fund_gets_its_principal(client: FlaskClient) -> None:
    host = make_host()
    as_role(client, "officer")
    refused = post_new(client, typed(host.id, nature="endowed"))
    assert refused.status_code == 422 and "年度支出比例" in refused.text
    assert post_new(client, typed(host.id, nature="endowed", payout_bp="4.5")).status_code == 303
    fund = db.session.query(Fund).one()
    assert fund.payout_bp == 450
    assert [p.spendable for p in queries.purposes(fund.id)] == [False, True]
    assert "本年度本金动用" in client.get(f"/office/funds/{fund.id}").text


def test_what_does_not_hold_is_said_and_everything_kept(client: FlaskClient) -> None:
    host = make_host()
    as_role(client, "officer")
    data = typed(
        host.id, mission_zh=" ", **{"members-1-name": "", "members-2-email": "no@one.test"}
    )
    answer = post_new(
        client, data | {"instalments-0-due_on": "bad", "instalments-0-amount_fen": "x"}
    )
    assert answer.status_code == 422
    for kept in (
        "向阳社区慈善基金",
        'value="5,000"',
        "no@one.test",
        'value="bad"',
        "协议〔2026〕8号",
    ):
        assert kept in answer.text, kept
    assert "没有用这个邮箱登记的账号" in answer.text
    assert re.search(r'value="wish"[^>]*checked|checked[^>]*value="wish"', answer.text)


def test_rows_left_empty_are_no_rows_and_a_charity_must_be_chosen(client: FlaskClient) -> None:
    host = make_host()
    as_role(client, "officer")
    empty = {f"members-{n}-{k}": "" for n in (1, 3) for k in ("name", "post")}
    empty |= {"instalments-0-due_on": "", "instalments-0-amount_fen": " "}
    nobody = post_new(client, typed(host.id, **empty) | {"host_id": ""})
    assert nobody.status_code == 422 and "依托慈善组织：请选择一项" in nobody.text
    assert "第 2 行 ·" not in nobody.text and "成员4" in nobody.text
    assert post_new(client, typed(host.id, **empty)).status_code == 303
    fund = db.session.query(Fund).one()
    assert [m.name for m in queries.members(fund.id)] == ["成员0", "成员2", "成员4", "成员5"]


def test_rows_come_and_go_without_a_script(client: FlaskClient) -> None:
    host = make_host()
    as_role(client, "officer")
    more = post_new(client, typed(host.id, do="purposes:add"))
    assert more.status_code == 200 and "purposes-1-title_zh" in more.text
    fewer = post_new(client, typed(host.id, do="members:remove:0"))
    assert (
        "成员0" not in fewer.text and "成员5" in fewer.text and "members-5-name" not in fewer.text
    )
    assert db.session.query(Fund).count() == 0


def test_the_register_is_searched_in_a_fixed_number_of_statements(
    app: Flask, client: FlaskClient
) -> None:
    as_role(client, "auditor")
    assert "还没有基金" in client.get("/office/funds").text
    fund = make_fund(name_zh="海棠助学基金", kind="named")
    fund.receive(1_234_56, "donation:1")
    with counted(app) as one:
        page = client.get("/office/funds").text
    assert "海棠助学基金" in page and "¥1,234.56" in page
    for _ in range(3):
        make_fund(host_id=fund.host_id)
    with counted(app) as many:
        client.get("/office/funds")
    assert len(many) == len(one)
    for query, found in (
        ("kind=named", True),
        ("kind=seed", False),
        ("state=active", True),
        ("state=draft", False),
        ("text=海棠", True),
        ("text=木棉", False),
        (f"host={fund.host_id}", True),
        (f"host={fund.host_id + 999}", False),
    ):
        assert ("海棠助学基金" in client.get(f"/office/funds?{query}").text) == found, query


def test_the_register_leaves_as_a_file(client: FlaskClient) -> None:
    fund = make_fund(name_zh="海棠助学基金", kind="named")
    make_fund(name_zh="木棉基金")
    fund.receive(1_234_56, "donation:1")
    as_role(client, "auditor")
    text = client.get("/office/funds/export?format=csv&kind=named").data.decode("utf-8-sig")
    assert "海棠助学基金" in text and "1234.56" in text and "木棉" not in text
    content = client.get("/office/funds/export?format=xlsx").data
    sheet = read_table(io.BytesIO(content), "x.xlsx")
    cells = [text for row in sheet.rows for text in row.cells.values()]
    assert "木棉基金" in cells and fund_row(fund).number in cells
    assert client.get("/office/funds/export?format=pdf").status_code == 404


def test_a_draft_is_put_right_and_begins_when_nothing_is_missing(client: FlaskClient) -> None:
    fund = make_fund(active=False, members=committee(3), minimum_fen=100_00)
    as_role(client, "officer", "approver")
    url = f"/office/funds/{fund.fund_id}"
    page = client.get(url).text
    assert "不少于 5 人" in page and "低于协议约定" in page
    refused = client.post(f"{url}/activate")
    assert refused.status_code == 422 and "未能启动" in refused.text
    form = filled(client, f"{url}/edit") | {"minimum_fen": "0", "agreement_number": "协议9号"}
    assert client.post(f"{url}/edit", data=form | {"do": "save"}).status_code == 303
    people = {
        f"members-{n}-{k}": v
        for n, m in enumerate(committee(5))
        for k, v in (("seat", m.seat), ("name", m.name), ("post", m.post), ("email", ""))
    }
    assert client.post(f"{url}/people", data=people | {"do": "save"}).status_code == 303
    assert "启动条件已经具备" in client.get(url).text
    assert client.post(f"{url}/activate").status_code == 303
    row = fund_row(fund)
    assert row.state == "active" and row.agreement_number == "协议9号" and row.minimum_fen == 0
    assert [e.action for e in audit.history(row)][:3] == [
        "funds.fund.activate", "funds.fund.seat", "funds.fund.amend",
    ]  # fmt: skip


def filled(client: FlaskClient, url: str) -> dict[str, str]:
    """What a form holds when it is opened."""
    page = client.get(url).text
    found = dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', page))
    for tag in re.findall(
        r"<input[^>]+>", page.split("<template")[0] + page.split("</template>")[-1]
    ):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        chosen = "checked" in tag or not re.search(r'type="(radio|checkbox)"', tag)
        if name and chosen:
            found[name[1]] = value[1] if value else ""
    return found


def test_a_living_fund_changes_by_a_further_paper(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "officer")
    url = f"/office/funds/{fund.fund_id}"
    assert "补充协议" in client.get(f"{url}/edit").text
    form = filled(client, f"{url}/edit") | {"do": "save", "mission_zh": "帮助本社区老人"}
    assert "agreement_number" not in form
    refused = client.post(f"{url}/edit", data=form)
    assert refused.status_code == 422 and "请填写补充协议编号" in refused.text
    assert "帮助本社区老人" in refused.text and fund_row(fund).mission_zh != "帮助本社区老人"
    paper = {"amendment_number": "补1号", "amended_on": "2026-02-20", "kind": "seed"}
    assert client.post(f"{url}/edit", data=form | paper).status_code == 303
    row = fund_row(fund)
    assert row.mission_zh == "帮助本社区老人" and row.kind == "community"
    kept = db.session.query(FundAmendment).one()
    assert kept.before == {"mission_zh": "扶助本社区困难居民"} and kept.number == "补1号"
    page = client.get(url).text
    assert "补1号" in page and "扶助本社区困难居民" in page
    stale = client.post(f"{url}/edit", data=form | {"mission_zh": "另一说法"} | paper)
    assert stale.status_code == 409 and "另一说法" in stale.text and "刚刚修改过" in stale.text


def test_people_of_a_living_fund_stay_enough(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "officer")
    url = f"/office/funds/{fund.fund_id}/people"
    form = {k: v for k, v in filled(client, url).items() if not k.startswith("members-4-")}
    seats = {f"members-{n}-seat": m.seat for n, m in enumerate(committee(5)) if n != 4}
    refused = client.post(url, data=form | seats | {"do": "save"})
    assert refused.status_code == 422 and "不少于 5 人" in refused.text


def test_a_purpose_is_added_and_names_do_not_repeat(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "officer")
    url = f"/office/funds/{fund.fund_id}/purposes/new"
    twice = client.post(url, data={"title_zh": "助老", "uses": ["wish"]})
    assert twice.status_code == 422 and "名称不能重复" in twice.text
    assert client.post(url, data={"title_zh": "助学", "uses": []}).status_code == 422
    assert client.post(url, data={"title_zh": "助学", "uses": ["bursary"]}).status_code == 303
    assert [p.title_zh for p in queries.purposes(fund.fund_id)][-1] == "助学"


def test_a_purpose_is_put_right_until_money_or_the_beginning(client: FlaskClient) -> None:
    fund = make_fund(active=False)
    as_role(client, "officer")
    url = f"/office/funds/purposes/{fund.purpose}"
    assert 'value="助老"' in client.get(url).text
    data = {"title_zh": "敬老", "title_en": "The old", "uses": ["wish"]}
    assert client.post(url, data=data | {"title_zh": "急难"}).status_code == 422
    assert client.post(url, data=data).status_code == 303
    row = queries.purpose(fund.purpose)
    assert row is not None and (row.title_zh, row.uses) == ("敬老", ["wish"])
    fund.receive(1_00, "interest:1:a")
    refused = client.post(url, data=data | {"uses": ["wish", "relief"]})
    assert refused.status_code == 409 and "只能修改英文名称" in refused.text
    assert client.post(url, data=data | {"title_en": "Elders"}).status_code == 303
    row = queries.purpose(fund.purpose)
    assert row is not None and (row.title_en, row.uses) == ("Elders", ["wish"])
    assert "更正资金用途" in client.get(f"/office/funds/{fund.fund_id}").text


def test_a_fund_is_suspended_and_resumed_with_reasons(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "approver")
    url = f"/office/funds/{fund.fund_id}"
    refused = client.post(f"{url}/suspend", data={"suspend-reason": " "})
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert client.post(f"{url}/suspend", data={"suspend-reason": "管委会换届"}).status_code == 303
    page = client.get(url).text
    assert "已暂停" in page and "管委会换届" in page
    late = client.post(f"{url}/suspend", data={"suspend-reason": "再次"})
    assert late.status_code == 409
    assert client.post(f"{url}/resume", data={"resume-reason": "换届完成"}).status_code == 303
    assert fund_row(fund).state == "active"


def test_an_ended_fund_is_only_read(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "officer", "approver", "finance")
    url = f"/office/funds/{fund.fund_id}"
    assert client.post(f"{url}/end", data={"end-reason": "期满"}).status_code == 303
    page = client.get(url).text
    assert "已终止" in page and "修改协议内容" not in page and "记利息收入" not in page
    for path in ("edit", "people", "purposes/new"):
        assert client.get(f"{url}/{path}").status_code == 303

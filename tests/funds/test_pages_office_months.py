"""Closing months, ways to give, the desk of those who sit."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries import ledger
from charity_portal.funds.services import funds, months
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel.database import db, transaction
from charity_portal.organizations.models import Membership
from tests.factories.accounts import make_user
from tests.factories.bank import Move, keep
from tests.factories.funds import committee, make_fund
from tests.support.people import sign_in
from tests.support.statements import counted


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


def on(day: date) -> Paper:
    return Paper("记-1", "按协议办理", day)


def test_months_show_their_sums_and_close_one_after_another(
    app: Flask, client: FlaskClient
) -> None:
    fund = make_fund()
    fund.receive(500_00, "interest:1:a", paper=on(date(2025, 12, 5)))
    fund.receive(300_00, "interest:1:b", paper=on(date(2026, 2, 5)))
    fund.allocate(200_00, "award:1")
    as_role(client, "finance")
    assert "2025-12 起" in client.get("/office/months").text
    url = f"/office/months/{fund.host_id}"
    with counted(app) as statements:
        page = client.get(url).text
    assert all(f"{m}/close" in page for m in ("2025-12", "2026-01", "2026-02"))
    assert "2026-03/close" not in page and "本月未完" in page and "¥200.00" in page
    assert len(statements) <= 12
    ask = client.get(f"{url}/2026-01/close").text
    assert "2025-12" in ask and "2026-02" not in ask and "没有待核对的银行流水" in ask
    wrong = client.post(f"{url}/2026-01/close", data={"typed": "2026-02"})
    assert wrong.status_code == 422 and "请输入 2026-01" in wrong.text
    assert client.post(f"{url}/2026-01/close", data={"typed": "2026-01"}).status_code == 303
    assert ledger.last_closed(fund.host_id) == date(2026, 1, 1)
    page = client.get(url).text
    assert "赵清和" in page and "2025-12/close" not in page and "2026-02/close" in page
    again = client.post(f"{url}/2026-01/close", data={"typed": "2026-01"})
    assert again.status_code == 422 and "已经结账" in again.text
    early = client.post(f"{url}/2026-03/close", data={"typed": "2026-03"})
    assert early.status_code == 422 and "还没有结束" in early.text


def test_lines_of_the_bank_that_wait_are_told_before_closing(client: FlaskClient) -> None:
    fund = make_fund()
    fund.receive(1_00, "interest:1:a", paper=on(date(2026, 2, 5)))
    keep(fund, [Move("2026-02-07", 1, "某某公司", "捐款")])
    as_role(client, "finance")
    ask = client.get(f"/office/months/{fund.host_id}/2026-02/close").text
    assert "还有 1 笔银行流水没有核对" in ask


def test_who_oversees_reads_months_and_who_keeps_the_book_closes(client: FlaskClient) -> None:
    fund = make_fund()
    own, reader = make_user("财务"), make_user("编辑")
    with transaction():
        for user, role in ((own, "finance"), (reader, "editor")):
            db.session.add(Membership(organization_id=fund.host_id, user_id=user.id, role=role))
    url = f"/office/months/{fund.host_id}"

    def doors(sign: Callable[[], None]) -> list[int]:
        sign()
        paths = ("/office/months", url, f"{url}/2026-02/close")
        return [client.get(path).status_code for path in paths]

    assert doors(lambda: as_role(client, "auditor")) == [200, 200, 403]
    assert doors(lambda: as_role(client, "finance")) == [200, 200, 200]
    assert doors(lambda: as_role(client, "officer")) == [403, 403, 403]
    assert doors(lambda: sign_in(client, own.id)) == [403, 200, 200]
    assert doors(lambda: sign_in(client, reader.id)) == [403, 403, 403]
    assert client.get(f"{url}/2026-13/close").status_code == 404
    assert client.get("/office/months/999999999").status_code == 404


def test_ways_to_give_are_told_changed_and_taken_off(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "officer")
    url = f"/office/funds/hosts/{fund.host_id}/channels"
    assert "还没有捐赠方式" in client.get(url).text
    data = {"kind": "platform", "name_zh": "指定平台", "detail_zh": "搜索基金编号", "url": ""}
    refused = client.post(f"{url}/new", data=data)
    assert refused.status_code == 422 and "请填写平台网址" in refused.text
    assert "搜索基金编号" in refused.text
    plain = client.post(f"{url}/new", data=data | {"url": "http://gives.test"})
    assert plain.status_code == 422 and "https://" in plain.text
    assert client.post(f"{url}/new", data=data | {"url": "https://gives.test/a"}).status_code == 303
    (told,) = queries.public_channels(fund.host_id)
    edit = f"/office/funds/channels/{told.id}"
    assert "https://gives.test/a" in client.get(edit).text
    changed = data | {"url": "https://gives.test/b", "position": "2"}
    assert client.post(edit, data=changed).status_code == 303
    assert "https://gives.test/b" in client.get(url).text
    assert client.post(f"{edit}/take-off").status_code == 303
    assert queries.public_channels(fund.host_id) == []
    assert "已停用" in client.get(url).text and client.get(edit).status_code == 303
    assert client.post(edit, data=changed).status_code == 409


def test_the_desk_shows_seats_and_funds_of_ones_own_charity(client: FlaskClient) -> None:
    seated, hosted, other = (make_fund(name_zh=name) for name in ("甲基金", "乙基金", "丙基金"))
    other.receive(99_00, "interest:1:z")
    user = make_user("钱桂兰")
    people = [committee(5)[0].__class__("chair", "钱桂兰", "居民", user.id), *committee(5)[1:]]
    with transaction():
        funds.seat(seated.staff, seated.fund_id, people)
        db.session.add(Membership(organization_id=hosted.host_id, user_id=user.id, role="finance"))
    seated.receive(12_00, "interest:1:y")
    sign_in(client, user.id)
    page = client.get("/workspace/funds").text
    assert "甲基金" in page and "管委会主任" in page and "¥12.00" in page
    assert "乙基金" in page and f"/office/months/{hosted.host_id}" in page
    assert "丙基金" not in page and "¥99.00" not in page
    interest = f"/office/funds/{hosted.fund_id}/interest"
    assert interest in page and '/office/funds"' not in client.get(interest).text
    data = {"purpose_id": str(hosted.purpose), "amount_fen": "1", "key": "k"}
    answer = client.post(interest, data=data | {"voucher": "记-1", "description": "结息"})
    assert answer.status_code == 303 and answer.location == "/workspace/funds"
    with transaction():
        funds.seat(seated.staff, seated.fund_id, committee(5))
    assert "甲基金" not in client.get("/workspace/funds").text
    sign_in(client, make_user("路人").id)
    assert "没有与您有关的基金" in client.get("/workspace/funds").text


def test_a_closed_month_takes_nothing(client: FlaskClient) -> None:
    fund = make_fund()
    with transaction():
        months.close_month(fund.staff, fund.host_id, date(2026, 2, 1))
    as_role(client, "finance")
    answer = client.post(
        f"/office/funds/{fund.fund_id}/interest",
        data={
            "key": "k", "purpose_id": str(fund.purpose), "amount_fen": "1", "voucher": "记-1",
            "description": "结息", "booked_on": "2026-02-28",
        },
    )  # fmt: skip
    assert answer.status_code == 409 and "已经结账" in answer.text

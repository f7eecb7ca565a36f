"""The desk of bank statements: a file in, lines settled, a month from both sides."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from charity_portal.funds.models.bank import BankLine, BankStatement
from charity_portal.funds.services.posting import reverse
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.tables import read_table
from tests.factories import bank as statements
from tests.factories.accounts import make_user
from tests.factories.bank import Move, csv_file, grid_of, rows, xlsx_file
from tests.factories.funds import Settled, make_fund
from tests.support.people import sign_in
from tests.support.statements import counted

DESK = "/office/bank"
MARCH = [Move("20260302", 100, "捐赠人金丝雀", "捐款"), Move("2026/3/3", -30, "某商店", "货款")]


@pytest.fixture
def fund(client: FlaskClient) -> Settled:
    made = make_fund()
    sign_in(client, make_user(roles=["finance"]).id)
    return made


def _upload(client: FlaskClient, fund: Settled, content: bytes, **more: str) -> Any:
    sent = {"host": str(fund.host_id), "file": (io.BytesIO(content), "明细.csv"), **more}
    return client.post(f"{DESK}/statements/new", data=sent)


def _lines() -> list[BankLine]:
    return list(db.session.scalars(sa.select(BankLine).order_by(BankLine.id)))


def test_a_file_is_looked_through_then_kept_and_leaves_only_its_lines(
    client: FlaskClient, fund: Settled, caplog: pytest.LogCaptureFixture, worker: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = _upload(client, fund, csv_file(rows(MARCH)))
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "将新增" in page and "余额逐笔连续" in page and "捐**" not in page
    assert "捐*雀" in page and "金丝雀" not in page
    assert _lines() == []
    done = client.post(f"{answer.location}/keep")
    assert done.status_code == 303 and "金丝雀" not in done.location
    assert [(line.amount_fen, line.counterparty) for line in _lines()] == [
        (10_000, "捐赠人金丝雀"),
        (-3_000, "某商店"),
    ]
    worker()
    kept = db.session.scalars(sa.select(BankStatement)).one()
    assert (kept.state, kept.content, kept.lines) == ("kept", None, 2)
    told = [
        json.dumps(row.after or {}, ensure_ascii=False, default=str) for row in _rows(AuditEntry)
    ]
    told += [json.dumps(job.args, ensure_ascii=False) for job in _rows(Job)]
    assert "金丝雀" not in "".join(told) + caplog.text
    whole = db.session.execute(sa.text("SELECT * FROM bank_line")).all()
    assert "金丝雀" not in str(whole) and "1111" not in str(whole)
    assert not list(Path(client.application.config["DATA_DIR"]).glob("files/*/*"))


def _rows(model: Any) -> list[Any]:
    return list(db.session.scalars(sa.select(model)))


def test_the_same_file_again_adds_nothing(client: FlaskClient, fund: Settled) -> None:
    table = rows(MARCH)
    for content in (csv_file(table), xlsx_file(table), csv_file(table, encoding="utf-8")):
        answer = _upload(client, fund, content)
        client.post(f"{answer.location}/keep")
    page = client.get(answer.location).text
    assert "没有可以增加的内容" in page
    assert len(_lines()) == 2


def test_a_faulty_file_imports_nothing_and_comes_back_with_reasons(
    client: FlaskClient, fund: Settled
) -> None:
    table = rows(MARCH)
    table[1][0] = "三月三日"
    answer = _upload(client, fund, csv_file(table))
    assert "日期无法识别" in client.get(answer.location).text
    assert client.post(f"{answer.location}/keep").status_code == 409
    sheet = client.get(f"{answer.location}/errors.xlsx")
    back = read_table(io.BytesIO(sheet.data), "x.xlsx")
    assert [row.cells["摘要"] for row in back.rows][:2] == ["捐款", "货款"]
    assert _lines() == []
    client.post(f"{answer.location}/discard")
    assert client.get(f"{answer.location}/errors.xlsx").status_code == 404


def test_what_is_no_statement_stays_on_the_form(client: FlaskClient, fund: Settled) -> None:
    assert client.post(f"{DESK}/statements/new", data={}).status_code == 422
    strange = _upload(client, fund, "姓名,电话\n甲,1\n".encode(), tail="1234")
    assert strange.status_code == 422 and "找不到表头" in strange.text
    assert "1234" in strange.text
    nameless = "日期,金额\n2026-03-05,1\n".encode()
    asked = _upload(client, fund, nameless)
    assert asked.status_code == 422 and "账号的后四位" in asked.text
    assert _upload(client, fund, nameless, tail="12a4").status_code == 422
    assert _upload(client, fund, nameless, tail="1234").status_code == 303


def test_a_line_is_settled_with_one_click_and_the_next_one_opens(
    client: FlaskClient, fund: Settled
) -> None:
    entry = fund.receive(10_000, "a:1")
    first, second = statements.line_ids(statements.keep(fund, MARCH))
    page = client.get(f"{DESK}/lines/{first}").text
    assert "就是这笔" in page and "金额相同" in page and "捐赠人金丝雀" in page
    wrong = client.post(f"{DESK}/lines/{second}/match", data={"entry": str(entry)})
    assert wrong.status_code == 422 and "必须相等" in wrong.text
    done = client.post(f"{DESK}/lines/{first}/match", data={"entry": str(entry)})
    assert done.location.endswith(f"/lines/{second}")
    again = client.post(f"{DESK}/lines/{first}/match", data={"entry": str(entry)})
    assert again.status_code == 409
    assert client.post(f"{DESK}/lines/{second}/explain", data={}).status_code == 422
    done = client.post(f"{DESK}/lines/{second}/explain", data={"kind": "fee", "words": ""})
    assert f"host={fund.host_id}" in done.location
    assert "已说明" in client.get(done.location).text
    client.post(f"{DESK}/lines/{first}/reopen")
    assert "待核对" in client.get(f"{DESK}/lines/{first}").text


def test_an_auditor_reads_masked_and_settles_nothing(client: FlaskClient, fund: Settled) -> None:
    line = statements.line_ids(statements.keep(fund, MARCH))[0]
    sign_in(client, make_user(roles=["auditor"]).id)
    page = client.get(f"{DESK}/lines/{line}").text
    assert "捐*雀" in page and "金丝雀" not in page and "就是这笔" not in page
    assert client.post(f"{DESK}/lines/{line}/reopen").status_code == 403


def test_certain_lines_are_accepted_in_a_list_and_taken_back(
    client: FlaskClient, fund: Settled
) -> None:
    entry = fund.receive(10_000, "a:1")
    moves = [Move("2026-03-02", 100, remark="记-2026-0001")]
    (line,) = statements.line_ids(statements.keep(fund, moves))
    desk = f"{DESK}/hosts/{fund.host_id}"
    assert f'value="{line}:{entry}" checked' in client.get(f"{desk}/certain").text
    done = client.post(f"{desk}/certain", data={"pair": [f"{line}:{entry}", "x:1"]})
    page = client.get(done.location).text
    assert "全部撤销" in page
    at = page.partition('name="at" value="')[2].partition('"')[0]
    client.post(f"{desk}/accepted", data={"at": at})
    assert [found.state for found in _lines()] == ["open"]
    assert client.post(f"{desk}/accepted", data={"at": "x"}).status_code == 404


def test_entries_without_a_line_and_pairs_that_never_reached_the_bank(
    client: FlaskClient, fund: Settled
) -> None:
    entry = fund.receive(500, "a:1")
    with transaction():
        reverse(fund.staff, entry, "记-9", "录入有误")
    page = client.get(f"{DESK}/entries?host={fund.host_id}").text
    assert "未经过银行" in page
    client.post(f"{DESK}/entries/{entry}/unmoved")
    page = client.get(f"{DESK}/entries?host={fund.host_id}").text
    assert "没有等待流水的账目" in page
    client.post(f"{DESK}/entries/{entry}/unmoved/undo")
    assert "等待银行流水的账目" in client.get(f"{DESK}/entries").text
    assert "没有等待流水的账目" in client.get(f"{DESK}/entries?older=7").text


def test_the_sheet_of_a_month_says_whether_both_sides_agree(
    client: FlaskClient, fund: Settled
) -> None:
    assert "还没有对账单" in client.get(f"{DESK}/sheet?month=2026-03").text
    fund.receive(777, "a:1")
    statements.keep(fund, MARCH)
    page = client.get(f"{DESK}/sheet?month=2026-03&host={fund.host_id}").text
    assert "两边相符" in page and "1,070.00" in page
    table = client.get(f"{DESK}/sheet.csv?month=2026-03&host={fund.host_id}")
    assert "各基金账面银行存款" in table.text and "金丝雀" not in table.text
    assert client.get(f"{DESK}/sheet.xlsx?month=2026-03&host={fund.host_id}").status_code == 200
    assert client.get(f"{DESK}/sheet.csv?month=2020-01&host={fund.host_id}").status_code == 404


def test_a_statement_that_does_not_follow_says_so(client: FlaskClient, fund: Settled) -> None:
    statements.keep(fund, [Move("2026-03-02", 100)], opening=1_000)
    for opening, told in ((1_100, False), (1_250, True)):
        moves = rows([Move("2026-03-20", 1)], opening)
        waiting = statements.look_through(fund.staff, fund.host_id, grid_of(moves))
        page = client.get(f"{DESK}/statements/{waiting.id}").text
        assert ("与上一份对账单不衔接" in page) is told


def test_a_list_and_a_line_cost_the_same_however_much_there_is(
    client: FlaskClient, fund: Settled
) -> None:
    def cost(few: int) -> list[int]:
        moves = [Move("2026-03-02", 7 + few + n, "某某") for n in range(few)]
        kept = statements.keep(fund, moves)
        for n in range(few):
            fund.receive(100 * (7 + few + n), f"c:{few}:{n}")
        line = statements.line_ids(kept)[0]
        found = []
        for address in (
            DESK,
            f"{DESK}/lines/{line}",
            f"{DESK}/statements",
            f"{DESK}/entries?host={fund.host_id}",
            f"{DESK}/sheet?month=2026-03&host={fund.host_id}",
            f"{DESK}/hosts/{fund.host_id}/certain",
        ):
            with counted(client.application) as said:
                assert client.get(address).status_code == 200
            found.append(len(said))
        return found

    assert cost(2) == cost(9)


def test_a_long_statement_is_kept_in_few_statements(client: FlaskClient, fund: Settled) -> None:
    waiting = statements.look_through(
        fund.staff,
        fund.host_id,
        grid_of(rows([Move("2026-03-02", 1 + n % 9) for n in range(300)])),
    )
    with counted(client.application) as said:
        assert client.post(f"{DESK}/statements/{waiting.id}/keep").status_code == 303
    assert len(_lines()) == 300
    assert len(said) < 60

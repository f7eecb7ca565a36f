"""Citizens walk from any figure of a fund to the entries behind it, and the figures agree."""

import csv
import html
import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.queries import funds
from charity_portal.kernel.database import db
from tests.factories.donations import make_donation, make_donor
from tests.factories.funds import make_fund
from tests.factories.public_funds import Lived, lived

FIGURE = re.compile(r'<a[^>]*href="(/funds/[^"]*/entries\?[^"]*)"[^>]*>(-?¥[\d,]+\.\d\d)</a>')
TOTAL = re.compile(r"<dd>(-?¥[\d,]+\.\d\d)</dd>")


@pytest.fixture
def fund(app: Flask) -> Lived:
    return lived(endowed=True)


def fen(text: str) -> int:
    return int(text.replace("¥", "").replace(",", "").replace(".", ""))


def figures_on(client: FlaskClient, address: str) -> list[tuple[str, str]]:
    page = client.get(address)
    assert page.status_code == 200
    found = FIGURE.findall(page.text)
    return sorted({(html.unescape(url), amount) for url, amount in found})


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def behind(client: FlaskClient, url: str) -> tuple[int, int]:
    """What the page says a figure comes to, and what its entries add up to."""
    (total,) = TOTAL.findall(client.get(url).text)
    entries = rows(client, url.replace("/entries?", "/entries.csv?"))
    return fen(total), sum(fen(row["计入本项（元）"]) for row in entries)


def test_every_figure_leads_to_entries_that_add_up_to_it(client: FlaskClient, fund: Lived) -> None:
    known: dict[str, tuple[int, int]] = {}
    for page in ("", "/statement?since=2026-02&until=2026-02"):
        found = figures_on(client, f"/funds/{fund.number}{page}")
        assert len(found) > 12
        for url, amount in found:
            if url not in known:
                known[url] = behind(client, url)
            assert known[url] == (fen(amount), fen(amount)), url


def test_the_whole_statement_and_the_register_tell_the_same_figures(
    client: FlaskClient, fund: Lived
) -> None:
    other = lived()
    register = figures_on(client, "/funds")
    for number in (fund.number, other.number):
        own = dict(figures_on(client, f"/funds/{number}"))
        shown = {u: a for u, a in register if number in u}
        assert len(shown) == 3 and shown.items() <= own.items()
    page = client.get("/funds").text
    totals = re.findall(r'<a href="#list">(-?[^<]+)</a>', page)
    listed = rows(client, "/funds/list.csv")
    received, spent = (
        sum(fen(row[title]) for row in listed) for title in ("累计收入（元）", "累计支出（元）")
    )
    assert totals[0] == "2"
    assert [fen(text) for text in totals[1:]] == [received, spent, received - spent]
    whole = dict(figures_on(client, f"/funds/{fund.number}/statement"))
    everything = f"/funds/{fund.number}/entries?kind=income"
    assert whole[everything] == dict(figures_on(client, f"/funds/{fund.number}"))[everything]


def test_files_hold_what_the_page_is_narrowed_down_to(
    client: FlaskClient, fund: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/funds/{fund.number}/entries"
    everything = rows(client, f"{address}.csv")
    assert len(everything) == 14 and "计入本项（元）" not in everything[0]
    sale = rows(client, f"{address}.csv?source=sale&month=2026-02")
    assert [row["摘要"] for row in sale] == ["义卖收入"]
    refused = rows(client, f"{address}.csv?kind=reversal")
    assert {row["冲销的账目编号"] for row in refused} >= {str(fund.reversed)}
    for file in ("entries", "statement"):
        book = client.get(f"/funds/{fund.number}/{file}.xlsx?since=2026-02")
        assert book.status_code == 200 and book.data[:2] == b"PK"
    book = client.get("/funds/list.xlsx")
    assert book.status_code == 200 and book.data[:2] == b"PK"
    monkeypatch.setattr("charity_portal.funds.exports.XLSX_ROWS", 13)
    too_long = client.get(f"/funds/{fund.number}/entries.xlsx")
    assert too_long.status_code == 422 and "下载 CSV" in too_long.text
    parts = {row["部分"] for row in rows(client, f"/funds/{fund.number}/statement.csv")}
    assert parts >= {"期初", "期末", "收入来源", "支出用途", "支出类别", "每月收入", "本金"}


def test_a_fund_in_preparation_is_nobodys_business(client: FlaskClient, app: Flask) -> None:
    draft = make_fund(active=False)
    draft.receive(100_00, "gift:1")
    row = funds.fund(draft.fund_id)
    assert row is not None
    number = row.number
    for page in ("", "/entries", "/entries.csv", "/statement", "/statement.csv", "/donations"):
        assert client.get(f"/funds/{number}{page}").status_code in (302, 403)
    assert number not in client.get("/funds").text
    assert number not in client.get("/funds/list.csv").text
    (entry,) = db.session.scalars(sa.text("SELECT id FROM ledger_entry"))
    assert client.get(f"/entries/{entry}").status_code in (302, 403)


def test_the_register_is_searched_and_narrowed(client: FlaskClient, app: Flask) -> None:
    one = make_fund(name_zh="春风100%助学基金", kind="named")
    two = make_fund(name_zh="夏荷助老基金")
    numbers = {key: funds.fund(s.fund_id).number for key, s in (("one", one), ("two", two))}  # type: ignore[union-attr]

    def shown(query: str) -> set[str]:
        page = client.get(f"/funds?{query}")
        assert page.status_code == 200
        return {key for key, number in numbers.items() if number in page.text}

    assert shown("") == shown("kind=nonsense&state=&host=999999") == {"one", "two"}
    assert shown("q=100%25") == shown("kind=named") == {"one"}
    assert shown("q=_") == set()
    assert shown(f"q={numbers['two']}") == shown(f"host={two.host_id}") == {"two"}
    assert shown("state=suspended") == set()


UNDERSTOOD_IN_PART = {
    "kind=nonsense": "没有这种账目类型",
    "kind=spending&source=sale": "收入来源只用于查看收入",
    "kind=bank&purpose={purpose}": "已略过用途条件",
    "month=2026-13": "月份应写成",
    "since=2026-03&until=2026-01": "已对调",
    "purpose=999999": "没有这个用途",
}


def test_what_cannot_be_had_is_said(client: FlaskClient, fund: Lived) -> None:
    for query, word in UNDERSTOOD_IN_PART.items():
        asked = query.format(purpose=fund.fund.purpose)
        page = client.get(f"/funds/{fund.number}/entries?{asked}")
        assert page.status_code == 200 and word in page.text, query
    for kind in ("", "income"):
        assert client.get(f"/funds/{fund.number}/entries?kind={kind}&after=x").status_code == 404


def test_one_entry_tells_all_but_people(client: FlaskClient, fund: Lived) -> None:
    pages = {key: client.get(f"/entries/{getattr(fund, key)}").text for key in vars_of(fund)}
    assert "拨付老年食堂" in pages["payment"] and f"/entries/{fund.allocation}" in pages["payment"]
    assert f"/entries/{fund.payment}" in pages["allocation"]
    assert f"/entries/{fund.reversal}" in pages["reversed"] and "已冲销" in pages["reversed"]
    assert f"/entries/{fund.reversed}" in pages["reversal"]
    for page in pages.values():
        assert "平台工作人员" in page and fund.fund.staff.name not in page
    assert client.get("/entries/999999999").status_code == 404


def test_only_donors_who_agreed_are_named(client: FlaskClient, app: Flask) -> None:
    fund = make_fund()
    agreed, silent, refusing = (
        make_donor(name=name, refuses=name == "拒不具名者")
        for name in ("乐于具名者", "默不作声者", "拒不具名者")
    )
    make_donation(fund, agreed, naming="named")
    make_donation(fund, silent)
    make_donation(fund, refusing)
    row = funds.fund(fund.fund_id)
    assert row is not None
    for address in (f"/funds/{row.number}", f"/funds/{row.number}/donations"):
        page = client.get(address).text
        assert "乐于具名者" in page and page.count("爱心人士") >= 2
        assert "默不作声者" not in page and "拒不具名者" not in page


def vars_of(_fund: Lived) -> tuple[str, ...]:
    return ("allocation", "payment", "reversed", "reversal")


def test_readers_of_english_find_no_chinese_of_ours(client: FlaskClient, fund: Lived) -> None:
    for address in (
        "/funds",
        f"/funds/{fund.number}",
        f"/funds/{fund.number}/entries?kind=income",
        f"/funds/{fund.number}/statement",
        f"/funds/{fund.number}/donations",
        f"/entries/{fund.payment}",
    ):
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang=en").text
        main = page[page.index("<main") :]
        plain = re.sub(r'<(\w+)[^>]*lang="zh[^"]*"[^>]*>.*?</\1>', "", main, flags=re.S)
        assert not re.search(r"累计|合计|收入来源|支出类别|凭证", plain), address
    sent = client.get(f"/funds/{fund.number}/entries.csv?lang=en").data.decode("utf-8-sig")
    assert "Voucher number" in sent and "Income" in sent

"""Page, PDF, CSV, XLSX and JSON say the same, filtered or not."""

import csv
import io
import json
from decimal import Decimal

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.tables import read_table
from tests.factories import tranches
from tests.factories.disclosure import publish_call, publish_history, typeset_history
from tests.factories.history import record

CANARY = "=HYPERLINK(1)"


# Four awards in two programmes, one of them recorded without a request.
AWARDS = (
    record(1),
    record(2, amountAwarded=Decimal("1200.27"), grantProgramme=[{"title": "Dance"}]),
    record(3, amountAwarded=1000, title=CANARY),
    {k: v for k, v in record(4).items() if k != "amountAppliedFor"},
)


@pytest.fixture
def number(app: Flask) -> str:
    """The number under which they are published."""
    return publish_history(*AWARDS).report.number


def rows_of(client: FlaskClient, number: str, kind: str, query: str = "") -> bytes:
    answer = client.get(f"/results/{number}/editions/1/rows.{kind}?{query}")
    assert answer.status_code == 200
    assert f"{number}-v1.{kind}" in answer.headers["Content-Disposition"]
    return answer.data


def total(rows: list[dict[str, str]]) -> Decimal:
    return sum((Decimal(row["资助金额"]) for row in rows), Decimal(0))


def test_every_form_adds_up_to_the_same(client: FlaskClient, app: Flask) -> None:
    number = typeset_history(*AWARDS).report.number
    wanted = Decimal("4000.27")
    page = client.get(f"/results/{number}").text
    assert "£4,000.27" in page
    from_csv = list(csv.DictReader(io.StringIO(rows_of(client, number, "csv").decode("utf-8-sig"))))
    assert total(from_csv) == wanted
    sheet = read_table(io.BytesIO(rows_of(client, number, "xlsx")), "rows.xlsx")
    assert total([row.cells for row in sheet.rows]) == wanted
    data = json.loads(rows_of(client, number, "json"))
    assert (
        sum(row["awarded"] for row in data["rows"])
        == 400027
        == data["summary"]["totals"]["awarded"]
    )
    for language in ("zh", "en"):
        with client.get(f"/results/{number}/editions/1/{language}.pdf") as answer:
            reader = pypdf.PdfReader(io.BytesIO(answer.data))
        assert "£4,000.27" in "".join(p.extract_text() for p in reader.pages)
        attached = reader.attachments["report.json"][0]
        assert sum(row["awarded"] for row in json.loads(attached)["rows"]) == 400027


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("relation=above", {"360G-EX-2"}),
        ("relation=below", {"360G-EX-1"}),
        ("relation=equal", {"360G-EX-3"}),
        ("track=Dance", {"360G-EX-2"}),
        ("q=recipient 3", {"360G-EX-3"}),
        ("q=%25", set()),
        ("q=360G-EX-4", {"360G-EX-4"}),
        ("relation=nonsense", {f"360G-EX-{n}" for n in (1, 2, 3, 4)}),
    ],
)
def test_the_download_holds_exactly_the_rows_of_the_page(
    client: FlaskClient, number: str, query: str, numbers: set[str]
) -> None:
    rows = csv.DictReader(io.StringIO(rows_of(client, number, "csv", query).decode("utf-8-sig")))
    assert {row["编号"] for row in rows} == numbers
    page = client.get(f"/results/{number}?{query}").text
    assert {f"360G-EX-{n}" for n in (1, 2, 3, 4) if f">360G-EX-{n}</span>" in page} == numbers


def test_a_typed_formula_stays_text(client: FlaskClient, number: str) -> None:
    rows = list(csv.DictReader(io.StringIO(rows_of(client, number, "csv").decode("utf-8-sig"))))
    assert f"'{CANARY}" in [row["项目名称"] for row in rows]
    sheet = read_table(io.BytesIO(rows_of(client, number, "xlsx")), "rows.xlsx")
    assert CANARY in [row.cells["项目名称"] for row in sheet.rows]


def test_awards_above_the_request_are_shown_as_such(client: FlaskClient, number: str) -> None:
    assert "高于申请" in client.get(f"/results/{number}?relation=above").text
    assert "Above the request" in client.get(f"/results/{number}?relation=above&lang=en").text


def test_the_published_file_is_served_byte_for_byte_and_in_parts(
    client: FlaskClient, number: str
) -> None:
    path = f"/results/{number}/editions/1/zh.pdf"
    with client.get(path) as whole, client.get(path, headers={"Range": "bytes=0-9"}) as part:
        assert whole.headers["Content-Disposition"].startswith("attachment")
        assert (part.status_code, part.data) == (206, whole.data[:10])


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient, number: str) -> None:
    first = client.get(f"/results/{number}")
    assert "public" in first.headers["Cache-Control"]
    again = client.get(f"/results/{number}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_shared_page_holds_nobodys_token(client: FlaskClient, csrf: None, number: str) -> None:
    answer = client.get(f"/results/{number}")
    assert "csrf" not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["", "/editions/9", "/editions/1/fr.pdf", "/editions/9/zh.pdf"])
def test_what_was_never_published_is_not_found(client: FlaskClient, number: str, path: str) -> None:
    wrong = "GB-2026-999999" if not path else number
    assert client.get(f"/results/{wrong}{path}").status_code == 404


def test_the_list_finds_by_two_characters(client: FlaskClient, number: str) -> None:
    assert number in client.get("/results?q=资助").text
    assert number in client.get("/results?q=example trust").text
    assert number not in client.get("/results?q=消防").text


def test_what_an_award_was_paid_so_far_leads_to_the_ledger(client: FlaskClient, app: Flask) -> None:
    people, award = tranches.hands(), tranches.make_award()
    tranches.make_award(call=award.call)
    key = tranches.make_tranche("paid", people, award)
    number = publish_call(award.call_id).report.number
    page = client.get(f"/results/{number}").text
    assert page.count("尚未付款") == 1 and "¥25,000.00" in page
    assert f"/entries/{tranches.tranche_now(key).payment_id}" in page
    reclaim = tranches.make_reclaim(people, award)
    tranches.receive(people, reclaim, 1_000_000)
    page = client.get(f"/results/{number}").text
    assert "¥15,000.00" in page and "2026年3月2日 退回" in page


def test_nothing_is_said_of_payments_that_others_made(client: FlaskClient, number: str) -> None:
    assert "已付款" not in client.get(f"/results/{number}").text

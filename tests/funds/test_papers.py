"""Papers: numbered, made by the worker once, verified by number and by file."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.disclosure.queries import verification
from charity_portal.funds import documents
from charity_portal.funds.models.papers import FundPaper
from charity_portal.funds.queries import papers as queries
from charity_portal.funds.rules.papers import problems
from charity_portal.funds.services import papers
from charity_portal.funds.services.papers import Order
from charity_portal.kernel import files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid
from charity_portal.kernel.permissions import Actor
from tests.factories.accounts import make_user
from tests.factories.public_funds import Lived, lived
from tests.support.people import sign_in

TODAY = date(2026, 3, 2)


@pytest.fixture
def fund(app: Flask) -> Lived:
    return lived(endowed=True)


def test_an_order_must_hold_together() -> None:
    assert problems("fund_statement", "zh", date(2026, 1, 1), date(2026, 1, 31), TODAY) == {}
    assert set(problems("deed", "fr", date(2026, 2, 1), date(2026, 1, 1), TODAY)) == {
        "kind",
        "language",
        "until",
    }
    assert set(problems("certificate", "en", date(2027, 1, 1), None, TODAY)) == {"since"}


def test_only_the_office_has_papers_made_and_orders_are_checked(fund: Lived) -> None:
    stranger = Actor(fund.fund.staff.user_id, "x", frozenset({"community_worker"}))
    order = Order("fund_statement", "zh", fund_id=fund.fund.fund_id)
    with pytest.raises(Forbidden), transaction():
        papers.ask(stranger, order)
    with pytest.raises(Invalid), transaction():
        papers.ask(fund.fund.staff, Order("fund_statement", "fr", fund_id=fund.fund.fund_id))
    assert db.session.scalar(db.select(db.func.count()).select_from(FundPaper)) == 0


def fake(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be typeset, without typesetting it."""
    seen: list[dict[str, Any]] = []

    def render(html: str, **given: Any) -> bytes:
        seen.append({"html": html, **given})
        return f"%PDF-1.7 {given['identifier']}".encode().ljust(400)

    monkeypatch.setattr(documents, "render", render)
    return seen


def test_the_office_asks_the_worker_makes_and_everybody_verifies(
    client: FlaskClient, fund: Lived, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = fake(monkeypatch)
    officer = make_user(roles=["officer"])
    sign_in(client, officer.id)
    assert (
        client.get(f"/office/papers/new?fund_id={fund.fund.fund_id}&month=2026-02").text.count(
            'value="2026-02"'
        )
        == 2
    )
    wrong = client.post("/office/papers/new", data={"fund": fund.fund.fund_id, "since": "x"})
    assert wrong.status_code == 422 and "2026-03 这样的形式" in wrong.text
    form = {"fund": fund.fund.fund_id, "since": "2026-02", "until": "2026-02", "language": "zh"}
    asked = client.post("/office/papers/new", data=form)
    assert asked.status_code == 303 and "/jobs/" in asked.location
    assert "正在生成" in client.get("/office/papers").text
    worker()
    (paper,) = db.session.scalars(db.select(FundPaper))
    assert (paper.since, paper.until) == (date(2026, 2, 1), date(2026, 2, 28))
    with client.get(f"/office/papers/{paper.id}/file") as file:
        assert file.data.startswith(b"%PDF")
    assert officer.name in client.get("/office/papers?kind=fund_statement").text
    assert paper.number in client.get(f"/office/papers/{paper.id}").text
    html = seen[0]["html"]
    assert "负" not in html and "壹仟壹佰柒拾元整" in html and paper.number in html
    assert seen[0]["attachments"][0].content.startswith("\ufeff部分".encode())
    verify(client, paper)


def verify(client: FlaskClient, paper: FundPaper) -> None:
    file = queries.file_of(paper)
    assert file is not None
    assert verification.of_number(paper.number.lower()).outcome == "paper"
    assert verification.of_fingerprint(file.sha256).outcome == "genuine"
    with files.path_of(file).open("rb") as stream:
        content = stream.read()
    assert verification._number_in(content) == paper.number
    assert verification.of_fingerprint("0" * 64, paper.number).outcome == "altered"
    page = client.get(f"/verify?number={paper.number}").text
    assert "基金收支表" in page and "/funds/JJ-" in page


def test_a_paper_is_made_once(app: Flask, fund: Lived, worker: Any, monkeypatch: Any) -> None:
    seen = fake(monkeypatch)
    with transaction():
        paper, _job = papers.ask(
            fund.fund.staff, Order("fund_statement", "en", fund_id=fund.fund.fund_id)
        )
    worker()
    kept = db.session.get_one(FundPaper, paper.id, populate_existing=True).file_id
    assert kept is not None
    other = files.prepare_own(b"%PDF-1.7 other".ljust(400), "x.pdf", "application/pdf")
    with transaction():
        assert papers.attach(paper.id, other).file_id == kept
    assert len(seen) == 1
    plain = re.sub(r"<[^>]*lang=\"zh[^>]*>[^<]*", "", seen[0]["html"])
    assert "Fund statement" in plain and "合计" not in plain and "元整" not in plain
    assert verification.of_number("ZM-2026-999999").outcome == "unknown"

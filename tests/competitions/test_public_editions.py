"""Editions for everybody: nothing before the rules are fixed, everything that decides afterwards."""

from html import unescape

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.panels import Draw
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.rules import draws
from charity_portal.competitions.services import editions
from charity_portal.kernel.database import db, transaction
from tests.factories.editions import (
    APPROVER,
    OFFICER,
    SEED,
    change,
    make_draft,
    make_open,
    make_open_with_bonus,
    make_ready,
)
from tests.support.statements import counted


def test_before_the_opening_nobody_sees_an_edition(client: FlaskClient) -> None:
    edition = make_draft()
    assert client.get(f"/competitions/{edition.number}").status_code == 404
    page = client.get("/competitions")
    assert edition.number not in page.text and "还没有公开的评审" in page.text
    assert client.get("/competitions/CT-2026-999999").status_code == 404


def test_the_whole_of_the_rules_is_public(client: FlaskClient) -> None:
    edition = make_open_with_bonus()
    page = unescape(client.get(f"/competitions/{edition.number}").text)
    for criterion in edition.stages[0].criteria:
        assert criterion.title_zh in page
        assert all(anchor["zh"] in page for anchor in criterion.anchors)
    for words in (
        SEED, "评委宽严不一时，遇到严格评委的申请会吃亏", "从第一名起依次资助", "至少资助 10 项",
        "单项资助不超过 ¥100,000.00", "仍相同的，用公布的种子抽签决定", "最多 5 分", "¥1,000,000",
        "可以选择“不适用”，不按零分计", "100%",
    ):  # fmt: skip
        assert words in page
    english = client.get(f"/competitions/{edition.number}?lang=en").text
    assert "Real need" in english and "Down the ranking" in english


def test_the_public_page_names_no_applicant_and_no_code(client: FlaskClient) -> None:
    edition = make_open(applications=2)
    page = client.get(f"/competitions/{edition.number}").text
    assert "春晓" not in page and "SB-2026" not in page and "P-01" not in page
    assert "顾评审" not in page


def test_the_record_of_the_draw_can_be_repeated_from_the_page(client: FlaskClient) -> None:
    edition = make_ready()
    pool = [draws.Candidate(f"code{n:02d}") for n in range(9)]
    wanted = draws.Wanted(5, 2)
    drawn = draws.draw(edition.seed, pool, wanted)
    with transaction():
        db.session.add(
            Draw(
                edition_id=edition.id,
                seed=edition.seed,
                wanted=draws.stored(wanted),
                pool=draws.stored_pool(pool),
                result=draws.stored_result(drawn),
            )
        )
        editions.open_edition(OFFICER, edition.id)
    page = unescape(client.get(f"/competitions/{edition.number}").text)
    assert "按种子重算，结果一致" in page
    for candidate in pool:
        assert f"{edition.seed}:{candidate.code}" in page
        assert draws.lot(edition.seed, candidate.code) in page


def test_tracks_with_criteria_of_their_own_have_sheets_of_their_own(client: FlaskClient) -> None:
    edition = make_ready()
    stage = edition.stages[0]
    rows = [dict(row) for row in draft_of(edition, "rubric", stage).rows("criteria")]
    tracks = [row["id"] for row in draft_of(edition, "tracks").rows("tracks")]
    split = [
        {**rows[0], "id": None, "title_zh": f"专项{n}", "track_id": t} for n, t in enumerate(tracks)
    ]
    edition = change(edition, "rubric", stage, criteria=[*rows[1:], *split])
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    page = unescape(client.get(f"/competitions/{edition.number}").text)
    for track in ("为老服务", "儿童关爱", "乡村振兴"):
        assert f"书面评审：{track}" in page


def test_a_cancelled_edition_stays_with_its_reason(client: FlaskClient) -> None:
    edition = make_open()
    with transaction():
        editions.cancel(APPROVER, edition.id, "资金用途调整")
    page = client.get(f"/competitions/{edition.number}").text
    assert "本届评审已取消" in page and "资金用途调整" in page
    assert edition.number in client.get("/competitions").text


def test_the_result_is_linked_once_it_is_published(client: FlaskClient) -> None:
    edition = make_open()
    url = f"/competitions/{edition.number}"
    assert "查看评审结果" not in client.get(url).text
    with transaction():
        db.session.execute(sa.text("UPDATE edition SET state = 'published'"))
    assert f'href="{url}/results"' in client.get(url).text


def test_pages_are_kept_for_a_minute_and_asked_about(client: FlaskClient) -> None:
    edition = make_open()
    for url in ("/competitions", f"/competitions/{edition.number}"):
        first = client.get(url)
        assert first.headers["Cache-Control"] == "public, max-age=60"
        again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304


def test_the_list_takes_the_same_statements_however_long(app: Flask, client: FlaskClient) -> None:
    make_open()
    with counted(app) as one:
        client.get("/competitions")
    for _ in range(2):
        make_open()
    with counted(app) as many:
        page = client.get("/competitions").text
    assert len(one) == len(many) <= 6
    assert page.count("书面评审") == 3

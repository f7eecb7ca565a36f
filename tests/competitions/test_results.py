"""A published result: what has to hold first, what it shows, and that anybody can count it again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.errors import NotPublishable
from charity_portal.competitions.queries import outcomes as queries
from charity_portal.competitions.queries import results as reading
from charity_portal.competitions.rules import bundle as bundles
from charity_portal.competitions.rules.proposed import Wanted
from charity_portal.competitions.services import results
from charity_portal.kernel import files, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.organizations import queries as organizations
from charity_portal.projects.services import decisions
from charity_portal.projects.services.decisions import Choice, Verdict
from tests.factories import notices, outcomes
from tests.factories.outcomes import make_scored, publish
from tests.support.paths import ROOT
from tests.support.people import sign_in

YUAN = 100


def bundle_bytes(edition_id: int) -> bytes:
    found = queries.bundle_of(edition_id)
    assert found is not None
    return files.path_of(found.file).read_bytes()


def test_nothing_is_published_before_the_notice(app: Flask) -> None:
    made = make_scored(applications=3)
    desk = notices.office()
    outcomes.confirm(made, desk.approver)

    with pytest.raises(NotPublishable) as refused, transaction():
        results.ask_to_publish(desk.approver, made.edition.id, "full")

    assert "尚未公示" in str(refused.value.problems[0])


def test_a_decision_changed_in_the_call_stops_publishing(app: Flask) -> None:
    made = make_scored(applications=3)
    desk = notices.office()
    selection = outcomes.confirm(made, desk.approver)
    last = selection.rows[2].application_id
    with transaction():
        decisions.decide(
            desk.approver,
            made.edition.call_id,
            [Choice(last, 1, Verdict("refuse", reason="另行决定"))],
        )
    notices.start(desk.approver, made.applications[0].call)

    found = results.problems(outcomes.edition_of(made))

    assert len(found) == 1 and "不一致" in str(found[0])


def test_the_bundle_gives_the_page_s_figures_with_people_s_decisions_in_it(app: Flask) -> None:
    made = make_scored(applications=4, limits={"reserves": 1, "partial_bp": 4000})
    selection = outcomes.propose(made)
    first, last = selection.rows[0].application_id, selection.rows[3].application_id
    outcomes.decide(
        made,
        selection,
        {
            first: Wanted("partial", 30_000 * YUAN, "核减宣传费用。"),
            last: Wanted("refuse", None, "与上年度项目重复。"),
        },
    )

    edition = publish(made)

    assert edition.state == "published" and edition.published_at is not None
    verdict = bundles.recompute(bundles.read(bundle_bytes(edition.id)))
    assert verdict.compared and verdict.difference is None
    shown = reading.whole(edition)
    assert [(r["rank"], r["code"], r["points"]) for r in shown["rows"]] == [
        (row.rank, row.application, int(row.points * 10_000) if row.points is not None else None)
        for row in verdict.outcome.ranking
    ]
    awards = {row.application: row.award_fen for row in verdict.outcome.selection.rows}
    assert {r["code"]: r["amount_fen"] for r in shown["rows"]} == awards


def test_another_machine_recomputes_it_without_a_database(app: Flask, tmp_path: Path) -> None:
    edition = publish(make_scored(applications=3))
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle_bytes(edition.id))
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = [
        sys.executable, "-m", "flask", "--app", "charity_portal.app",
        "competitions", "recompute", str(path),
    ]  # fmt: skip

    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "A-001" in done.stdout
    assert not list(tmp_path.glob("*.sqlite*"))


def test_the_same_result_gives_the_same_bundle(app: Flask) -> None:
    made = make_scored(applications=3)
    outcomes.on_notice(made)
    edition = outcomes.edition_of(made)

    assert results.write_bundle(edition) == results.write_bundle(edition)


def test_everybody_reads_the_result_and_nobody_a_name_that_was_refused(
    app: Flask, client: FlaskClient
) -> None:
    made = make_scored(applications=4)
    edition = publish(made)
    rows = reading.whole(edition)["rows"]
    refused = next(r for r in rows if r["outcome"] == "refuse")
    place = next(p for p in made.applications if p.id == made.applications[3].id)

    page = client.get(f"/competitions/{edition.number}/results")

    assert page.status_code == 200
    assert made.applications[0].title in page.text and refused["code"] in page.text
    pages = [
        page.text,
        client.get(f"/competitions/{edition.number}/results/{refused['code']}").text,
        client.get(f"/competitions/{edition.number}/results.csv").data.decode(),
    ]
    assert all(place.title not in text and (place.number or "-") not in text for text in pages)
    judge = made.panelists[0]
    given = client.get(f"/competitions/{edition.number}/results/judges/{judge.code}").text
    assert judge.code in given and "顾评审" not in given
    english = client.get(f"/competitions/{edition.number}/results?lang=en")
    assert english.status_code == 200
    with client.get(f"/competitions/{edition.number}/bundle.zip") as served:
        assert served.data == bundle_bytes(edition.id)


def test_an_unpublished_result_is_not_there(app: Flask, client: FlaskClient) -> None:
    made = make_scored(applications=3)
    outcomes.on_notice(made)
    number = made.edition.number

    for path in ("results", "results/A-001", "results/judges/J01", "bundle.zip", "results.csv"):
        assert client.get(f"/competitions/{number}/{path}").status_code == 404


def test_the_approver_publishes_on_the_page_and_the_officer_cannot(
    app: Flask, client: FlaskClient
) -> None:
    made = make_scored(applications=3)
    desk = notices.office()
    outcomes.on_notice(made, desk.approver)
    url = f"/office/competitions/{made.edition.id}/publish"
    sign_in(client, desk.officer.user_id)
    assert client.get(url).status_code == 200
    assert client.post(url, data={"feedback": "points"}).status_code == 403

    sign_in(client, desk.approver.user_id)
    assert client.post(url, data={}).status_code == 422
    with transaction():
        db.session.execute(sa.delete(jobs.Job))
    assert client.post(url, data={"feedback": "points"}).status_code == 303
    jobs.run_due(limit=1)

    assert "结果已于" in client.get(url).text
    db.session.rollback()
    assert outcomes.edition_of(made).feedback == "points"


@pytest.mark.parametrize(("feedback", "comment", "points"), [
    ("full", True, True), ("points", False, True), ("none", False, False),
])  # fmt: skip
def test_an_applicant_reads_what_the_edition_shares(
    app: Flask, client: FlaskClient, feedback: str, comment: bool, points: bool
) -> None:
    made = make_scored(applications=3)
    publish(made, feedback=feedback)
    mine, theirs = made.applications[0], made.applications[1]
    member = _member(mine.organization_id)
    sign_in(client, member)

    assert mine.title in client.get("/workspace/competitions").text
    page = client.get(f"/workspace/competitions/{mine.id}").text

    assert ("方案扎实，预算清楚。" in page) is comment
    assert ("第 1 名" in page) is points
    assert "仅供评审组参考。" not in page
    assert client.get(f"/workspace/competitions/{theirs.id}").status_code == 403


def test_the_entry_is_offered_only_to_organizations_with_a_result(
    app: Flask, client: FlaskClient
) -> None:
    made = make_scored(applications=2)
    member = _member(made.applications[0].organization_id)
    sign_in(client, member)
    assert "/workspace/competitions" not in client.get("/workspace/applications").text

    publish(made)

    assert "/workspace/competitions" in client.get("/workspace/applications").text


def _member(organization_id: int) -> int:
    return organizations.members(organization_id)[0].user_id

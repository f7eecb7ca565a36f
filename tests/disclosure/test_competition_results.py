"""A competition's result as a report: drafted and typeset when the edition is published."""

import io

import pypdf
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.queries import outcomes
from charity_portal.disclosure import documents
from charity_portal.disclosure.models import Report
from charity_portal.disclosure.queries import reports, verification
from charity_portal.disclosure.services import competition_results
from charity_portal.kernel import files, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.outcomes import make_scored, publish


def test_publishing_an_edition_publishes_its_paper_with_the_bundle_inside(
    app: Flask, client: FlaskClient
) -> None:
    made = make_scored(applications=4)
    edition = publish(made)
    jobs.run_due()
    db.session.rollback()

    number = db.session.scalars(
        sa.select(Report.number).where(Report.edition_id.is_not(None))
    ).one()
    version = reports.published(number)

    assert version is not None and version.row_count == 2
    assert version.published_at is not None and version.anchor is not None
    [stored] = [file.stored for file in version.files if file.language == "zh"]
    content = files.path_of(stored).read_bytes()
    attached = pypdf.PdfReader(io.BytesIO(content)).attachments
    bundle = outcomes.bundle_of(edition.id)
    assert bundle is not None
    assert attached["bundle.zip"] == [files.path_of(bundle.file).read_bytes()]
    again = documents.paper(
        version, reports.all_rows(version.id), "zh", version.published_at, version.anchor
    )
    assert again == content
    with files.path_of(stored).open("rb") as paper:
        assert verification.of_file(paper).outcome == "genuine"
    page = client.get(f"/competitions/{edition.number}/results").text
    assert f"/results/{number}/editions/1/zh.pdf" in page
    assert f"/competitions/{edition.number}/results" in client.get(f"/results/{number}").text


def test_the_statement_says_what_the_competition_s_page_says(app: Flask) -> None:
    made = make_scored(applications=4)
    edition = publish(made)

    with transaction():
        version = competition_results.draft(SYSTEM, edition.id)

    told = version.data["competition"]["rows"]
    assert [row["code"] for row in told if row["title"]] == [
        row["code"] for row in told if row["outcome"] in ("award", "partial", "reserve")
    ]
    assert version.total_fen == sum(row["amount_fen"] for row in told)
    with transaction():
        assert competition_results.draft(SYSTEM, edition.id).id == version.id

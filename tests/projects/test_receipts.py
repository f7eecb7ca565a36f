"""The receipt as a PDF: what it says, in both languages, and that it is made once."""

import io

import pypdf
import pytest

from charity_portal.kernel import files
from charity_portal.kernel.database import db
from charity_portal.projects.queries import applications
from charity_portal.projects.tasks import receipts
from tests.factories.applications import make_submitted, make_team

pytestmark = pytest.mark.usefixtures("app")


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_the_receipt_says_what_was_handed_in(worker):
    organization, actor = make_team()
    application, submission = make_submitted(actor)
    worker()
    kept = applications.submission(application.id, 1)
    content = files.path_of(kept.receipt_file).read_bytes()
    said = text_of(content)
    for words in (
        "HZ-2026-000001",
        "SB-2026-000001",
        organization.name,
        "银龄食光——社区老年助餐",
        "¥49,000.00",
        "肆万玖仟元整",
        "2026年3月2日10:00",
        submission.content_hash[:32],
        submission.content_hash[32:],
        "/verify?number=HZ-2026-000001",
        "Receipt",
        "Applicant",
    ):
        assert words in said, words
    for paper in applications.papers(application.id):
        assert paper.sha256[:16] in said
    job = applications.receipt_job(kept)
    assert job.result["url"].endswith(f"/applications/{application.id}/receipts/1")
    assert applications.receipt("HZ-2026-000001").content_hash == submission.content_hash
    assert applications.receipt_with_file(kept.receipt_file.sha256).number == "HZ-2026-000001"


def test_the_same_submission_gives_the_same_bytes_and_one_file(worker):
    _, actor = make_team()
    _, submission = make_submitted(actor)
    first = receipts.pdf_of(submission)
    worker()
    db.session.expire_all()
    assert first == receipts.pdf_of(submission)
    file_id = applications.submission_of(submission.id).receipt_file_id
    again = receipts.make(applications_run(submission))
    assert again is None
    assert applications.submission_of(submission.id).receipt_file_id == file_id


def applications_run(submission):
    class Run:
        args = {"submission_id": submission.id}  # noqa: RUF012

    return Run

"""Handing in: to the second, whole, once, frozen with a hash; corrections, promises, taking back."""

import threading

import pytest

from charity_portal.kernel import jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, PortalError, WrongState
from charity_portal.projects.errors import (
    ClosedCall,
    DeadlinePassed,
    DraftMoved,
    NotComplete,
    NotEligible,
)
from charity_portal.projects.models.applications import Submission
from charity_portal.projects.models.calls import Call, Extension
from charity_portal.projects.queries import applications, drafts
from charity_portal.projects.rules.contents import content_hash
from charity_portal.projects.services import drafts as draft_services
from charity_portal.projects.services import screening, submissions
from tests.factories.accounts import make_user
from tests.factories.applications import (
    GRANT_FEN,
    accept_conditionally,
    add_paper,
    ask_for_correction,
    make_draft,
    make_ready,
    make_submitted,
    make_team,
    submit,
)
from tests.factories.calls import CLOSES, make_call
from tests.factories.organizations import acting, make_member

pytestmark = pytest.mark.usefixtures("app")


def test_a_submission_freezes_the_content_and_gives_numbers():
    _, actor = make_team()
    application, submission = make_submitted(actor)
    assert (application.state, application.number) == ("submitted", "SB-2026-000001")
    assert submission.receipt_number == "HZ-2026-000001"
    assert application.amount_requested_fen == GRANT_FEN
    assert application.track.key == "elderly"
    db.session.expire_all()
    kept = applications.newest_submission(application.id)
    assert kept.content_hash == content_hash(kept.content)
    assert kept.content["budget"]["grant_fen"] == GRANT_FEN
    assert [p["slot"] for p in kept.content["papers"]] == ["certificate", "budget_note"]
    assert applications.dossier_of(application).budget.grant_fen == GRANT_FEN


def test_a_changed_byte_changes_the_hash():
    _, actor = make_team()
    _, submission = make_submitted(actor)
    changed = submission.content | {"fields": submission.content["fields"] | {"title": "改"}}
    assert content_hash(changed) != submission.content_hash


def test_the_last_second_counts_and_the_next_one_does_not(clock):
    _, first = make_team()
    _, second = make_team()
    call = make_call()
    in_time, late = make_ready(first, call), make_ready(second, call)
    clock.set("2026-03-20 16:59:59")
    assert submit(first, in_time).version == 1
    clock.set("2026-03-20 17:00:00")
    with pytest.raises(ClosedCall) as refused:
        submit(second, late)
    said = str(refused.value.message)
    assert "2026年3月20日 17:00" in said and "草稿仍然保留" in said
    assert late.state == "draft" and drafts.texts(late.id)["title"]


def test_an_extension_moves_the_closing_for_one_organization_only(clock):
    organization, first = make_team()
    _, second = make_team()
    call = make_call()
    longer, late = make_ready(first, call), make_ready(second, call)
    officer = make_user(roles=["officer"])
    with transaction():
        db.session.add(
            Extension(
                call_id=call.id,
                organization_id=organization.id,
                until=CLOSES.replace(day=21),
                reason="停电",
                granted_by=officer.id,
            )
        )
    clock.set("2026-03-20 17:00:01")
    assert submit(first, longer)
    with pytest.raises(ClosedCall):
        submit(second, late)


def test_pressed_twice_it_is_one_submission_with_one_receipt():
    _, actor = make_team()
    application = make_ready(actor)
    rev = application.rev
    with transaction():
        first = submissions.submit(actor, application.id, rev)
    with transaction():
        again = submissions.submit(actor, application.id, rev)
    assert first.receipt_number == again.receipt_number
    assert db.session.query(Submission).count() == 1


def test_two_submissions_at_once_are_one(app):
    _, actor = make_team()
    application = make_ready(actor)
    application_id, rev = application.id, application.rev
    ready, made = threading.Barrier(2), []

    def press():
        with app.app_context():
            ready.wait()
            try:
                with transaction():
                    made.append(submissions.submit(actor, application_id, rev).receipt_number)
            except PortalError as error:
                made.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(made) == 2 and len(set(made)) == 1
    assert db.session.query(Submission).count() == 1


def test_everything_that_is_missing_is_said_at_once():
    _, actor = make_team()
    draft = make_draft(actor, fields={"title": "银龄食光", "starts_on": "2026-05-01"})
    with pytest.raises(NotComplete) as refused:
        submit(actor, draft)
    found = set(refused.value.fields)
    assert {"track", "summary", "ends_on", "answer:need", "budget", "confirmed"} <= found
    assert {"slot:certificate", "slot:budget_note"} <= found
    assert "slot:audit" not in found and "title" not in found
    assert draft.state == "draft" and draft.number is None


def test_conditions_are_asked_again_when_handing_in():
    _, actor = make_team()
    application = make_ready(actor)
    with transaction():
        db.session.get_one(Call, application.call_id).eligibility = {"charity_only": True}
    with pytest.raises(NotEligible):
        submit(actor, application)


def test_a_colleagues_change_since_one_looked_is_not_handed_in_unseen():
    organization, actor = make_team()
    colleague = acting(make_member(organization, "editor"))
    application = make_ready(actor)
    seen = application.rev
    with transaction():
        draft_services.save_fields(colleague, application.id, seen, {"title": "另一个名称"})
    with pytest.raises(DraftMoved), transaction():
        submissions.submit(actor, application.id, seen)


def test_finance_members_and_strangers_hand_nothing_in():
    organization, actor = make_team()
    application = make_ready(actor)
    for other in (acting(make_member(organization, "finance")), make_team()[1]):
        with pytest.raises(Forbidden), transaction():
            submissions.submit(other, application.id, application.rev)


def test_a_correction_makes_a_second_version_even_after_closing(clock):
    _, actor = make_team()
    application, first = make_submitted(actor)
    ask_for_correction(application, "summary", due_at=CLOSES.replace(day=30))
    clock.set("2026-03-28 09:00")
    with transaction():
        new = {"summary": "更正后的概述", "confirmed": "yes"}
        draft_services.save_fields(actor, application.id, application.rev, new)
    second = submit(actor, application)
    assert (second.version, application.state) == (2, "submitted")
    assert second.receipt_number != first.receipt_number
    assert application.number == "SB-2026-000001"
    assert drafts.correction(application.id) is None
    assert first.content["fields"]["summary"] != second.content["fields"]["summary"]


def test_a_correction_after_its_day_is_refused(clock):
    _, actor = make_team()
    application, _ = make_submitted(actor)
    ask_for_correction(application, "summary")
    clock.set("2026-03-20 17:00:00")
    with pytest.raises(DeadlinePassed):
        submit(actor, application)


def test_owed_papers_follow_after_the_promise_and_make_a_version():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    accept_conditionally(application, "audit")

    def hand_in():
        with transaction():
            return submissions.hand_in_papers(actor, application.id)

    add_paper(actor, application, "audit")
    with pytest.raises(Invalid):
        hand_in()
    with transaction():
        screening.sign_promise(actor, application.id)
    second = hand_in()
    assert (second.version, application.state) == (2, "conditional")
    assert [p["slot"] for p in second.content["papers"]][-1] == "audit"
    assert hand_in().version == 2


def test_owed_papers_that_are_not_there_are_named():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    accept_conditionally(application, "audit", "pictures")
    with transaction():
        screening.sign_promise(actor, application.id)
    add_paper(actor, application, "pictures")
    with pytest.raises(NotComplete) as refused, transaction():
        submissions.hand_in_papers(actor, application.id)
    assert list(refused.value.fields) == ["slot:audit"]


def test_taking_back_needs_a_reason_and_ends_it():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    with pytest.raises(Invalid), transaction():
        submissions.withdraw(actor, application.id, "  ")
    with transaction():
        submissions.withdraw(actor, application.id, "项目负责人离职")
    assert application.state == "withdrawn"
    with pytest.raises(WrongState), transaction():
        submissions.submit(actor, application.id, application.rev)


def test_a_receipt_is_ordered_with_the_submission():
    _, actor = make_team()
    _, submission = make_submitted(actor)
    job = applications.receipt_job(submission)
    assert (job.kind, job.args) == ("projects.receipt", {"submission_id": submission.id})
    assert db.session.query(jobs.Job).filter_by(kind="projects.receipt").count() == 1

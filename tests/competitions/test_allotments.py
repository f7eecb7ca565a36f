"""What a plan amounts to: reviews in each member's own order, and letters in each member's language."""

import pytest
from flask import Flask

from charity_portal.accounts.models import User
from charity_portal.competitions.models.reviews import AssignmentRun, Review
from charity_portal.competitions.services import assignments
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM, Actor
from tests.factories import assignments as make
from tests.factories.notices import staff


@pytest.fixture
def officer(app: Flask) -> Actor:
    return staff("officer", "何经办")


def adopt(officer: Actor, run: AssignmentRun) -> None:
    with transaction():
        assignments.adopt(officer, run.id, 0)


def letters() -> dict[str, OutboxMail]:
    db.session.rollback()
    found = db.session.query(OutboxMail).filter_by(kind="competitions.allotment")
    return {letter.recipient: letter for letter in found.order_by(OutboxMail.id)}


def test_letters_speak_the_members_language_and_lead_to_the_desk(officer: Actor) -> None:
    stage = make.make_field(applications=2, members=2)
    english = make.members_of(stage)[0].user_id
    with transaction():
        db.session.get_one(User, english).locale = "en"
    adopt(officer, make.make_run(stage))
    found = letters()
    theirs = found.pop(db.session.get_one(User, english).email)
    assert "2 reviews" in theirs.body and "/reviews" in theirs.body
    (other,) = found.values()
    assert "分配给您 2 份评审" in other.body and "/reviews" in other.body


def test_no_letter_names_an_application_or_an_applicant(officer: Actor) -> None:
    stage = make.make_field()
    adopt(officer, make.make_run(stage))
    for letter in letters().values():
        assert (
            "银龄陪伴" not in letter.body and "春晓" not in letter.body and "SB-" not in letter.body
        )


def test_who_lost_a_review_is_told_and_who_kept_all_is_not(officer: Actor) -> None:
    stage = make.make_field(max_load=6)
    first = make.make_run(stage)
    adopt(officer, first)
    with transaction():
        db.session.query(OutboxMail).delete()
    pairs = make.pairs_of(first)
    gone = max(pairs)
    other = next(m.id for m in make.members_of(stage) if (m.id, gone[1]) not in pairs)
    adopt(officer, make.make_run(stage, pairs=pairs - {gone} | {(other, gone[1])}))
    found = letters()
    assert len(found) == 2
    assert sum("改由他人承担" in letter.body for letter in found.values()) == 1


def test_lots_for_the_reading_order_do_not_depend_on_how_the_plan_came_about(
    officer: Actor,
) -> None:
    stage = make.make_field(applications=6, members=2, each=2, max_load=6)
    members = [m.id for m in make.members_of(stage)]
    entries = [e.id for e in make.round_of(stage).entries]
    with transaction():
        assignments.assign_all(SYSTEM, stage.id, members, list(reversed(entries)))
    first = {(r.panelist_id, r.application_id): r.position for r in db.session.query(Review)}
    with transaction():
        db.session.query(Review).delete()
    adopt(officer, make.make_run(stage))
    db.session.rollback()
    again = {(r.panelist_id, r.application_id): r.position for r in db.session.query(Review)}
    assert again == first and len(first) == 12

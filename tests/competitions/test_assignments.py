"""Plans for a stage's reviews: kept only if nothing moved, adopted as reviews, repaired with few changes."""

import pytest
from flask import Flask

from charity_portal.competitions.errors import (
    ChangeRefused,
    PlanMoved,
    PlanSettled,
    RoundChanged,
    RoundNotReady,
)
from charity_portal.competitions.models.editions import Stage, StageEntry
from charity_portal.competitions.models.reviews import AssignmentRun, Review
from charity_portal.competitions.queries import assignments as queries
from charity_portal.competitions.rules.plan_checks import Change
from charity_portal.competitions.rules.planning import Solved
from charity_portal.competitions.rules.review_rounds import Pair
from charity_portal.competitions.services import assignments
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.kernel.states import fire
from tests.factories import assignments as make
from tests.factories.notices import staff
from tests.support.clocks import FrozenClock


@pytest.fixture
def officer(app: Flask) -> Actor:
    return staff("officer", "何经办")


def adopt(officer: Actor, run: AssignmentRun) -> None:
    with transaction():
        assignments.adopt(officer, run.id, db.session.get_one(AssignmentRun, run.id).rev)


def live(stage: Stage) -> dict[Pair, Review]:
    db.session.rollback()
    found = db.session.query(Review).filter_by(stage_id=stage.id)
    return {(r.panelist_id, r.application_id): r for r in found if r.state in queries.LIVE}


def test_a_plan_is_not_kept_when_anything_moved_meanwhile(app: Flask) -> None:
    stage = make.make_field()
    of = make.round_of(stage)
    make.make_conflict(of.judges[0].id, of.entries[0].id)
    with pytest.raises(RoundChanged), transaction():
        assignments.keep(SYSTEM, stage.id, of, Solved(frozenset(), {}), None, None)
    assert db.session.query(AssignmentRun).count() == 0


def test_only_officers_ask_and_only_when_there_is_a_round(officer: Actor) -> None:
    auditor = staff("auditor", "审计员")
    stage = make.make_field(members=0)
    with pytest.raises(RoundNotReady, match="承诺"), transaction():
        assignments.ask(officer, stage.id, make.WISHES)
    stage = make.make_field()
    with pytest.raises(Forbidden), transaction():
        assignments.ask(auditor, stage.id, make.WISHES)
    with transaction():
        fire(SYSTEM, db.session.get_one(Stage, stage.id), "close")
    with pytest.raises(RoundNotReady, match="截止"), transaction():
        assignments.ask(officer, stage.id, make.WISHES)


def test_who_has_not_declared_gets_nothing(app: Flask) -> None:
    stage = make.make_field()
    silent = make.members_of(stage)[0]
    with transaction():
        db.session.merge(silent).declared_at = None
    of = make.round_of(stage)
    assert silent.id not in of.judge_by_id and len(of.judges) == 3


def test_each_member_has_an_order_of_their_own_that_stays(officer: Actor) -> None:
    stage = make.make_field(applications=8, members=3, each=3, max_load=8)
    adopt(officer, make.make_run(stage, make.Wishes(each=3)))
    orders = {}
    for (judge, entry), review in live(stage).items():
        orders.setdefault(judge, []).append((review.position, entry))
    drawn = [tuple(entry for _, entry in sorted(order)) for order in orders.values()]
    assert all([p for p, _ in sorted(order)] == list(range(1, 9)) for order in orders.values())
    assert len(set(drawn)) == 3 and all(list(order) != sorted(order) for order in drawn)


def test_reviews_that_are_begun_stay_and_a_late_gap_is_filled(officer: Actor) -> None:
    stage = make.make_field(max_load=6)
    adopt(officer, make.make_run(stage))
    before = live(stage)
    begun, lost = sorted(before)[:2]
    with transaction():
        db.session.merge(before[begun]).rev = 3
    make.make_conflict(*lost)
    with transaction():
        fire(SYSTEM, db.session.merge(before[lost]), "void")
    of = make.round_of(stage)
    assert of.begun == {begun} and lost in of.conflicts and lost not in of.given
    run = make.make_run(stage)
    adopt(officer, run)
    after = live(stage)
    assert set(before) - {lost} <= set(after) and len(after) == len(before)
    assert {p: r.position for p, r in after.items() if p in before} == {
        p: r.position for p, r in before.items() if p != lost
    }
    letters = db.session.query(OutboxMail).filter_by(kind="competitions.allotment").count()
    assert letters == len({judge for judge, _ in before}) + 1


def test_a_review_taken_away_and_given_back_keeps_its_row(officer: Actor) -> None:
    stage = make.make_field(max_load=6)
    adopt(officer, make.make_run(stage))
    first = live(stage)
    away = max(first)
    other = next(m.id for m in make.members_of(stage) if (m.id, away[1]) not in first)
    adopt(officer, make.make_run(stage, pairs=frozenset(first) - {away} | {(other, away[1])}))
    assert away not in live(stage)
    adopt(officer, make.make_run(stage, pairs=frozenset(first)))
    assert live(stage)[away].id == first[away].id and live(stage)[away].state == "open"


def test_abstaining_is_for_good(officer: Actor) -> None:
    stage = make.make_field(max_load=6)
    adopt(officer, make.make_run(stage))
    pair, review = next(iter(live(stage).items()))
    with transaction():
        fire(SYSTEM, db.session.merge(review), "abstain")
    of = make.round_of(stage)
    assert of.barred == {pair} and pair not in of.given
    with transaction():
        assignments.assign_all(officer, stage.id, [pair[0]], [pair[1]])
    assert pair not in live(stage)


def test_an_older_plan_lapses_when_another_is_adopted(officer: Actor, clock: FrozenClock) -> None:
    stage = make.make_field()
    old, new = make.make_run(stage), make.make_run(stage)
    clock.advance(minutes=1)
    adopt(officer, new)
    newest = queries.newest_adopted(stage.id)
    assert newest is not None and newest.id == new.id
    assert queries.phase(old, newest) == "superseded" and queries.phase(new, newest) == "adopted"
    for run in (old, new):
        with pytest.raises(PlanSettled), transaction():
            assignments.adopt(officer, run.id, run.rev)


def test_a_change_needs_the_revision_that_was_looked_at(officer: Actor) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    judge, entry = min(make.pairs_of(run))
    with transaction():
        cost = assignments.change(officer, run.id, 0, Change(entry, drop=judge))
    assert cost.after.short == 1
    with pytest.raises(PlanMoved), transaction():
        assignments.undo(officer, run.id, 0)
    with pytest.raises(ChangeRefused), transaction():
        assignments.change(officer, run.id, 1, Change(entry, drop=judge))
    with transaction():
        assignments.undo(officer, run.id, 1)
    with pytest.raises(ChangeRefused), transaction():
        assignments.undo(officer, run.id, 2)


def test_assign_all_gives_everything_but_conflicts_and_writes_no_letters(officer: Actor) -> None:
    stage = make.make_field(applications=3, members=3, max_load=1)
    members = [m.id for m in make.members_of(stage)]
    entries = [e.application_id for e in queries.field_of(stage.id)]
    make.make_conflict(members[0], entries[0])
    with transaction():
        written = assignments.assign_all(officer, stage.id, members, entries)
    assert len(written.added) == 8 and (members[0], entries[0]) not in live(stage)
    with transaction():
        assert not assignments.assign_all(officer, stage.id, members, entries).added
    assert db.session.query(OutboxMail).filter_by(kind="competitions.allotment").count() == 0


def test_who_left_the_competition_needs_no_reviews(app: Flask, clock: FrozenClock) -> None:
    stage = make.make_field()
    entry = queries.field_of(stage.id)[0]
    with transaction():
        gone = db.session.get_one(StageEntry, (stage.id, entry.application_id))
        gone.left_at = clock.now
    assert entry.application_id not in make.round_of(stage).entry_by_id


def test_every_step_is_in_the_audit_trail(officer: Actor) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    judge, entry = min(make.pairs_of(run))
    with transaction():
        assignments.change(officer, run.id, 0, Change(entry, drop=judge))
    with transaction():
        assignments.undo(officer, run.id, 1)
    adopt(officer, run)
    entries = db.session.query(AuditEntry).order_by(AuditEntry.seq)
    found = entries.filter_by(subject_kind="assignment_run").all()
    assert [e.action.removeprefix("competitions.assignment.") for e in found] == [
        "compute",
        "change",
        "undo",
        "adopt",
    ]

"""Rounds of reviews to be distributed, and plans for them, with the tables filled directly."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from charity_portal.accounts.models import User
from charity_portal.competitions.models.editions import Edition, EditionTrack, Stage, StageEntry
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.reviews import AssignmentRun, Review
from charity_portal.competitions.queries import assignments as queries
from charity_portal.competitions.rules.plan_checks import Change, obstacle
from charity_portal.competitions.rules.planning import Solved
from charity_portal.competitions.rules.review_rounds import Pair, Round, Wishes, standing
from charity_portal.competitions.services import assignments
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.kernel.states import fire
from charity_portal.projects.models.applications import Application
from tests.factories.calls import make_call
from tests.factories.competitions import make_edition
from tests.factories.examples import Example, World
from tests.factories.organizations import make_organization

WISHES = Wishes(each=2, bridges=False)


def make_field(
    applications: int = 4,
    members: int = 4,
    each: int = 2,
    tracks: Sequence[str] = ("elderly",),
    **loads: int,
) -> Stage:
    """A stage with so many applications of one organization and so many ready members, in turn from
    each track; nothing is assigned. All rows are written at once, so that large fields are cheap."""
    call = make_call()
    wanted = [next(t for t in call.tracks if t.key == key) for key in tracks]
    organization = make_organization()
    with transaction():
        edition = make_edition(call)
        (stage,) = edition.stages
        stage.reviews_each = each
        made = [
            Application(
                call_id=call.id,
                organization_id=organization.id,
                track_id=wanted[n % len(wanted)].id,
                state="eligible",
                number=f"SB-{edition.number[-6:]}-{n:04d}",
                title=f"银龄陪伴计划之{n + 1}",
                submitted_at=clock.now(),
            )
            for n in range(applications)
        ]
        db.session.add_all(made)
        db.session.flush()
        db.session.add_all(
            StageEntry(stage_id=stage.id, application_id=a.id, code=f"P-{n + 1:03d}")
            for n, a in enumerate(made)
        )
        people = [
            User(email=f"judge-{edition.id}-{n}@example.org", name=f"评委{n + 1}")
            for n in range(members)
        ]
        db.session.add_all(people)
        db.session.flush()
        _seat(edition, people, [t.id for t in wanted], {"min_load": 0, "max_load": 4} | loads)
    return stage


def _seat(
    edition: Edition, people: Sequence[User], tracks: Sequence[int], loads: Mapping[str, int]
) -> None:
    experts = [
        Expert(user_id=user.id, state="admitted", expertise=["elderly"] if n % 2 else [])
        for n, user in enumerate(people)
    ]
    db.session.add_all(experts)
    db.session.flush()
    now = clock.now()
    db.session.add_all(
        Panelist(
            edition_id=edition.id,
            expert_id=expert.id,
            user_id=expert.user_id,
            track_id=tracks[n % len(tracks)] if len(tracks) > 1 else None,
            code=f"J{n + 1:03d}",
            position=n,
            state="accepted",
            agreed_at=now,
            declared_at=now,
            **loads,
        )
        for n, expert in enumerate(experts)
    )


def make_track_wish(stage: Stage, track_id: int, *expertise: str) -> None:
    """What a track asks of its reviewers."""
    with transaction():
        db.session.add(
            EditionTrack(edition_id=stage.edition_id, track_id=track_id, expertise=list(expertise))
        )


def make_conflict(panelist_id: int, application_id: int) -> Conflict:
    """A conflict in force."""
    with transaction():
        row = Conflict(
            panelist_id=panelist_id, application_id=application_id, found="officer", code="other"
        )
        db.session.add(row)
        db.session.flush()
    return row


def abstain(review: Review) -> None:
    """The reviewer says that they cannot judge this one."""
    with transaction():
        fire(SYSTEM, db.session.merge(review), "abstain")


def round_of(stage: Stage, wishes: Wishes = WISHES) -> Round:
    """The round as it stands."""
    db.session.rollback()
    return queries.read(db.session.get_one(Stage, stage.id), wishes).round


def make_run(
    stage: Stage,
    wishes: Wishes = WISHES,
    pairs: frozenset[Pair] | None = None,
    shortages: Mapping[str, object] | None = None,
) -> AssignmentRun:
    """A plan, kept: these pairs, or for each application the first members who may take it."""
    of = round_of(stage, wishes)
    pairs = first_come(of) if pairs is None else pairs
    found = standing(of, pairs)
    proven = {
        "worst": found.worst,
        "worst_bound": found.worst + 100_000,
        "total": found.total,
        "total_bound": found.total + 250_000,
        "violations": 0,
        "fewest": None,
    }
    with transaction():
        return assignments.keep(SYSTEM, stage.id, of, Solved(pairs, proven, shortages), None, None)


def first_come(of: Round) -> frozenset[Pair]:
    """What is given, and for the rest whoever comes first and may."""
    pairs = of.given
    for entry in of.entries:
        for judge in of.judges:
            readers = sum(1 for _, own in pairs if own == entry.id)
            change = Change(entry.id, add=judge.id)
            new = (judge.id, entry.id) not in pairs
            if readers < of.wishes.each and new and obstacle(of, pairs, change) is None:
                pairs = change.applied(pairs)
    return pairs


def pairs_of(run: AssignmentRun) -> frozenset[Pair]:
    """The plan's pairs."""
    return assignments.pairs_in(run)


def members_of(stage: Stage) -> list[Panelist]:
    """The members by code."""
    return [seat.panelist for seat in queries.seats(stage.edition_id)]


def _some_run(world: World) -> AssignmentRun:
    """The one that was made last; examples of one address belong together."""
    wanted = sa.select(AssignmentRun).order_by(AssignmentRun.id.desc()).limit(1)
    return db.session.scalar(wanted) or make_run(make_field(2, 3))


def _some_stage(world: World) -> int:
    return _some_run(world).stage_id


def _some_entry(world: World) -> int:
    return int(_some_run(world).instance["entries"][0][0])


EXAMPLES: dict[str, Example] = {
    "run_id": lambda world: _some_run(world).id,
    "competitions_assignments.show.stage_id": _some_stage,
    "competitions_assignments.start.stage_id": _some_stage,
    "competitions_assignments.export.stage_id": _some_stage,
    "competitions_plans.weigh.application_id": _some_entry,
    "competitions_plans.change.application_id": _some_entry,
}

"""Rounds of reviews to be distributed, and plans for them, with the tables filled directly."""

import sqlalchemy as sa

from charity_portal.competitions.models.editions import EditionTrack, Stage
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.reviews import AssignmentRun
from charity_portal.competitions.queries import assignments as queries
from charity_portal.competitions.rules.plan_checks import Change, obstacle
from charity_portal.competitions.rules.planning import Solved
from charity_portal.competitions.rules.review_rounds import Pair, Round, Wishes, standing
from charity_portal.competitions.services import assignments
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.competitions import make_edition, make_entry, make_expert, make_panelist
from tests.factories.examples import Example, World

WISHES = Wishes(each=2, bridges=False)


def make_field(applications: int = 4, members: int = 4, each: int = 2, **loads: int) -> Stage:
    """A stage with so many applications and ready members, nothing assigned yet."""
    edition = make_edition()
    (stage,) = edition.stages
    with transaction():
        stage = db.session.merge(stage)
        stage.reviews_each = each
    for _ in range(applications):
        make_entry(stage)
    for number in range(members):
        expert = make_expert(f"评委{number + 1}", expertise=["elderly"] if number % 2 else [])
        make_panelist(edition, expert, **({"min_load": 0, "max_load": 4} | loads))
    return stage


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


def round_of(stage: Stage, wishes: Wishes = WISHES) -> Round:
    """The round as it stands."""
    db.session.rollback()
    return queries.read(db.session.get_one(Stage, stage.id), wishes).round


def make_run(
    stage: Stage, wishes: Wishes = WISHES, pairs: frozenset[Pair] | None = None
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
        return assignments.keep(SYSTEM, stage.id, of, Solved(pairs, proven), None, None)


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


def _some_entry(world: World) -> int:
    return int(_some_run(world).instance["entries"][0][0])


EXAMPLES: dict[str, Example] = {
    "run_id": lambda world: _some_run(world).id,
    "competitions_plans.weigh.application_id": _some_entry,
    "competitions_plans.change.application_id": _some_entry,
}

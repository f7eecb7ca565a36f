"""Reading for assignments: the round as it stands, the runs that were computed, what is adopted.

The number of statements does not depend on how many applications or members there are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import EditionTrack, Stage, StageEntry
from charity_portal.competitions.models.experts import Employment, Expert
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import AssignmentRun, Review, ReviewField
from charity_portal.competitions.queries import panels
from charity_portal.competitions.rules.affinity import Background, Subject, affinity
from charity_portal.competitions.rules.review_rounds import Entry, Judge, Pair, Round, Wishes
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import say
from charity_portal.projects.queries import briefs
from charity_portal.projects.queries.briefs import Brief

LIVE = ("open", "sealed")
"""Reviews in these states count towards what an application needs."""


@dataclass(frozen=True)
class Seat:
    """A panel member with the person behind the code. `ready`: agreed to confidentiality and declared."""

    panelist: Panelist
    name: str
    employer: str | None
    background: Background

    @property
    def id(self) -> int:
        """The panel member's id."""
        return self.panelist.id

    @property
    def ready(self) -> bool:
        """Whether applications may be given to this member: nothing is named before both are done."""
        return panels.ready(self.panelist)


def seats(edition_id: int, also: Collection[int] = ()) -> list[Seat]:
    """Who accepted a place on the panel (and the members `also`, whatever became of them), by code."""
    found = db.session.scalars(
        sa.select(Panelist)
        .where(
            Panelist.edition_id == edition_id,
            sa.or_(Panelist.state == "accepted", Panelist.id.in_(also)),
        )
        .options(joinedload(Panelist.expert).selectinload(Expert.employments))
        .order_by(Panelist.code, Panelist.id)
    ).all()
    people = accounts.people({p.user_id for p in found})
    history = _reviews_by_field(edition_id, {p.expert_id for p in found})
    today = clock.today()
    return [
        Seat(
            panelist=p,
            name=people[p.user_id].name if p.user_id in people else p.code,
            employer=_employer(p.expert.employments, today),
            background=Background(
                frozenset(p.expert.expertise), p.track_id, history.get(p.expert_id, {})
            ),
        )
        for p in found
    ]


def _employer(employments: Iterable[Employment], today: date) -> str | None:
    """The present employer, the same text for everybody who works there; None when there is none."""
    for job in employments:
        if job.until is None or job.until >= today:
            known = job.organization_id
            return f"organization:{known}" if known else f"name:{job.employer.strip().casefold()}"
    return None


def _reviews_by_field(edition_id: int, expert_ids: Collection[int]) -> dict[int, Counter[str]]:
    """How many reviews each expert handed in for earlier editions, by field of the own track."""
    rows = db.session.execute(
        sa.select(Panelist.expert_id, EditionTrack.expertise, sa.func.count(Review.id))
        .join(Review, Review.panelist_id == Panelist.id)
        .join(
            EditionTrack,
            sa.and_(
                EditionTrack.edition_id == Panelist.edition_id,
                EditionTrack.track_id == Panelist.track_id,
            ),
        )
        .where(
            Panelist.expert_id.in_(expert_ids),
            Panelist.edition_id != edition_id,
            Review.state == "sealed",
        )
        .group_by(Panelist.id, Panelist.expert_id, EditionTrack.track_id, EditionTrack.edition_id)
    )
    found: dict[int, Counter[str]] = {}
    for expert_id, expertise, number in rows:
        for key in expertise:
            found.setdefault(expert_id, Counter())[key] += number
    return found


def field_of(stage_id: int) -> list[StageEntry]:
    """The applications that are in the stage, by code; who left is not among them."""
    wanted = sa.select(StageEntry).where(
        StageEntry.stage_id == stage_id, StageEntry.left_at.is_(None)
    )
    return list(db.session.scalars(wanted.order_by(StageEntry.code)))


@dataclass(frozen=True)
class Given:
    """One assigned review: the pair, what became of it, whether anything was written in it."""

    id: int
    pair: Pair
    state: str
    begun: bool

    @property
    def live(self) -> bool:
        """Whether it counts."""
        return self.state in LIVE

    @property
    def stays(self) -> bool:
        """Whether it is work that nobody may take away by computing."""
        return self.state == "sealed" or (self.state == "open" and self.begun)


def given(stage_id: int) -> list[Given]:
    """Every review of the stage."""
    written = sa.exists().where(ReviewField.review_id == Review.id)
    rows = db.session.execute(
        sa.select(
            Review.id,
            Review.panelist_id,
            Review.application_id,
            Review.state,
            sa.or_(Review.rev > 0, written),
        )
        .where(Review.stage_id == stage_id)
        .order_by(Review.id)
    )
    return [
        Given(key, (panelist_id, application_id), state, bool(begun))
        for key, panelist_id, application_id, state, begun in rows
    ]


@dataclass(frozen=True)
class Input:
    """The round with the people and projects behind its ids."""

    round: Round
    seats: tuple[Seat, ...]
    given: tuple[Given, ...]
    subjects: Mapping[int | None, Subject]
    briefs: Mapping[int, Brief]

    @property
    def waiting(self) -> list[Seat]:
        """Members who accepted and have not yet agreed or declared: nothing is given to them."""
        return [s for s in self.seats if not s.ready and s.panelist.state == "accepted"]


def read(stage: Stage, wishes: Wishes, also: Collection[int] = ()) -> Input:
    """The stage's round as it stands at this moment, in nine statements; `also` names members whose seats
    are wanted whatever became of them."""
    entries = field_of(stage.id)
    inside = {entry.application_id for entry in entries}
    reviews = [review for review in given(stage.id) if review.pair[1] in inside]
    live = [review for review in reviews if review.live]
    holders = {review.pair[0] for review in live}
    everybody = seats(stage.edition_id, also=holders | set(also))
    kept = Counter(review.pair[0] for review in live if review.stays)
    taking_part = [seat for seat in everybody if seat.ready or kept[seat.id]]
    known = briefs.briefs(inside)
    subjects = _subjects(stage.edition_id, {b.track_id for b in known.values()})
    present = {seat.id for seat in taking_part}
    found = Round(
        judges=tuple(_judge(seat, kept[seat.id]) for seat in taking_part),
        entries=tuple(
            Entry(e.application_id, e.code, known[e.application_id].track_id) for e in entries
        ),
        scores={
            (seat.id, track_id): affinity(seat.background, subject).score
            for seat in taking_part
            for track_id, subject in subjects.items()
        },
        conflicts=_within(panels.in_force(stage.edition_id), present, inside),
        barred=_within((r.pair for r in reviews if r.state == "abstained"), present, inside),
        begun=_within((r.pair for r in live if r.stays), present, inside),
        given=frozenset(r.pair for r in live),
        wishes=wishes,
        key=key_of(stage),
    )
    return Input(found, tuple(everybody), tuple(reviews), subjects, known)


def key_of(stage: Stage) -> str:
    """What ties are broken by: published before, so that nobody can draw again until it suits."""
    return f"{stage.edition.seed}|{stage.edition.number}|{stage.key}"


def _judge(seat: Seat, kept: int) -> Judge:
    """A member as the round knows it; who has left keeps what was handed in and gets nothing more."""
    p = seat.panelist
    least, most = (p.min_load, max(p.max_load, kept)) if seat.ready else (0, kept)
    return Judge(
        p.id, p.code, least, most, p.track_id, seat.employer, frozenset(p.expert.capacities)
    )


def _within(
    pairs: Iterable[Pair], judges: Collection[int], entries: Collection[int]
) -> frozenset[Pair]:
    return frozenset(pair for pair in pairs if pair[0] in judges and pair[1] in entries)


def _subjects(edition_id: int, tracks: Iterable[int | None]) -> dict[int | None, Subject]:
    rows = db.session.execute(
        sa.select(EditionTrack.track_id, EditionTrack.expertise).where(
            EditionTrack.edition_id == edition_id
        )
    )
    wanted = {track_id: frozenset(expertise) for track_id, expertise in rows}
    return {
        track: Subject(track, wanted.get(track, frozenset()) if track else frozenset())
        for track in tracks
    }


def reviews_of(stage_id: int) -> list[Review]:
    """The reviews that are in force, those abstained from too, with their members."""
    wanted = sa.select(Review).where(Review.stage_id == stage_id, Review.state != "void")
    return list(db.session.scalars(wanted.options(joinedload(Review.panelist))))


def run(run_id: int) -> AssignmentRun | None:
    """One computed distribution."""
    return db.session.get(AssignmentRun, run_id)


def stage_of(run: AssignmentRun) -> Stage:
    """The stage that a run belongs to, with its edition."""
    return db.session.get_one(Stage, run.stage_id, options=[joinedload(Stage.edition)])


def runs_of(stage_id: int, limit: int = 30) -> list[AssignmentRun]:
    """The distributions computed for a stage, the newest first; without their instances."""
    wanted = (
        sa.select(AssignmentRun)
        .where(AssignmentRun.stage_id == stage_id)
        .options(defer(AssignmentRun.instance), defer(AssignmentRun.plan))
        .order_by(AssignmentRun.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(wanted))


def newest_adopted(stage_id: int) -> AssignmentRun | None:
    """The distribution that was adopted last."""
    return db.session.scalar(
        sa.select(AssignmentRun)
        .where(AssignmentRun.stage_id == stage_id, AssignmentRun.adopted_at.is_not(None))
        .options(defer(AssignmentRun.instance), defer(AssignmentRun.plan))
        .order_by(AssignmentRun.adopted_at.desc(), AssignmentRun.id.desc())
        .limit(1)
    )


PHASES = {
    "impossible": say("无法满足"),
    "adopted": say("已采用"),
    "superseded": say("已失效"),
    "ready": say("待采用"),
}


def phase(run: AssignmentRun, newest: AssignmentRun | None) -> str:
    """Where a run stands: see PHASES. A plan lapses as soon as another is adopted after it was made."""
    if run.adopted_at is not None:
        return "adopted"
    if run.figures["shortages"]:
        return "impossible"
    overtaken = newest is not None and newest.adopted_at and newest.adopted_at > run.made_at
    return "superseded" if overtaken else "ready"

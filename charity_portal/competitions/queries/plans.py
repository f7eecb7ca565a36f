"""A plan as staff read it: applications with their reviewers a page at a time, and everybody's load."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import AssignmentRun
from charity_portal.competitions.queries import assignments
from charity_portal.competitions.queries.assignments import Input, Seat
from charity_portal.competitions.rules import plan_checks, plan_reasons, review_rounds
from charity_portal.competitions.rules.affinity import Part, affinity
from charity_portal.competitions.rules.plan_checks import Change, Finding
from charity_portal.competitions.rules.review_rounds import (
    Difference,
    Entry,
    Judge,
    Pair,
    Round,
    Standing,
)
from charity_portal.kernel.database import Page
from charity_portal.kernel.i18n import Text
from charity_portal.projects.queries.briefs import Brief

PAGE = 50


@dataclass(frozen=True)
class Plan:
    """A run as it stands now, with the people of its round and what the tables say today.

    `now` is the stage's round as it is at this moment; `stale` says whether it differs from the one that
    the plan was computed from.
    """

    run: AssignmentRun
    stage: Stage
    round: Round
    pairs: frozenset[Pair]
    now: Input

    @cached_property
    def stale(self) -> bool:
        """Whether members, applications, loads or conflicts changed since."""
        return self.round.fingerprint != self.now.round.fingerprint

    @cached_property
    def standing(self) -> Standing:
        """What the pairs amount to."""
        return review_rounds.standing(self.round, self.pairs)

    @cached_property
    def findings(self) -> list[Finding]:
        """What does not hold, counted anew."""
        return plan_checks.findings(self.round, self.pairs)

    @property
    def capacity(self) -> int:
        """How many reviews the members may be given at most."""
        return sum(judge.most for judge in self.round.judges)

    @property
    def worst_codes(self) -> list[str]:
        """The codes of the applications that are worst off; the first ten."""
        codes = [self.round.entry_by_id[key].code for key in self.standing.worst_entries]
        return [*codes[:10], *(["…"] if len(codes) > 10 else [])]

    @cached_property
    def difference(self) -> Difference:
        """Against what was assigned when the plan was computed."""
        return review_rounds.difference(self.round.given, self.pairs)

    @cached_property
    def names(self) -> dict[int, str]:
        """The members' names by id."""
        return {seat.id: seat.name for seat in self.now.seats}


def plan(run: AssignmentRun) -> Plan:
    """The run with everything that its page shows besides its rows."""
    of = review_rounds.load(run.instance)
    stage = assignments.stage_of(run)
    now = assignments.read(stage, of.wishes, also=of.judge_by_id)
    return Plan(run, stage, of, review_rounds.pairs_of(run.plan["pairs"]), now)


@dataclass(frozen=True)
class Reader:
    """A reviewer of one application: how well they suit each other and why they were put together."""

    judge: Judge
    name: str
    score: int
    parts: tuple[Part, ...]
    why: tuple[Text, ...]
    stays: bool
    fresh: bool


@dataclass(frozen=True)
class Row:
    """An application with its reviewers, the best suited first. `total`: the sum of their scores."""

    entry: Entry
    brief: Brief | None
    readers: tuple[Reader, ...]
    recused: int

    @property
    def total(self) -> int:
        """The sum of the reviewers' scores in micro-units."""
        return sum(reader.score for reader in self.readers)


def rows(of: Plan, after: str | None = None, judge_id: int | None = None) -> Page[Row]:
    """One page of applications by code; with `judge_id` only those that this member reviews."""
    entries = sorted(of.round.entries, key=lambda e: e.code)
    if judge_id is not None:
        own = {entry for judge, entry in of.pairs if judge == judge_id}
        entries = [e for e in entries if e.id in own]
    if after:
        entries = [e for e in entries if e.code > after]
    shown = entries[:PAGE]
    more = shown[-1].code if len(entries) > PAGE else None
    return Page(_rows(of, shown), more, first=not after)


def every_row(of: Plan) -> list[Row]:
    """All applications by code, for export."""
    return _rows(of, sorted(of.round.entries, key=lambda e: e.code))


def row(of: Plan, application_id: int) -> Row | None:
    """One application of the plan."""
    entry = of.round.entry_by_id.get(application_id)
    return _rows(of, [entry])[0] if entry is not None else None


def _rows(of: Plan, entries: Collection[Entry]) -> list[Row]:
    readers: dict[int, list[Pair]] = {entry.id: [] for entry in entries}
    for pair in of.pairs:
        if pair[1] in readers:
            readers[pair[1]].append(pair)
    recused: dict[int, int] = {}
    for _, entry_id in of.round.conflicts:
        recused[entry_id] = recused.get(entry_id, 0) + 1
    why = plan_reasons.reasons(
        of.round, of.pairs, [pair for own in readers.values() for pair in own]
    )
    seats = {seat.id: seat for seat in of.now.seats}
    return [
        Row(
            entry=entry,
            brief=of.now.briefs.get(entry.id),
            readers=tuple(
                _reader(of, pair, seats.get(pair[0]), why[pair])
                for pair in sorted(readers[entry.id], key=lambda p: (-of.round.score(p), p))
            ),
            recused=recused.get(entry.id, 0),
        )
        for entry in entries
    ]


def _reader(of: Plan, pair: Pair, seat: Seat | None, why: tuple[Text, ...]) -> Reader:
    judge = of.round.judge_by_id[pair[0]]
    return Reader(
        judge=judge,
        name=seat.name if seat else judge.code,
        score=of.round.score(pair),
        parts=_parts(of, pair, seat),
        why=why,
        stays=pair in of.round.begun,
        fresh=bool(of.round.given) and pair not in of.round.given,
    )


def _parts(of: Plan, pair: Pair, seat: Seat | None) -> tuple[Part, ...]:
    """What the score is made of, as long as today's facts still give the score of the plan."""
    subject = of.now.subjects.get(of.round.entry_by_id[pair[1]].track_id)
    if seat is None or subject is None:
        return ()
    found = affinity(seat.background, subject)
    return found.parts if found.score == of.round.score(pair) else ()


@dataclass(frozen=True)
class Load:
    """What a plan gives to one member."""

    judge: Judge
    name: str
    reviews: int
    outside: int


def loads(of: Plan) -> list[Load]:
    """Everybody's load, by code."""
    found = of.standing
    names = of.names
    return [
        Load(j, names.get(j.id, j.code), found.loads[j.id], found.outside[j.id])
        for j in sorted(of.round.judges, key=lambda j: j.code)
    ]


@dataclass(frozen=True)
class Candidate:
    """A member who could be put on an application: the score, the load now, what forbids it."""

    judge: Judge
    name: str
    score: int
    reviews: int
    obstacle: Finding | None


def candidates(of: Plan, application_id: int, drop: int | None = None) -> list[Candidate]:
    """Everybody who is not on the application, those who may be put on it first, the best suited first."""
    found = of.standing
    names = of.names
    present = {judge for judge, entry in of.pairs if entry == application_id}
    listed = [
        Candidate(
            judge=j,
            name=names.get(j.id, j.code),
            score=of.round.score((j.id, application_id)),
            reviews=found.loads[j.id],
            obstacle=plan_checks.obstacle(
                of.round, of.pairs, Change(application_id, drop=drop, add=j.id)
            ),
        )
        for j in of.round.judges
        if j.id not in present
    ]
    return sorted(listed, key=lambda c: (c.obstacle is not None, -c.score, c.judge.code))


@dataclass(frozen=True)
class Step:
    """A change that was made by hand."""

    at: datetime
    who: str
    entry: str
    drop: str
    add: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def steps(of: Plan) -> list[Step]:
    """The changes made by hand, the last first."""
    log = of.run.changes["log"]
    people = accounts.people({step["by"] for step in log if step["by"]})
    judges, entries = of.round.judge_by_id, of.round.entry_by_id
    return [
        Step(
            at=datetime.fromisoformat(step["at"]),
            who=people[step["by"]].name if step["by"] in people else "",
            entry=entries[step["entry"]].code,
            drop=judges[step["drop"]].code if step["drop"] else "",
            add=judges[step["add"]].code if step["add"] else "",
            before=step["before"],
            after=step["after"],
        )
        for step in reversed(log)
    ]


@dataclass(frozen=True)
class Move:
    """What a plan changes for one application, against what is assigned: codes of members."""

    code: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def moves(of: Plan) -> list[Move]:
    """The applications whose reviewers change, by code."""
    removed, added = of.difference.removed, of.difference.added
    names = {seat.id: seat.panelist.code for seat in of.now.seats}
    entries = {entry for _, entry in removed | added} & of.round.entry_by_id.keys()

    def codes(pairs: Collection[Pair], entry: int) -> tuple[str, ...]:
        return tuple(sorted(names.get(judge, str(judge)) for judge, own in pairs if own == entry))

    found = [
        Move(of.round.entry_by_id[e].code, codes(removed, e), codes(added, e)) for e in entries
    ]
    return sorted(found, key=lambda move: move.code)

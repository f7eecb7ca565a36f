"""A stage's round before it is distributed, and what has become of it since: loads, gaps, runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import AssignmentRun
from charity_portal.competitions.queries import assignments
from charity_portal.competitions.queries.assignments import Input, Seat
from charity_portal.competitions.rules import review_rounds
from charity_portal.competitions.rules.review_rounds import Wishes


@dataclass(frozen=True)
class Member:
    """A panel member with what this stage means for them."""

    seat: Seat
    conflicts: int
    given: int
    sealed: int


@dataclass(frozen=True)
class Overview:
    """The stage, its round, its runs."""

    stage: Stage
    now: Input
    runs: tuple[AssignmentRun, ...]
    newest: AssignmentRun | None
    wishes: Wishes

    @cached_property
    def members(self) -> list[Member]:
        """Everybody on the panel with loads and recusals."""
        conflicts = Counter(judge for judge, _ in self.now.round.conflicts)
        given = Counter(review.pair[0] for review in self.now.given if review.live)
        sealed = Counter(r.pair[0] for r in self.now.given if r.state == "sealed")
        return [Member(s, conflicts[s.id], given[s.id], sealed[s.id]) for s in self.now.seats]

    @property
    def capacity(self) -> int:
        """How many reviews the members may be given at most."""
        return sum(judge.most for judge in self.now.round.judges)

    @property
    def least(self) -> int:
        """How many they were promised at least."""
        return sum(judge.least for judge in self.now.round.judges)

    @property
    def assigned(self) -> int:
        """Reviews that are assigned now."""
        return len(self.now.round.given)

    @property
    def sealed(self) -> int:
        """Reviews that are handed in."""
        return sum(1 for review in self.now.given if review.state == "sealed")

    @property
    def needed(self) -> int:
        """Reviews the stage asks for."""
        return len(self.now.round.entries) * self.stage.reviews_each

    @cached_property
    def gaps(self) -> Mapping[str, int]:
        """The applications that have fewer reviews than the stage asks for, by code: how many are missing;
        empty while nothing is assigned."""
        if not self.assigned:
            return {}
        counts = Counter(entry for _, entry in self.now.round.given)
        each = self.stage.reviews_each
        return {
            e.code: each - counts[e.id]
            for e in sorted(self.now.round.entries, key=lambda e: e.code)
            if counts[e.id] < each
        }


def overview(stage: Stage) -> Overview:
    """What the page about a stage's assignment shows."""
    runs = assignments.runs_of(stage.id)
    wishes = _last_wishes(stage, runs[0] if runs else None)
    return Overview(
        stage=stage,
        now=assignments.read(stage, wishes),
        runs=tuple(runs),
        newest=assignments.newest_adopted(stage.id),
        wishes=wishes,
    )


def _last_wishes(stage: Stage, last: AssignmentRun | None) -> Wishes:
    """What was asked for last; the stage's own number of reviews to begin with."""
    if last is None:
        return Wishes(each=stage.reviews_each, bridges=len(stage.edition.tracks) > 1)
    return review_rounds.load(last.instance).wishes

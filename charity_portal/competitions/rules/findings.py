"""What counting a competition yields: the ranking, the judges, the selection, and every reservation.

Points are `Decimal` with four decimals (1e-4 point), shares whole basis points, amounts fen. Sentences
are `Text`: they are said in the reader's language and are not part of what is compared bit for bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from charity_portal.kernel.i18n import Text


@dataclass(frozen=True)
class Caveat:
    """Something the reader of a figure should know. `code` is stable, the sentence may be reworded.

    Without `application` or `reviewer` it concerns the stage, without `stage` the whole.
    """

    code: str
    text: Text
    stage: str | None = None
    application: str | None = None
    reviewer: str | None = None


@dataclass(frozen=True)
class Gate:
    """Whether judges' severity may be corrected for in a stage, and the figures that decided it.

    `groups`: parts of the reviewer–application graph that share no review (1: connected).
    `statistic`, `p` and the variances are None when no model could be fitted. `share_bp`: the judges'
    part of the whole variance. `reasons`: what keeps the gate closed.
    """

    open: bool
    announced: bool
    groups: int
    reviews_per_judge: Decimal
    statistic: Decimal | None
    p: Decimal | None
    share_bp: int | None
    variances: Mapping[str, Decimal]
    reasons: tuple[Caveat, ...]


@dataclass(frozen=True)
class StageFinding:
    """How one stage was brought together: what was asked for, what was used, and why."""

    stage: str
    asked: str
    used: str
    reviews: int
    gate: Gate | None


@dataclass(frozen=True)
class StagePoints:
    """One application in one stage: the plain mean (`raw`) and range of its review totals, the points
    that count, and the difference between the two, split by cause.

    `spread`: standard deviation of the review totals; None for a single one. `for_judges`: added because
    of who its reviewers are; `for_few_reviews`: added because few reviews are pulled to the mean.
    `why` says it in sentences.
    """

    stage: str
    reviews: int
    raw: Decimal
    points: Decimal
    low: Decimal
    high: Decimal
    spread: Decimal | None
    for_judges: Decimal
    for_few_reviews: Decimal
    why: tuple[Text, ...]


@dataclass(frozen=True)
class RankedRow:
    """One application's place. `points` (stages weighted, bonus added), `raw` and what follows from them
    are None for one without a score in every stage that counts: it stands at the end.

    `deviation`: standard deviation of its points, were they judged again; `expected_rank` and
    `chance_bp` (of being funded) come from the draws, `band` from the chance. `stays_funded`: in how
    many of the `runs` that each leave one judge out it would be funded. `tie`: the rule that decided
    among equal points: `criterion:KEY`, `median`, `requested` or `lot`.
    """

    rank: int
    application: str
    track: str
    points: Decimal | None
    raw: Decimal | None
    bonus: Decimal
    correction: Decimal | None
    deviation: Decimal | None
    expected_rank: Decimal | None
    chance_bp: int | None
    band: str | None
    stays_funded: int
    runs: int
    tie: str | None
    stages: tuple[StagePoints, ...]


@dataclass(frozen=True)
class JudgeRow:
    """One judge in one stage. `effect`: points above (+) or below (−) the other judges on shared
    applications; `model_effect`: the same as the mixed model estimates it, None where it was not used.

    `spread`: standard deviation of the totals given. `agreement`: of all pairs of applications that
    both this judge and the others told apart, the share ordered alike minus the share ordered the
    other way (Goodman & Kruskal's gamma, -1 to 1). None where there is nothing to compute it from.
    """

    stage: str
    reviewer: str
    reviews: int
    mean: Decimal
    effect: Decimal | None
    model_effect: Decimal | None
    spread: Decimal | None
    agreement: Decimal | None


@dataclass(frozen=True)
class SelectedRow:
    """What is proposed for one application: `award`, `partial` or `none`; `how` it came to that.

    `how`: `override`, `track` (taken first, for a track's minimum), `fixed` (sure in the draws), `rank`,
    `exact`, `rest` (a partial award from what was left); `passed` when it is not funded.
    """

    rank: int
    application: str
    outcome: str
    award_fen: int
    how: str
    why: Text


@dataclass(frozen=True)
class Inversion:
    """`funded` stands below `passed` in the ranking and is funded; `passed` is not. Code and reason."""

    funded: str
    passed: str
    code: str
    why: Text


@dataclass(frozen=True)
class Selection:
    """What the purse is spent on. `line`: points of the last one funded in plain order of rank.

    `blocked`: (not empty only when no choice meets all limits; then nothing is proposed) the limits
    without which there would be one.
    """

    rule: str
    line: Decimal | None
    spent_fen: int
    left_fen: int
    rows: tuple[SelectedRow, ...]
    inversions: tuple[Inversion, ...]
    caveats: tuple[Caveat, ...]
    blocked: tuple[Caveat, ...] = ()

    @property
    def funded(self) -> frozenset[str]:
        """The applications that get something."""
        return frozenset(row.application for row in self.rows if row.award_fen)


@dataclass(frozen=True)
class Outcome:
    """Everything that is published about the scores, in order of rank; judges by stage and code."""

    ranking: tuple[RankedRow, ...]
    stages: tuple[StageFinding, ...]
    judges: tuple[JudgeRow, ...]
    selection: Selection
    caveats: tuple[Caveat, ...]

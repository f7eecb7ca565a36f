"""What a competition is counted from: scores, rubric, applications, and the method fixed beforehand.

These are plain values: the portal builds them from its tables, `recompute` from a bundle. Whatever
influences the published ranking or selection is one of these values and nothing else is.

Units: amounts in fen; weights and shares in basis points (bp, 1/10 000); points are `Decimal` with
four places on a scale of 0 to 100 (bonus points come on top).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

AGGREGATIONS = ("mean", "trimmed", "standardised", "mixed")
SELECTIONS = ("rank", "exact")
CUTS = ("stop", "skip")
DECISIONS = ("in", "out")
TIE_CRITERION = "criterion:"  # followed by the criterion's key
TIES = ("median", "requested")


@dataclass(frozen=True)
class Score:
    """One reviewer's value for one criterion of one application; None says “not applicable” (N/A).

    `stage` may stay empty where the rubric has a single stage. A review from which its author
    abstained leaves no scores at all.
    """

    application: str
    reviewer: str
    criterion: str
    value: int | None
    stage: str = ""


@dataclass(frozen=True)
class Criterion:
    """Worth `weight_bp` within its stage, scored 0 to `top`; of one track only when it names one."""

    key: str
    weight_bp: int
    top: int
    track: str | None = None


@dataclass(frozen=True)
class Stage:
    """A round of reviewing (papers, visit, pitch) and its weight in the final score."""

    key: str
    weight_bp: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Rubric:
    """All stages in order."""

    stages: tuple[Stage, ...]

    def stage_of(self, score: Score) -> str:
        """The key of the stage a score belongs to."""
        return score.stage or (self.stages[0].key if len(self.stages) == 1 else "")


@dataclass(frozen=True)
class Candidate:
    """An application as far as counting needs it, under its anonymised code.

    `group` is an anonymised key of the applicant, equal for applications of one applicant; empty
    when no cap counts them.
    """

    id: str
    track: str
    requested_fen: int
    bonus: Decimal = Decimal(0)
    group: str = ""


@dataclass(frozen=True)
class TrackLimit:
    """Of one track at least `least` and at most `most` awards, and at most `purse_fen` in all."""

    track: str
    least: int = 0
    most: int | None = None
    purse_fen: int | None = None


@dataclass(frozen=True)
class SelectionRule:
    """How the purse is spent, as announced.

    `rule`: `rank` goes down the ranking; `exact` maximises the points above the funding line.
    `cut`: what happens at the first application that does not fit into the purse: `stop`, or `skip`
    to the next. `floor`: fewer points are never funded. `award_cap_fen`: no award is higher.
    `per_group`: awards for one applicant. `partial_bp`: what is left goes to the highest place not
    funded of which it covers at least this share. `fixed_in_bp`: (exact only) whoever is funded in at least this share
    of the draws is funded.
    """

    rule: str
    purse_fen: int
    cut: str = "skip"
    least: int = 0
    most: int | None = None
    floor: Decimal | None = None
    award_cap_fen: int | None = None
    per_group: int | None = None
    partial_bp: int | None = None
    fixed_in_bp: int | None = None
    tracks: tuple[TrackLimit, ...] = ()


@dataclass(frozen=True)
class Override:
    """A decision of people against (or beyond) the computed selection; the reason is published.

    `award_fen`: how much one that is put in gets; None: its request, as far as an award may go.
    """

    application: str
    decision: str
    reason: str
    award_fen: int | None = None


@dataclass(frozen=True)
class Method:
    """Everything that is fixed before scoring opens; only `overrides` are added afterwards.

    `announced`: the call said that judges' severity may be corrected for. `ties`: rules in order,
    `criterion:KEY` (the higher mean on it), `median` (the higher median of the reviews) or `requested`
    (the smaller request); what is still equal is drawn by lot from `seed`. `draws`: how many times
    the ranking is drawn anew to tell how sure it is. Funded in `in_bp` of the draws or more is
    “clearly in”, in `out_bp` or less “clearly out”.
    """

    aggregation: str
    seed: str
    selection: SelectionRule
    announced: bool = False
    ties: tuple[str, ...] = ()
    bonus_most: Decimal | None = None
    draws: int = 200
    in_bp: int = 9000
    out_bp: int = 1000
    overrides: tuple[Override, ...] = ()

    def forced(self, decision: str) -> Mapping[str, str]:
        """Application -> reason, of the overrides `in` or `out`."""
        return {o.application: o.reason for o in self.overrides if o.decision == decision}

    def amounts(self) -> Mapping[str, int]:
        """Application -> fen, of the overrides that set an amount."""
        return {o.application: o.award_fen for o in self.overrides if o.award_fen is not None}


@dataclass(frozen=True)
class Material:
    """All four inputs together, as a bundle holds them."""

    scores: tuple[Score, ...]
    rubric: Rubric
    applications: tuple[Candidate, ...]
    method: Method

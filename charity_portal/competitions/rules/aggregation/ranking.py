"""From stages to one order: weights, bonus, and what decides among equals."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation.stages import StageResult
from charity_portal.competitions.rules.aggregation.totals import by_application
from charity_portal.competitions.rules.exact_numbers import mean, median, rounded
from charity_portal.competitions.rules.scores import TIE_CRITERION, Candidate, Method
from charity_portal.competitions.rules.seeded import keyed

LOT = "lot"
LOT_PURPOSE = "tie"

StagePointsOf = Mapping[str, Mapping[str, Decimal]]  # stage -> application -> points


class Order:
    """Puts applications in order for any points of the stages: the real ones, or drawn ones.

    The keys of the tie rules depend on the scores alone and are computed once.
    """

    def __init__(
        self, stages: Sequence[StageResult], applications: Sequence[Candidate], method: Method
    ) -> None:
        self.applications = tuple(sorted(applications, key=lambda a: a.id))
        self.counting = [stage for stage in stages if stage.weight_bp]
        self.bonus = {a.id: bonus_of(a, method) for a in self.applications}
        rules = [(name, _rule(name, stages)) for name in method.ties]
        self._ties = {
            a.id: (
                *((name, rule(a)) for name, rule in rules),
                (LOT, Fraction(keyed(method.seed, LOT_PURPOSE, a.id))),
            )
            for a in self.applications
        }
        self._tie_rank = {
            application: at
            for at, application in enumerate(
                sorted(self._ties, key=lambda a: tuple(value for _, value in self._ties[a]))
            )
        }

    def totals(self, points: StagePointsOf) -> dict[str, Decimal]:
        """Application -> Σ weight · points / Σ weight + bonus, unrounded.

        Only those with points in every stage that counts: a missing stage is no zero.
        """
        whole = sum(stage.weight_bp for stage in self.counting)
        found = {}
        for a in self.applications:
            parts = [points[stage.key].get(a.id) for stage in self.counting]
            total = Decimal(0)
            for stage, part in zip(self.counting, parts, strict=True):
                if part is None:
                    break
                total += stage.weight_bp * part
            else:
                found[a.id] = total / whole + self.bonus[a.id]
        return found

    def ranked(self, totals: Mapping[str, Decimal]) -> list[str]:
        """Those with a total, the best first; equals by the tie rules."""
        return sorted(totals, key=lambda a: (-totals[a], self._tie_rank[a]))

    def unranked(self, points: StagePointsOf, totals: Mapping[str, Decimal]) -> list[str]:
        """The others: who got through more stages first, then by their points in these."""

        def place(application: str) -> tuple[int, Decimal, int]:
            known = [
                (s, points[s.key][application])
                for s in self.counting
                if application in points[s.key]
            ]
            weight = sum(stage.weight_bp for stage, _ in known)
            reached = sum((stage.weight_bp * part for stage, part in known), Decimal(0))
            return (
                -len(known),
                -(reached / weight) if known else Decimal(0),
                self._tie_rank[application],
            )

        return sorted((a.id for a in self.applications if a.id not in totals), key=place)

    def decided_by(self, first: str, second: str) -> str:
        """The rule that puts `first` before `second` when their points are equal."""
        pairs = zip(self._ties[first], self._ties[second], strict=True)
        return next(name for (name, mine), (_, theirs) in pairs if mine != theirs)


def bonus_of(application: Candidate, method: Method) -> Decimal:
    """The bonus points that count, 1e-4."""
    most = method.bonus_most
    return rounded(application.bonus if most is None else min(application.bonus, most))


def _rule(name: str, stages: Sequence[StageResult]) -> Callable[[Candidate], Fraction]:
    """The key of a tie rule: the smaller comes first."""
    if name == "requested":
        return lambda a: Fraction(a.requested_fen)
    if name == "median":
        medians = _medians(stages)
        return lambda a: -medians.get(a.id, Fraction(-1))
    shares = _criterion_means(name.removeprefix(TIE_CRITERION), stages)
    return lambda a: -shares.get(a.id, Fraction(-1))


def _medians(stages: Sequence[StageResult]) -> dict[str, Fraction]:
    """Application -> the medians of its stages' review totals, weighted as the stages are."""
    parts: dict[str, list[tuple[int, Fraction]]] = {}
    for stage in stages:
        for application, own in by_application(stage.reviews).items():
            middle = median(review.points for review in own)
            parts.setdefault(application, []).append((stage.weight_bp, middle))
    return {
        application: sum((weight * middle for weight, middle in own), Fraction(0))
        / (sum(weight for weight, _ in own) or 1)
        for application, own in parts.items()
    }


def _criterion_means(criterion: str, stages: Sequence[StageResult]) -> dict[str, Fraction]:
    """Application -> mean share of the top value over all reviews that score the criterion."""
    shares: dict[str, list[Fraction]] = {}
    for stage in stages:
        for review in stage.reviews:
            if criterion in review.parts:
                shares.setdefault(review.application, []).append(review.parts[criterion])
    return {key: mean(own) for key, own in shares.items()}


def published(totals: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The totals as they are published and ranked: 1e-4 point."""
    return {key: rounded(value) for key, value in totals.items()}

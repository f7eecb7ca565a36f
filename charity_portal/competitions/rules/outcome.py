"""The one function that turns scores into a published outcome; the portal and `recompute` share it.

Given the same scores, rubric, applications and method it returns the same figures on every machine:
arithmetic is exact or correctly rounded (`exact_numbers`), chance comes from the published seed
(`seeded`), and every order is defined down to the last tie. It reads nothing else.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from itertools import pairwise

from charity_portal.competitions.rules.aggregation.chances import (
    Chances,
    band,
    chances,
    total_deviations,
)
from charity_portal.competitions.rules.aggregation.ranking import Order, published
from charity_portal.competitions.rules.aggregation.stability import Stability, stability
from charity_portal.competitions.rules.aggregation.stages import StageResult, count_stage
from charity_portal.competitions.rules.aggregation.totals import totals
from charity_portal.competitions.rules.exact_numbers import EXACT
from charity_portal.competitions.rules.findings import (
    Caveat,
    Outcome,
    RankedRow,
    Selection,
)
from charity_portal.competitions.rules.score_checks import require_sound
from charity_portal.competitions.rules.scores import (
    Candidate,
    Material,
    Method,
    Rubric,
    Score,
)
from charity_portal.competitions.rules.selection import Placed, Request, choose
from charity_portal.kernel.i18n import say


def outcome(
    scores: Sequence[Score],
    rubric: Rubric,
    applications: Sequence[Candidate],
    method: Method,
) -> Outcome:
    """Count, rank and choose. The order of the inputs does not matter.

    Raises `score_checks.Malformed` with every fault found in the inputs.
    """
    require_sound(Material(tuple(scores), rubric, tuple(applications), method))
    with localcontext(EXACT):
        stages = [
            count_stage(
                stage.key,
                stage.weight_bp,
                totals(scores, rubric, stage),
                method.aggregation,
                method.announced,
            )
            for stage in rubric.stages
        ]
        return _Count(stages, applications, method).outcome()


class _Count:
    """The steps after the stages, in order; each reads what the ones before it found."""

    def __init__(
        self, stages: Sequence[StageResult], applications: Sequence[Candidate], method: Method
    ) -> None:
        self.stages, self.method = stages, method
        self.order = Order(stages, applications, method)
        self.points = _by_stage(stages, "points")
        self.totals = published(self.order.totals(self.points))
        self.raw = published(self.order.totals(_by_stage(stages, "raw")))
        ranked = self.order.ranked(self.totals)
        self.codes = [*ranked, *self.order.unranked(self.points, self.totals)]
        self.candidates = {a.id: a for a in applications}

    def outcome(self) -> Outcome:
        """All of it put together."""
        sure = chances(self.stages, self.order, self.method)
        stable = stability(self.stages, self.order, self.method)
        return Outcome(
            ranking=tuple(self._rows(sure, stable)),
            stages=tuple(stage.finding for stage in self.stages),
            judges=tuple(row for stage in self.stages for row in stage.judges),
            selection=self._select(sure),
            caveats=tuple(self._caveats(sure)),
        )

    def _rows(self, sure: Chances | None, stable: Stability) -> list[RankedRow]:
        deviations = total_deviations(self.order)
        ties = self._ties()
        rows = []
        for rank, code in enumerate(self.codes, start=1):
            total, raw = self.totals.get(code), self.raw.get(code)
            chance = sure.funded_bp.get(code) if sure else None
            rows.append(
                RankedRow(
                    rank=rank,
                    application=code,
                    track=self.candidates[code].track,
                    points=total,
                    raw=raw,
                    bonus=self.order.bonus[code],
                    correction=None if total is None or raw is None else total - raw,
                    deviation=deviations.get(code) if total is not None else None,
                    expected_rank=sure.expected_rank.get(code) if sure else None,
                    chance_bp=chance,
                    band=None if chance is None else band(chance, self.method),
                    stays_funded=stable.funded[code],
                    runs=stable.runs,
                    tie=ties.get(code),
                    stages=tuple(s.points[code] for s in self.stages if code in s.points),
                )
            )
        return rows

    def _ties(self) -> dict[str, str]:
        """The rule that put an application before or behind its neighbour of equal points."""
        found: dict[str, str] = {}
        ranked = self.codes[: len(self.totals)]
        for first, second in pairwise(ranked):
            if self.totals[first] == self.totals[second]:
                rule = self.order.decided_by(first, second)
                found.setdefault(first, rule)
                found[second] = rule
        return found

    def _select(self, sure: Chances | None) -> Selection:
        placed = [
            Placed(rank, self.candidates[code], self.totals.get(code))
            for rank, code in enumerate(self.codes, start=1)
        ]
        return choose(
            Request(
                placed,
                self.method.selection,
                self.method.forced("in"),
                self.method.forced("out"),
                self.method.amounts(),
                sure.funded_bp if sure else {},
            )
        )

    def _caveats(self, sure: Chances | None) -> list[Caveat]:
        found = [caveat for stage in self.stages for caveat in stage.caveats]
        for code in self.codes[len(self.totals) :]:
            missing = [s.key for s in self.order.counting if code not in s.points]
            text = say("没有以下阶段的评分，不参加排名：%(stages)s。", stages=", ".join(missing))
            found.append(Caveat("not_ranked", text, application=code))
        if sure is None and self.totals:
            text = say("没有任何申请获得两份以上评分，无法估计结果的把握程度。")
            found.append(Caveat("no_chances", text))
        if not self.totals:
            found.append(Caveat("no_scores", say("没有可以排名的评分。")))
        return found


def _by_stage(stages: Sequence[StageResult], figure: str) -> dict[str, dict[str, Decimal]]:
    return {
        stage.key: {code: getattr(found, figure) for code, found in stage.points.items()}
        for stage in stages
    }

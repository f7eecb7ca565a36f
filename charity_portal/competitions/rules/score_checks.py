"""Whether the inputs of a count hold together; every fault is named by file, row and field.

`row` counts from 1 in the order of the list (a bundle adds its heading); it is None for what is not a
list. Files and fields are called as in a bundle, which is how they are published.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from charity_portal.competitions.rules import scores as inputs
from charity_portal.competitions.rules.aggregation.totals import applying
from charity_portal.competitions.rules.scores import (
    TIE_CRITERION,
    Candidate,
    Material,
    Method,
    Rubric,
    SelectionRule,
    Stage,
)
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say

SCORES, RUBRIC, APPLICATIONS, METHOD = (
    "scores.csv",
    "rubric.json",
    "applications.csv",
    "method.json",
)
CODE = re.compile(r"\w[\w.\-]{0,63}")
MOST_SCORES = 200_000
MOST_APPLICATIONS = 2_000
MOST_REVIEWERS = 200
MOST_TOP = 1_000_000
MOST_WEIGHT = 1_000_000
MOST_FEN = 10**15
MOST_BONUS = Decimal(1_000)
WHOLE_BP = 10_000
DRAWS = range(50, 5_001)


@dataclass(frozen=True)
class Problem:
    """One fault and where it is."""

    file: str
    row: int | None
    field: str
    why: Text


class Malformed(Invalid):
    """The inputs cannot be counted. `problems` is never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(say("评分资料有误，无法计算。"))
        self.problems = tuple(problems)


def require_sound(material: Material) -> None:
    """Raise Malformed unless everything holds together."""
    found = [*_rubric(material.rubric), *_applications(material.applications)]
    if not found:
        found = [*_method(material), *_scores(material)]
    if found:
        raise Malformed(found)


def _rubric(rubric: Rubric) -> Iterator[Problem]:
    if not rubric.stages or all(stage.weight_bp == 0 for stage in rubric.stages):
        yield Problem(RUBRIC, None, "stages", say("至少应有一个权重大于 0 的阶段。"))
    if _repeated(stage.key for stage in rubric.stages):
        yield Problem(RUBRIC, None, "stages", say("阶段代码重复。"))
    for stage in rubric.stages:
        for field, why in _stage(stage):
            yield Problem(RUBRIC, None, f"stages.{stage.key}{field}", why)


def _stage(stage: Stage) -> Iterator[tuple[str, Text]]:
    if not CODE.fullmatch(stage.key):
        yield "", _bad_code()
    if not 0 <= stage.weight_bp <= MOST_WEIGHT:
        yield ".weight_bp", say("权重超出范围。")
    if not stage.criteria:
        yield ".criteria", say("至少应有一项评分标准。")
    if _repeated(criterion.key for criterion in stage.criteria):
        yield ".criteria", say("评分标准代码重复。")
    for criterion in stage.criteria:
        if not CODE.fullmatch(criterion.key):
            yield f".{criterion.key}", _bad_code()
        if not 1 <= criterion.weight_bp <= MOST_WEIGHT:
            yield f".{criterion.key}.weight_bp", say("权重超出范围。")
        if not 1 <= criterion.top <= MOST_TOP:
            yield f".{criterion.key}.top", say("满分应为 1 到 %(n)s 的整数。", n=MOST_TOP)


def _bad_code() -> Text:
    return say("代码只能由文字、数字、点和连字符组成，且不超过 64 个字。")


def _applications(applications: Iterable[Candidate]) -> Iterator[Problem]:
    listed = list(applications)
    repeated = _repeated(a.id for a in listed)
    if len(listed) > MOST_APPLICATIONS:
        yield Problem(
            APPLICATIONS, None, "application", say("最多 %(n)s 项。", n=MOST_APPLICATIONS)
        )
    for row, a in enumerate(listed, start=1):
        if a.id in repeated:
            yield Problem(APPLICATIONS, row, "application", say("%(code)s 重复。", code=a.id))
        for field, code in (("application", a.id), ("track", a.track), ("applicant", a.group)):
            if not CODE.fullmatch(code) and (code or field == "application"):
                yield Problem(APPLICATIONS, row, field, _bad_code())
        if not 1 <= a.requested_fen <= MOST_FEN:
            yield Problem(APPLICATIONS, row, "requested", say("申请金额超出范围。"))
        if not _points(a.bonus, MOST_BONUS):
            why = say("应为 0 到 %(most)s 之间、最多四位小数的分数。", most=MOST_BONUS)
            yield Problem(APPLICATIONS, row, "bonus", why)


def _points(value: Decimal, most: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and 0 <= value <= most and -4 <= exponent <= 3


def _method(material: Material) -> Iterator[Problem]:
    method, criteria = material.method, {c.key for s in material.rubric.stages for c in s.criteria}
    checks: list[tuple[str, bool]] = [
        ("aggregation", method.aggregation in inputs.AGGREGATIONS),
        ("seed", 0 < len(method.seed) <= 200),
        ("draws", method.draws in DRAWS),
        ("in_bp", 0 <= method.out_bp < method.in_bp <= WHOLE_BP),
        ("bonus_most", method.bonus_most is None or _points(method.bonus_most, MOST_BONUS)),
        ("ties", len(set(method.ties)) == len(method.ties)),
    ]
    for name in method.ties:
        known = name in inputs.TIES or name.removeprefix(TIE_CRITERION) in criteria
        checks.append((f"ties.{name}", known and (name in inputs.TIES or ":" in name)))
    checks += _selection(method.selection)
    checks += _overrides(method, {a.id: a.requested_fen for a in material.applications})
    for field, sound in checks:
        if not sound:
            yield Problem(METHOD, None, field, say("取值不在允许范围内。"))


def _selection(rule: SelectionRule) -> list[tuple[str, bool]]:
    def optional(value: int | None, least: int, most: int) -> bool:
        return value is None or least <= value <= most

    checks = [
        ("rule", rule.rule in inputs.SELECTIONS),
        ("cut", rule.cut in inputs.CUTS),
        ("purse_fen", 0 <= rule.purse_fen <= MOST_FEN),
        ("least", 0 <= rule.least <= MOST_APPLICATIONS),
        ("most", optional(rule.most, rule.least, MOST_APPLICATIONS)),
        ("floor", rule.floor is None or _points(rule.floor, MOST_BONUS)),
        ("award_cap_fen", optional(rule.award_cap_fen, 1, MOST_FEN)),
        ("per_group", optional(rule.per_group, 1, MOST_APPLICATIONS)),
        ("partial_bp", optional(rule.partial_bp, 1, WHOLE_BP)),
        ("fixed_in_bp", optional(rule.fixed_in_bp, 1, WHOLE_BP)),
        ("tracks", not _repeated(limit.track for limit in rule.tracks)),
    ]
    for limit in rule.tracks:
        sound = 0 <= limit.least <= MOST_APPLICATIONS and bool(CODE.fullmatch(limit.track))
        sound = sound and optional(limit.most, limit.least, MOST_APPLICATIONS)
        sound = sound and optional(limit.purse_fen, 0, MOST_FEN)
        checks.append((f"tracks.{limit.track}", sound))
    return [(f"selection.{field}", sound) for field, sound in checks]


def _overrides(method: Method, known: Mapping[str, int]) -> list[tuple[str, bool]]:
    checks = [("overrides", not _repeated(o.application for o in method.overrides))]
    for o in method.overrides:
        sound = o.application in known and o.decision in inputs.DECISIONS and bool(o.reason.strip())
        if sound and o.award_fen is not None:
            sound = o.decision == "in" and 0 < o.award_fen <= known[o.application]
        checks.append((f"overrides.{o.application}", sound))
        if o.award_fen is not None:
            within = o.decision == "in" and 1 <= o.award_fen <= MOST_FEN
            checks.append((f"overrides.{o.application}.award", within))
    return checks


def _scores(material: Material) -> Iterator[Problem]:
    if len(material.scores) > MOST_SCORES:
        yield Problem(SCORES, None, "score", say("最多 %(n)s 行。", n=MOST_SCORES))
        return
    if len({score.reviewer for score in material.scores}) > MOST_REVIEWERS:
        yield Problem(SCORES, None, "reviewer", say("最多 %(n)s 位评委。", n=MOST_REVIEWERS))
        return
    look = _Scores(material)
    for row, score in enumerate(material.scores, start=1):
        found = look.at(score)
        if found:
            yield Problem(SCORES, row, *found)
    yield from look.incomplete()


class _Scores:
    """Looks at score after score; knows what was there before."""

    def __init__(self, material: Material) -> None:
        self.rubric = material.rubric
        self.applications = {a.id: a for a in material.applications}
        self.criteria = {(s.key, c.key): c for s in self.rubric.stages for c in s.criteria}
        self.stages = {stage.key: stage for stage in self.rubric.stages}
        self.seen: dict[tuple[str, str, str], set[str]] = defaultdict(set)

    def at(self, score: inputs.Score) -> tuple[str, Text] | None:
        """(field, fault) of one score."""
        stage = self.rubric.stage_of(score)
        candidate = self.applications.get(score.application)
        criterion = self.criteria.get((stage, score.criterion))
        if stage not in self.stages:
            return "stage", say("没有阶段 %(code)s。", code=score.stage or "—")
        if candidate is None:
            return "application", say("applications.csv 中没有 %(code)s。", code=score.application)
        if not CODE.fullmatch(score.reviewer):
            return "reviewer", _bad_code()
        if criterion is None or criterion.track not in (None, candidate.track):
            return "criterion", say("该申请没有评分标准 %(code)s。", code=score.criterion)
        if score.value is not None and not 0 <= score.value <= criterion.top:
            return "score", say("应为 0 到 %(top)s 的整数。", top=criterion.top)
        known = self.seen[stage, score.application, score.reviewer]
        if score.criterion in known:
            return "criterion", say("同一评委对同一标准评了两次。")
        known.add(score.criterion)
        return None

    def incomplete(self) -> Iterator[Problem]:
        """Reviews in which a criterion has no row; what does not apply has one that is empty."""
        for (stage, application, reviewer), known in sorted(self.seen.items()):
            wanted = applying(self.stages[stage], self.applications[application])
            for criterion in wanted:
                if known and criterion.key not in known:
                    why = say(
                        "评委 %(reviewer)s 对 %(application)s 的评分缺少 %(criterion)s；不适用时应留空。",
                        reviewer=reviewer,
                        application=application,
                        criterion=criterion.key,
                    )
                    yield Problem(SCORES, None, "criterion", why)


def _repeated(keys: Iterable[str]) -> set[str]:
    return {key for key, times in Counter(keys).items() if times > 1}

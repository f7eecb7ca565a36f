"""The four files of a bundle from typed values; `reading` gives the same values back."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from charity_portal.competitions.rules.bundles.published import as_json
from charity_portal.competitions.rules.bundles.reading import APPLICATION_COLUMNS, SCORE_COLUMNS
from charity_portal.competitions.rules.score_checks import APPLICATIONS, METHOD, RUBRIC, SCORES
from charity_portal.competitions.rules.scores import (
    Candidate,
    Criterion,
    Material,
    Method,
    Rubric,
    Score,
    SelectionRule,
)


def texts(material: Material) -> dict[str, str]:
    """File name -> content, in one form only: rows in the order of their codes."""
    return {
        SCORES: _scores(material.scores, material.rubric),
        RUBRIC: as_json(_rubric(material.rubric)),
        APPLICATIONS: _applications(material.applications),
        METHOD: as_json(_method(material.method)),
    }


def _scores(scores: Iterable[Score], rubric: Rubric) -> str:
    """The stage has a column only where there are several."""
    several = len(rubric.stages) > 1
    ordered = sorted(
        scores, key=lambda s: (s.application, s.reviewer, rubric.stage_of(s), s.criterion)
    )
    return _csv(
        (*SCORE_COLUMNS, *(("stage",) if several else ())),
        (
            (
                s.application,
                s.reviewer,
                s.criterion,
                "" if s.value is None else s.value,
                *((s.stage,) if several else ()),
            )
            for s in ordered
        ),
    )


def _applications(applications: Iterable[Candidate]) -> str:
    listed = sorted(applications, key=lambda a: a.id)
    return _csv(
        (*APPLICATION_COLUMNS, "bonus", "applicant"),
        ((a.id, a.track, _yuan(a.requested_fen), _points(a.bonus), a.group) for a in listed),
    )


def _csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return buffer.getvalue()


def _rubric(rubric: Rubric) -> dict[str, Any]:
    return {
        "stages": [
            {
                "key": stage.key,
                "weight_bp": stage.weight_bp,
                "criteria": [_criterion(criterion) for criterion in stage.criteria],
            }
            for stage in rubric.stages
        ]
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return _set(
        key=criterion.key, weight_bp=criterion.weight_bp, top=criterion.top, track=criterion.track
    )


def _method(method: Method) -> dict[str, Any]:
    return _set(
        aggregation=method.aggregation,
        announced=method.announced,
        seed=method.seed,
        ties=list(method.ties),
        bonus_most=None if method.bonus_most is None else _points(method.bonus_most),
        draws=method.draws,
        in_bp=method.in_bp,
        out_bp=method.out_bp,
        selection=_selection(method.selection),
        overrides=[
            _set(
                application=o.application,
                decision=o.decision,
                reason=o.reason,
                award=None if o.award_fen is None else _yuan(o.award_fen),
            )
            for o in sorted(method.overrides, key=lambda o: o.application)
        ],
    )


def _selection(rule: SelectionRule) -> dict[str, Any]:
    return _set(
        rule=rule.rule,
        purse=_yuan(rule.purse_fen),
        cut=rule.cut,
        least=rule.least,
        most=rule.most,
        floor=None if rule.floor is None else _points(rule.floor),
        award_cap=None if rule.award_cap_fen is None else _yuan(rule.award_cap_fen),
        per_applicant=rule.per_group,
        partial_bp=rule.partial_bp,
        fixed_in_bp=rule.fixed_in_bp,
        tracks=[
            _set(
                track=limit.track,
                least=limit.least,
                most=limit.most,
                purse=None if limit.purse_fen is None else _yuan(limit.purse_fen),
            )
            for limit in rule.tracks
        ],
    )


def _set(**values: Any) -> dict[str, Any]:
    """Without what is not set."""
    return {key: value for key, value in values.items() if value is not None}


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _points(value: Decimal) -> str:
    return f"{value.quantize(Decimal('1.0000')):f}"

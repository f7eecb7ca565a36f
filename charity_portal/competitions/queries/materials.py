"""What counting reads, taken from the tables: scores, rubric, applications, method, all under codes.

A snapshot has a hash over everything that influences the outcome. Whoever computed from it compares the
hash again in the transaction that keeps the result, so that a ranking never mixes two moments.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from charity_portal.competitions.models.editions import (
    Bonus,
    BonusGrant,
    Edition,
    Stage,
    StageEntry,
)
from charity_portal.competitions.models.editions import Criterion as CriterionRow
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.models.reviews import Score as ScoreRow
from charity_portal.competitions.rules import codes, method
from charity_portal.competitions.rules.archives import plain
from charity_portal.competitions.rules.method import Announced
from charity_portal.competitions.rules.scores import (
    Candidate,
    Criterion,
    Material,
    Override,
    Rubric,
    Score,
    TrackLimit,
)
from charity_portal.competitions.rules.scores import Stage as RubricStage
from charity_portal.kernel.database import db
from charity_portal.kernel.secrets import blind_index
from charity_portal.projects.queries import calls, proposals
from charity_portal.projects.queries.proposals import TrackWords


@dataclass(frozen=True)
class Snapshot:
    """The material of an edition (or of one stage) with the ids behind its codes.

    `ids`: code -> application id; `judges`: code -> panelist id; `hash` over the material.
    """

    material: Material
    ids: Mapping[str, int]
    judges: Mapping[str, int]
    announced: Announced

    @property
    def hash(self) -> str:
        """SHA-256 over everything that counting reads, people's later decisions left out."""
        m = self.material
        listed = [
            plain(m.rubric),
            sorted(plain(m.applications), key=lambda a: str(a["id"])),
            sorted(plain(m.scores), key=lambda s: json.dumps(s, sort_keys=True)),
            {**plain(m.method), "overrides": []},
        ]
        text = json.dumps(listed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def snapshot(
    edition: Edition, stage: Stage | None = None, overrides: Sequence[Override] = ()
) -> Snapshot:
    """What stands in the tables now: of the whole edition, or of one stage by itself.

    Sealed reviews count, of applications that did not leave. Seven statements however many scores.
    """
    stages = [stage] if stage else list(edition.stages)
    tracks = proposals.tracks_of(edition.call_id)
    announced = announced_rules(edition, tracks)
    ids, candidates = _candidates(edition, stages[0], announced)
    scores, judges = _scores(stages, {key: code for code, key in ids.items()})
    counted = (
        method.stage_method(announced, stage.advance)
        if stage
        else method.method_of(announced, overrides)
    )
    rubric = _rubric(stages, {t.id: t.key for t in tracks}, alone=stage is not None)
    return Snapshot(Material(scores, rubric, candidates, counted), ids, judges, announced)


def announced_rules(edition: Edition, tracks: Sequence[TrackWords]) -> Announced:
    """The rules of an edition; where it says nothing itself, those of its call."""
    call = calls.call(edition.call_id)
    purse = edition.purse_fen if edition.purse_fen is not None else call and call.purse_fen
    own = {limit.track_id: limit for limit in edition.tracks}
    most = sum(bonus.most for bonus in edition.bonuses)
    return Announced(
        method=edition.method,
        calibrated=edition.calibrated,
        choice=edition.choice,
        seed=edition.seed,
        purse_fen=purse or 0,
        limits=edition.limits,
        tie_rules=edition.tie_rules,
        tracks=[
            TrackLimit(t.key, o.min_winners if o else 0, o.max_winners if o else None, t.purse_fen)
            for t in tracks
            for o in [own.get(t.id)]
            if t.purse_fen is not None or (o and (o.min_winners or o.max_winners is not None))
        ],
        bonus_most=Decimal(most).scaleb(-2) if edition.bonuses else None,
        award_cap_fen=call.cap_fen if call else None,
        most=call.max_awards if call else None,
    )


def codes_of(edition_id: int, entries: Collection[int]) -> dict[int, str]:
    """Application id -> the code that it has in everything published about this edition."""
    return codes.application_codes(
        entries, lambda key: blind_index("competition.application", f"{edition_id}:{key}")
    )


def entered(edition: Edition) -> list[StageEntry]:
    """Everything that ever entered the first stage, those that left included."""
    if not edition.stages:
        return []
    wanted = sa.select(StageEntry).where(StageEntry.stage_id == edition.stages[0].id)
    return list(db.session.scalars(wanted.order_by(StageEntry.application_id)))


def _candidates(
    edition: Edition, stage: Stage, announced: Announced
) -> tuple[dict[str, int], tuple[Candidate, ...]]:
    """Those that take part from `stage` on, under the codes of the whole edition."""
    everybody = entered(edition)
    known = codes_of(edition.id, [entry.application_id for entry in everybody])
    here = sa.select(StageEntry.application_id).where(
        StageEntry.stage_id == stage.id, StageEntry.left_at.is_(None)
    )
    taking_part = sorted(set(db.session.scalars(here)) & set(known))
    found = proposals.proposals(taking_part)
    groups: Mapping[int, str] = {}
    if announced.limits.get("per_group"):
        groups = codes.applicant_codes(
            (p.organization_id for p in found.values()),
            lambda key: blind_index("competition.applicant", f"{edition.id}:{key}"),
        )
    bonus = _bonus(edition, taking_part)
    rows = [
        Candidate(
            id=known[key],
            track=found[key].track,
            requested_fen=found[key].requested,
            bonus=bonus.get(key, Decimal(0)),
            group=groups.get(found[key].organization_id, ""),
        )
        for key in taking_part
        if key in found
    ]
    ids = {known[key]: key for key in taking_part}
    return ids, tuple(sorted(rows, key=lambda row: row.id))


def _bonus(edition: Edition, ids: Collection[int]) -> dict[int, Decimal]:
    if not edition.bonuses:
        return {}
    rows = db.session.execute(
        sa.select(BonusGrant.application_id, sa.func.sum(BonusGrant.points))
        .join(Bonus, Bonus.id == BonusGrant.bonus_id)
        .where(Bonus.edition_id == edition.id, BonusGrant.application_id.in_(ids))
        .group_by(BonusGrant.application_id)
    )
    return {key: Decimal(int(points)).scaleb(-2) for key, points in rows}


def _scores(
    stages: Sequence[Stage], known: Mapping[int, str]
) -> tuple[tuple[Score, ...], dict[str, int]]:
    keys = {stage.id: stage.key if len(stages) > 1 else "" for stage in stages}
    rows = db.session.execute(
        sa.select(
            Review.stage_id,
            Review.application_id,
            Panelist.code,
            Panelist.id,
            CriterionRow.key,
            ScoreRow.value,
        )
        .join(Review, Review.id == ScoreRow.review_id)
        .join(Panelist, Panelist.id == Review.panelist_id)
        .join(CriterionRow, CriterionRow.id == ScoreRow.criterion_id)
        .where(Review.stage_id.in_(keys), Review.state == "sealed", Review.conflict_id.is_(None))
    )
    scores, judges = [], {}
    for stage_id, application_id, judge, panelist_id, criterion, value in rows:
        if application_id in known:
            judges[judge] = panelist_id
            code = known[application_id]
            scores.append(Score(code, judge, criterion, value, keys[stage_id]))
    order = sorted(scores, key=lambda s: (s.stage, s.application, s.reviewer, s.criterion))
    return tuple(order), judges


def _rubric(stages: Sequence[Stage], tracks: Mapping[int, str], alone: bool) -> Rubric:
    return Rubric(
        tuple(
            RubricStage(
                stage.key,
                10_000 if alone else stage.weight_bp,
                tuple(
                    Criterion(c.key, c.weight_bp, c.top, tracks.get(c.track_id or 0))
                    for c in stage.criteria
                ),
            )
            for stage in stages
        )
    )

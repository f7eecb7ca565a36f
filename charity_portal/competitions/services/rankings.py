"""Rankings: asked for, computed by the worker, kept for good."""

from collections.abc import Mapping
from typing import Any

from charity_portal.competitions.errors import NotCounted, ScoresMoved
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.outcomes import Ranking, RankingRow
from charity_portal.competitions.queries import materials, readiness
from charity_portal.competitions.rules.archives import plain, ten_thousandths
from charity_portal.competitions.rules.counting import Counted
from charity_portal.competitions.rules.findings import RankedRow
from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import SYSTEM, Actor, require

COUNTED = ("judging", "scored", "selected")


def ask(actor: Actor, edition_id: int, stage_id: int | None = None) -> jobs.Job:
    """Have the worker count the sealed scores, of the whole edition or of one stage.

    Raises NotCounted while scoring is open (scores would still move, and seeing them would be unfair).
    """
    edition = locked(Edition, edition_id)
    require(actor, "competitions:edition:rank", edition)
    stage = _stage_of(edition, stage_id)
    if edition.state not in COUNTED:
        raise NotCounted(say("评审开始之后、结果公布之前，才能计算排名。"))
    still = [s for s in ([stage] if stage else edition.stages) if s.state != "closed"]
    if still:
        raise NotCounted(say("评分尚未截止，不能计算排名。"))
    audit.record(actor, "competitions.ranking.ask", edition, after={"stage": stage_id})
    return jobs.enqueue(
        actor,
        "competitions.rank",
        {"edition_id": edition_id, "stage_id": stage_id, "user_id": actor.user_id},
    )


def _stage_of(edition: Edition, stage_id: int | None) -> Stage | None:
    if stage_id is None:
        return None
    found = next((stage for stage in edition.stages if stage.id == stage_id), None)
    if found is None:
        raise NotFound
    return found


def keep(
    edition_id: int, stage_id: int | None, seen_hash: str, counted: Counted, user_id: int | None
) -> Ranking:
    """Keep what was counted, if the scores are still those that it was counted from.

    Raises ScoresMoved when they are not.
    """
    edition = locked(Edition, edition_id)
    stage = _stage_of(edition, stage_id)
    now = materials.snapshot(edition, stage)
    if now.hash != seen_hash:
        raise ScoresMoved
    ranking = Ranking(
        edition_id=edition_id,
        stage_id=stage_id,
        input_hash=seen_hash,
        method=edition.method,
        figures=counted.figures | {"mark": readiness.mark(edition, stage)},
        made_by=user_id,
    )
    db.session.add(ranking)
    db.session.flush()
    proposed = {row.application: row for row in counted.outcome.selection.rows}
    for row in counted.outcome.ranking:
        chosen = {"chosen": plain(proposed[row.application])}
        db.session.add(_row(ranking.id, now.ids[row.application], row, chosen))
    db.session.flush()
    audit.record(
        SYSTEM,
        "competitions.ranking.keep",
        ranking,
        after={"edition": edition_id, "stage": stage_id, "hash": seen_hash},
    )
    return ranking


def _row(
    ranking_id: int, application_id: int, row: RankedRow, more: Mapping[str, Any]
) -> RankingRow:
    lows = [stage.low for stage in row.stages]
    highs = [stage.high for stage in row.stages]
    return RankingRow(
        ranking_id=ranking_id,
        application_id=application_id,
        rank=row.rank,
        points=ten_thousandths(row.points),
        raw_points=ten_thousandths(row.raw),
        reviews=sum(stage.reviews for stage in row.stages),
        lowest=ten_thousandths(min(lows, default=None)),
        highest=ten_thousandths(max(highs, default=None)),
        sd=ten_thousandths(row.deviation),
        funded_bp=row.chance_bp,
        stable_bp=10_000 * row.stays_funded // row.runs if row.runs else None,
        band=row.band,
        details={
            "code": row.application,
            "track": row.track,
            "bonus": plain(row.bonus),
            "correction": plain(row.correction),
            "expected_rank": plain(row.expected_rank),
            "stays_funded": row.stays_funded,
            "runs": row.runs,
            "tie": row.tie,
            "stages": plain(row.stages),
            **more,
        },
    )

"""Who goes on to the next stage: the ranking proposes, people may decide otherwise and say why."""

from collections.abc import Collection, Mapping, Sequence

from charity_portal.competitions.errors import NoRanking, RankingOutdated
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.outcomes import Advancement, Ranking, RankingRow
from charity_portal.competitions.queries import materials, outcomes
from charity_portal.competitions.services import stages
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require


def advance(
    actor: Actor, stage_id: int, ranking_id: int, going: Collection[int], reasons: Mapping[int, str]
) -> Advancement:
    """Settle the field of the next stage: `going` the application ids, `reasons` for each one that goes
    on, or stays behind, against the ranking.

    Raises Invalid with `reason-<id>`, RankingOutdated, NoRanking, WrongState.
    """
    stage = locked(Stage, stage_id)
    require(actor, "competitions:stage:run", stage)
    edition = stage.edition
    following = next_stage(edition, stage)
    ranking = outcomes.newest_ranking(edition.id, stage_id)
    if following is None or ranking is None or ranking.id != ranking_id:
        raise NoRanking
    if materials.snapshot(edition, stage).hash != ranking.input_hash:
        raise RankingOutdated
    changes = changes_of(ranking, stage.advance, going)
    _require_reasons(changes, reasons)
    if not going:
        raise Invalid(say("请至少选择一个晋级项目。"))
    stages.settle_field(actor, following.id, sorted(going))
    advancement = Advancement(
        stage_id=stage_id,
        ranking_id=ranking.id,
        going=sorted(going),
        changes=[
            {"application": key, "goes": goes, "reason": reasons[key].strip()}
            for key, goes in sorted(changes.items())
        ],
        made_by=actor.user_id,
    )
    db.session.add(advancement)
    db.session.flush()
    audit.record(
        actor,
        "competitions.stage.advance",
        advancement,
        after={"stage": stage_id, "going": sorted(going), "changes": advancement.changes},
    )
    return advancement


def next_stage(edition: Edition, stage: Stage) -> Stage | None:
    """The stage after this one."""
    known = list(edition.stages)
    at = next(n for n, one in enumerate(known) if one.id == stage.id)
    return known[at + 1] if at + 1 < len(known) else None


def changes_of(ranking: Ranking, places: int | None, going: Collection[int]) -> dict[int, bool]:
    """Application id -> whether it goes, of all that differ from the ranking's first `places`."""
    first = set(first_places(ranking.rows, places))
    return {
        row.application_id: row.application_id in going
        for row in ranking.rows
        if (row.application_id in going) != (row.application_id in first)
    }


def first_places(rows: Sequence[RankingRow], places: int | None) -> list[int]:
    """Who goes on by the ranking alone; all that have points when no number is set."""
    ranked = [row.application_id for row in rows if row.points is not None]
    return ranked if places is None else ranked[:places]


def _require_reasons(changes: Mapping[int, bool], reasons: Mapping[int, str]) -> None:
    wrong: dict[str, list[Text]] = {
        f"reason-{key}": [say("与排名不一致，请写明理由，理由将随结果公开。")]
        for key in changes
        if not reasons.get(key, "").strip()
    }
    if wrong:
        raise Invalid(say("有 %(n)s 处需要更正，没有保存。", n=len(wrong)), wrong)

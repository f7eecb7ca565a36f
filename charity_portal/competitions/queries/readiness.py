"""What stands in the way of counting, and whether scores moved since they were counted."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import (
    Bonus,
    BonusGrant,
    Edition,
    Stage,
    StageEntry,
)
from charity_portal.competitions.models.outcomes import Ranking
from charity_portal.competitions.models.reviews import Review, Score
from charity_portal.competitions.queries.outcomes import StageProgress
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, localized, say


def mark(edition: Edition, stage: Stage | None = None) -> list[Any]:
    """A cheap sign that changes with whatever is counted: sums over scores, reviews, entries, bonus.

    For a page's banner; what is decided rests on `materials.Snapshot.hash`. Three statements.
    """
    ids = [stage.id] if stage else [one.id for one in edition.stages]
    scores = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(Score.value), 0),
            sa.func.coalesce(sa.func.sum(Review.id), 0),
            sa.func.max(Review.sealed_at),
        )
        .join(Review, Review.id == Score.review_id)
        .where(Review.stage_id.in_(ids), Review.state == "sealed", Review.conflict_id.is_(None))
    ).one()
    entries = db.session.execute(
        sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(StageEntry.application_id), 0)
        ).where(StageEntry.stage_id.in_(ids), StageEntry.left_at.is_(None))
    ).one()
    bonus = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(BonusGrant.points * BonusGrant.application_id), 0))
        .join(Bonus, Bonus.id == BonusGrant.bonus_id)
        .where(Bonus.edition_id == edition.id)
    )
    count, value, reviews, newest = scores
    moment = newest.isoformat() if newest else None
    held, sum_of_ids = entries
    return [
        count,
        int(value or 0),
        int(reviews or 0),
        moment,
        held,
        int(sum_of_ids or 0),
        int(bonus or 0),
    ]


def outdated(edition: Edition, ranking: Ranking, stage: Stage | None = None) -> bool:
    """Whether something was changed since the ranking was computed."""
    return bool(ranking.figures.get("mark") != mark(edition, stage))


def obstacles(progress: list[StageProgress], names: Mapping[int, str]) -> list[Text]:
    """What is missing for a whole count, in sentences; `names`: application id -> what to call it."""
    found: list[Text] = []
    for row in progress:
        title = localized(row.stage, "title")
        if row.stage.state != "closed":
            found.append(say("“%(stage)s”评分尚未截止。", stage=title))
        if row.open:
            found.append(
                say("“%(stage)s”还有 %(n)s 份评审未提交，不计入排名。", stage=title, n=row.open)
            )
        if row.without:
            listed = "、".join(names.get(key, "") for key in row.without[:10])
            found.append(
                say(
                    "“%(stage)s”有 %(n)s 个项目没有任何已提交的评审，不参加排名：%(names)s。",
                    stage=title,
                    n=len(row.without),
                    names=listed + ("…" if len(row.without) > 10 else ""),
                )
            )
    return found

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

    For a page's banner; what is decided rests on `materials.Snapshot.hash`. One statement.
    """
    ids = [stage.id] if stage else [one.id for one in edition.stages]
    scores = (
        sa.select(
            sa.func.count().label("scores"),
            sa.func.coalesce(sa.func.sum(Score.value), 0).label("value"),
            sa.func.coalesce(sa.func.sum(Review.id), 0).label("reviews"),
            sa.func.max(Review.sealed_at).label("newest"),
        )
        .join(Review, Review.id == Score.review_id)
        .where(Review.stage_id.in_(ids), Review.state == "sealed", Review.conflict_id.is_(None))
        .subquery()
    )
    entries = (
        sa.select(sa.func.coalesce(sa.func.sum(StageEntry.application_id), 0))
        .where(StageEntry.stage_id.in_(ids), StageEntry.left_at.is_(None))
        .scalar_subquery()
    )
    bonus = (
        sa.select(sa.func.coalesce(sa.func.sum(BonusGrant.points * BonusGrant.application_id), 0))
        .join(Bonus, Bonus.id == BonusGrant.bonus_id)
        .where(Bonus.edition_id == edition.id)
        .scalar_subquery()
    )
    row = db.session.execute(sa.select(scores, entries, bonus)).one()
    count, value, reviews, newest, held, granted = row
    moment = newest.isoformat() if newest else None
    return [count, int(value), int(reviews), moment, int(held), int(granted)]


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

"""The ranking for staff: the list, one application with all that it is made of, other methods beside it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.outcomes import Ranking, RankingRow
from charity_portal.competitions.queries import editions, outcomes, readiness
from charity_portal.competitions.queries.wording import BANDS, TOOLS, tie
from charity_portal.competitions.services import advancing, rankings
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import NotFound, PortalError
from charity_portal.kernel.i18n import _, localized, percent, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.projects.queries.briefs import Brief, briefs

blueprint = Blueprint("competitions_ranking", __name__, url_prefix="/office/competitions")

COLUMNS = (
    Column("rank", say("名次"), "int", width=8),
    Column("code", say("匿名编号"), width=12),
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("track", say("赛道")),
    Column("points", say("得分"), "points", width=12),
    Column("raw", say("原始平均分"), "points", width=12),
    Column("correction", say("校正"), "points", width=12),
    Column("bonus", say("加分"), "points", width=10),
    Column("reviews", say("评审份数"), "int", width=10),
    Column("lowest", say("最低"), "points", width=10),
    Column("highest", say("最高"), "points", width=10),
    Column("sd", say("标准差"), "points", width=10),
    Column("expected", say("期望名次"), "points", width=12),
    Column("chance", say("入选可能"), width=10),
    Column("band", say("分档"), width=12),
    Column("stable", say("去掉一位评委后仍入选"), width=14),
    Column("tie", say("同分处理"), width=24),
    Column("why", say("校正原因"), width=50),
)


def _edition(edition_id: int, **_: Any) -> Edition | None:
    return outcomes.edition_with_rubric(edition_id)


def _stage_of(edition: Edition) -> Stage | None:
    """The stage that the address names, if it names one."""
    wanted = (request.view_args or {}).get("stage_id")
    if wanted is None:
        return None
    found = next((stage for stage in edition.stages if stage.id == wanted), None)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/<int:edition_id>/ranking", defaults={"stage_id": None})
@blueprint.get("/<int:edition_id>/ranking/<int:stage_id>")
@requires("competitions:outcome:list", load=_edition)
def show(edition: Edition) -> Any:
    """The newest ranking of an edition, or of one of its stages."""
    return _page(edition, _stage_of(edition))


def _page(
    edition: Edition, stage: Stage | None, refusal: PortalError | None = None, status: int = 200
) -> Any:
    ranking = outcomes.newest_ranking(edition.id, stage.id if stage else None, rows=False)
    page = outcomes.rows_page(ranking.id, request.args.get("after")) if ranking else None
    progress = [p for p in outcomes.progress(edition) if stage is None or p.stage.id == stage.id]
    without = [key for p in progress for key in p.without[:10]]
    shown = [row.application_id for row in page.items] if page else []
    known = briefs([*shown, *without])
    html = render_template(
        "competitions/outcomes/ranking.html",
        edition=edition,
        stage=stage,
        ranking=ranking,
        page=page,
        briefs=known,
        obstacles=readiness.obstacles(progress, {k: b.title for k, b in known.items()}),
        outdated=ranking is not None and readiness.outdated(edition, ranking, stage),
        countable=edition.state in rankings.COUNTED
        and all(p.stage.state == "closed" for p in progress),
        following=advancing.next_stage(edition, stage) if stage else None,
        advancement=outcomes.advancements(edition).get(stage.id) if stage else None,
        criteria=criterion_names(edition),
        refusal=refusal,
        **TOOLS,
    )
    return html, status


def criterion_names(edition: Edition) -> dict[str, str]:
    """Criterion key -> its name for the reader."""
    return {c.key: localized(c, "title") for stage in edition.stages for c in stage.criteria}


@blueprint.post("/<int:edition_id>/ranking", defaults={"stage_id": None})
@blueprint.post("/<int:edition_id>/ranking/<int:stage_id>")
@requires("competitions:edition:rank", load=_edition)
def compute(edition: Edition) -> Any:
    """Have the worker count; the progress page follows."""
    stage = _stage_of(edition)
    edition_id, stage_id = edition.id, stage.id if stage else None
    try:
        with transaction():
            job = rankings.ask(current_actor(), edition_id, stage_id)
    except PortalError as problem:
        if problem.status == 403:
            raise
        again = editions.edition(edition_id) or edition
        return _page(again, _stage_of(again), problem, problem.status)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@blueprint.get("/<int:edition_id>/ranking/methods")
@requires("competitions:outcome:list", load=_edition)
def methods(edition: Edition) -> Any:
    """What the other methods would have given; the announced one alone decides."""
    ranking = _whole(edition)
    page = outcomes.rows_page(ranking.id, request.args.get("after"))
    return render_template(
        "competitions/outcomes/methods.html",
        edition=edition,
        ranking=ranking,
        page=page,
        briefs=briefs(row.application_id for row in page.items),
        **TOOLS,
    )


def _whole(edition: Edition) -> Ranking:
    ranking = outcomes.newest_ranking(edition.id, rows=False)
    if ranking is None:
        raise NotFound
    return ranking


def _placed(edition_id: int, application_id: int) -> tuple[Edition, int] | None:
    edition = editions.edition(edition_id)
    return (edition, application_id) if edition else None


@blueprint.get("/<int:edition_id>/ranking/applications/<int:application_id>")
@requires("competitions:outcome:list", load=_placed)
def application(placed: tuple[Edition, int]) -> Any:
    """One application: every review of it, and how its place follows from them."""
    edition, application_id = placed
    ranking = _whole(edition)
    row = outcomes.row_of(ranking.id, application_id)
    if row is None:
        raise NotFound
    reviews = outcomes.reviews_of(edition, application_id)
    return render_template(
        "competitions/outcomes/application.html",
        edition=edition,
        ranking=ranking,
        row=row,
        brief=briefs([application_id])[application_id],
        reviews=reviews,
        names={key: p.name for key, p in accounts.people(r.user_id for r in reviews).items()},
        stages={stage.id: stage for stage in edition.stages},
        by_key={stage.key: stage for stage in edition.stages},
        criteria=criterion_names(edition),
        **TOOLS,
    )


@blueprint.get(
    "/<int:edition_id>/ranking/export.<any(csv, xlsx):file_format>", defaults={"stage_id": None}
)
@blueprint.get("/<int:edition_id>/ranking/<int:stage_id>/export.<any(csv, xlsx):file_format>")
@requires("competitions:outcome:list", load=_edition)
def export(edition: Edition) -> Any:
    """The whole ranking as a table."""
    stage = _stage_of(edition)
    ranking = outcomes.newest_ranking(edition.id, stage.id if stage else None)
    if ranking is None:
        raise NotFound
    known = briefs(row.application_id for row in ranking.rows)
    rows = cells(ranking.rows, known, criterion_names(edition))
    title = f"{edition.number}_{_('排名')}"
    return table_file(title, COLUMNS, rows, str((request.view_args or {})["file_format"]))


def cells(
    rows: Sequence[RankingRow], known: Mapping[int, Brief], criteria: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """The rows of a ranking as a file holds them."""
    told = TOOLS["told"]
    for row in rows:
        details, brief = row.details, known[row.application_id]
        rule = tie(details["tie"], criteria)
        yield {
            "rank": row.rank,
            "code": details["code"],
            "number": brief.number,
            "title": brief.title,
            "organization": brief.organization,
            "track": brief.track,
            "points": _decimal(row.points),
            "raw": _decimal(row.raw_points),
            "correction": _text(details["correction"]),
            "bonus": _text(details["bonus"]),
            "reviews": row.reviews,
            "lowest": _decimal(row.lowest),
            "highest": _decimal(row.highest),
            "sd": _decimal(row.sd),
            "expected": _text(details["expected_rank"]),
            "chance": None if row.funded_bp is None else percent(row.funded_bp, 10_000, 0),
            "band": str(BANDS[row.band]) if row.band else None,
            "stable": f"{details['stays_funded']}/{details['runs']}",
            "tie": str(rule) if rule else None,
            "why": " ".join(str(told(w)) for s in details["stages"] for w in s["why"]),
        }


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-4)


def _text(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)

"""A published result for everybody: how it came about, down to each score, and how to count it again."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, render_template, request

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import outcomes, result_papers
from charity_portal.competitions.queries import results as queries
from charity_portal.competitions.queries.wording import OUTCOMES, TOOLS, tie, words
from charity_portal.kernel import files
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import _, percent, say
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.tables import Column
from charity_portal.kernel.web import public_page

blueprint = Blueprint("competitions_results", __name__, url_prefix="/competitions")

INVERSIONS = 50
"""So many pairs are shown on the page; all of them are in the file."""
PAIRS = (
    Column("funded", say("入选（名次较后）"), width=14),
    Column("passed", say("落选（名次较前）"), width=14),
    Column("why", say("原因"), width=80),
)
COLUMNS = (
    Column("rank", say("名次"), "int", width=8),
    Column("code", say("匿名编号"), width=12),
    Column("track", say("赛道")),
    Column("points", say("得分"), "points", width=12),
    Column("raw", say("原始平均分"), "points", width=12),
    Column("reviews", say("评审份数"), "int", width=10),
    Column("chance", say("入选可能"), width=10),
    Column("tie", say("同分处理"), width=24),
    Column("outcome", say("结果")),
    Column("amount", say("资助金额（元）"), "money"),
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("reason", say("人工决定的理由"), width=50),
)


def _edition(number: str, **_: Any) -> Edition | None:
    return queries.published_edition(number)


def _standing(edition: Edition) -> queries.Standing:
    found = queries.standing(edition)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/<number>/results")
@requires("competitions:result:read", load=_edition)
@public_page
def show(edition: Edition) -> Any:
    """The result with everything that it rests on."""
    found = _standing(edition)
    page = outcomes.rows_page(found.ranking.id, request.args.get("after"))
    data = queries.frame(edition, found)
    shown, named, decided = (
        {row.application_id for row in page.items},
        {r.application_id for r in found.selection.rows if r.outcome in queries.NAMED},
        {r.application_id for r in found.selection.rows if r.override_reason},
    )
    rows = queries.rows(edition, found, shown | named | decided)
    codes = found.codes

    def of(ids: set[int]) -> list[dict[str, Any]]:
        wanted = {codes[key] for key in ids}
        return [row for row in rows if row["code"] in wanted]

    return render_template(
        "competitions/results/show.html",
        edition=edition,
        data=data,
        page=page,
        rows=of(shown),
        named=of(named),
        titles={row["code"]: row["title"] for row in rows if row["title"]},
        decided=of(decided),
        inversions=data["selection"]["inversions"][:INVERSIONS],
        papers=result_papers.papers_of(edition.id),
        command=f"{edition.number}-bundle.zip",
        **words(data),
    )


@blueprint.get("/<number>/results/<code>")
@requires("competitions:result:read", load=lambda number, code: queries.published_edition(number))
@public_page
def application(edition: Edition) -> Any:
    """One place of the ranking: every score behind it, judges by code."""
    code = str((request.view_args or {})["code"])
    found = _standing(edition)
    key = next((k for k, known in found.codes.items() if known == code), None)
    if key is None:
        raise NotFound
    (row,) = queries.rows(edition, found, {key})
    data = queries.frame(edition, found)
    return render_template(
        "competitions/results/application.html",
        edition=edition,
        data=data,
        row=row,
        reviews=outcomes.reviews_of(edition, key),
        stages={stage.id: stage for stage in edition.stages},
        **words(data),
    )


@blueprint.get("/<number>/results/judges/<code>")
@requires("competitions:result:read", load=lambda number, code: queries.published_edition(number))
@public_page
def judge(edition: Edition) -> Any:
    """One judge, by code: the totals given, beside the points that came of it."""
    code = str((request.view_args or {})["code"])
    found = _standing(edition)
    totals = outcomes.totals_of_judge(edition, code)
    if not totals:
        raise NotFound
    data = queries.frame(edition, found)
    return render_template(
        "competitions/results/judge.html",
        edition=edition,
        data=data,
        code=code,
        totals=totals,
        codes=found.codes,
        placed={row.application_id: row for row in found.ranking.rows},
        stages={stage.id: stage for stage in edition.stages},
        figures_of=[j for j in data["figures"]["judges"] if j["reviewer"] == code],
        **words(data),
    )


@blueprint.get("/<number>/bundle.zip")
@requires("competitions:result:read", load=_edition)
def bundle(edition: Edition) -> Response:
    """The file from which anybody counts the result again."""
    found = outcomes.bundle_of(edition.id)
    if found is None:
        raise NotFound
    return files.serve(found.file, public=True)


@blueprint.get("/<number>/results.<any(csv, xlsx):file_format>")
@requires("competitions:result:read", load=_edition)
def export(edition: Edition) -> Response:
    """The ranked list as a table."""
    found = _standing(edition)
    data = queries.frame(edition, found)
    listed = queries.rows(edition, found)
    title = f"{edition.number}_{_('评审结果')}"
    file_format = str((request.view_args or {})["file_format"])
    return table_file(title, COLUMNS, _cells(listed, words(data)), file_format)


@blueprint.get("/<number>/inversions.<any(csv, xlsx):file_format>")
@requires("competitions:result:read", load=_edition)
def export_inversions(edition: Edition) -> Response:
    """Every pair in which a lower place is funded and a higher one is not."""
    listed = _standing(edition).selection.inversions
    rows = (
        {"funded": p["funded"], "passed": p["passed"], "why": str(TOOLS["told"](p["why"]))}
        for p in listed
    )
    title = f"{edition.number}_{_('名次倒置')}"
    return table_file(title, PAIRS, rows, str((request.view_args or {})["file_format"]))


def _cells(rows: list[dict[str, Any]], said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        rule = tie(row["tie"], said["criteria"])
        yield {
            "rank": row["rank"],
            "code": row["code"],
            "track": said["track_of"].get(row["track"], ""),
            "points": _decimal(row["points"]),
            "raw": _decimal(row["raw"]),
            "reviews": row["reviews"],
            "chance": None if row["chance_bp"] is None else percent(row["chance_bp"], 10_000, 0),
            "tie": str(rule) if rule else None,
            "outcome": str(OUTCOMES[row["outcome"]]),
            "amount": row["amount_fen"] or None,
            "number": row["number"],
            "title": row["title"],
            "organization": row["organization"],
            "reason": row["override"],
        }


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-4)

"""Published results: the list, one edition with its rows, its PDF and its rows to take away."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from charity_portal.competitions.queries.result_papers import Paper, papers_at
from charity_portal.disclosure import exports
from charity_portal.disclosure.models import ReportVersion
from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.queries.reports import RowFilter
from charity_portal.kernel import files
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.navigation import add
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.web import public_page
from charity_portal.projects.queries.award_money import Paid, paid_by_number
from charity_portal.projects.queries.call_links import results_at
from charity_portal.projects.queries.tranches import CURRENCY

RELATIONS = ("above", "below", "equal")
FORMATS = {
    "csv": (exports.csv, "text/csv; charset=utf-8"),
    "xlsx": (
        exports.xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "json": (exports.json_of, "application/json"),
}

blueprint = Blueprint("disclosure_results", __name__, url_prefix="/results")

add("public", "disclosure_results.index", say("结果公告"), "disclosure:report:read", 30)


@results_at
def _of_call(call_id: int) -> str | None:
    """Where a call's own page leads to its result."""
    number = reports.number_of_call(call_id)
    return url_for("disclosure_results.show", number=number) if number else None


@papers_at
def _of_edition(edition_id: int) -> list[Paper]:
    """Where a competition's own page leads to its papers."""
    version = reports.published_of_edition(edition_id)
    if version is None:
        return []
    return [
        Paper(
            file.language,
            url_for(
                "disclosure_results.pdf",
                number=version.report.number,
                edition=version.version,
                language=file.language,
            ),
            file.stored.size,
            file.sha256,
        )
        for file in version.files
    ]


def _edition(number: str, edition: int | None = None, **_: Any) -> ReportVersion | None:
    return reports.published(number, edition)


def _filter() -> RowFilter:
    relation = request.args.get("relation", "")
    return RowFilter(
        words=request.args.get("q", "").strip()[:100],
        track=request.args.get("track", "")[:200],
        relation=relation if relation in RELATIONS else "",
    )


@blueprint.get("")
@requires("disclosure:report:read")
@public_page
def index() -> Any:
    """All published results, newest first."""
    words = request.args.get("q", "").strip()[:100]
    found = reports.published_page(request.args.get("after"), words)
    return render_template("disclosure/results.html", page=found, words=words)


@blueprint.get("/<number>", defaults={"edition": None})
@blueprint.get("/<number>/editions/<int:edition>")
@requires("disclosure:report:read", load=_edition)
@public_page
def show(version: ReportVersion) -> Any:
    """One edition: totals, charts, rows with filters, files, and every edition before and after it."""
    wanted = _filter()
    count, requested, awarded = reports.row_sums(version.id, wanted)
    page = reports.rows_page(version.id, wanted, request.args.get("after"))
    return render_template(
        "disclosure/result.html",
        version=version,
        data=version.data,
        wanted=wanted,
        count=count,
        requested=requested,
        awarded=awarded,
        page=page,
        paid=_paid(version, [row.number for row in page.items]),
        editions=reports.editions(version.report_id),
        relation=exports.relation,
        track_name=exports.track_name,
        organization_name=exports.organization_name,
    )


def _paid(version: ReportVersion, numbers: list[str]) -> dict[str, Paid] | None:
    """What these awards were paid by today; None for awards that are paid elsewhere."""
    if version.currency != CURRENCY or version.data["call"].get("from_history"):
        return None
    return paid_by_number(numbers)


@blueprint.get("/<number>/editions/<int:edition>/rows.<any(csv, xlsx, json):kind>")
@requires("disclosure:report:read")
def download(number: str, edition: int, kind: str) -> Response:
    """Exactly the rows that the filter on the page leaves."""
    version = _edition(number, edition)
    if version is None:
        raise NotFound
    write, mime = FORMATS[kind]
    content = write(version, reports.all_rows(version.id, _filter()))
    response = Response(content, content_type=mime)
    name = f"{number}-v{edition}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/<number>/editions/<int:edition>/<any(zh, en):language>.pdf")
@requires("disclosure:report:read")
def pdf(number: str, edition: int, language: str) -> Response:
    """The published file, byte for byte."""
    version = _edition(number, edition)
    if version is None:
        raise NotFound
    for file in version.files:
        if file.language == language:
            return files.serve(file.stored, inline="inline" in request.args, public=True)
    raise NotFound

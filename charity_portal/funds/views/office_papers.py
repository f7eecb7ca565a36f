"""The office's papers: statements and certificates, who had which made, and their files."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from charity_portal.funds.forms.papers import PaperFilter, StatementForm
from charity_portal.funds.models.papers import FundPaper
from charity_portal.funds.queries import papers as queries
from charity_portal.funds.rules.papers import LANGUAGES, PAPER_KINDS
from charity_portal.funds.services import papers as services
from charity_portal.funds.services.papers import Order
from charity_portal.kernel import files, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import NotFound, PortalError
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, require, requires

blueprint = Blueprint("funds_papers", __name__, url_prefix="/office/papers")
navigation.add("office", "funds_papers.index", say("证明与报表"), "funds:paper:read", 435)


@blueprint.get("")
@requires("funds:paper:read")
def index() -> str:
    """Every paper, the newest first."""
    form = PaperFilter(formdata=request.args)
    kind = form.kind.data if form.kind.data in PAPER_KINDS else ""
    form.kind.data = kind
    return render_template(
        "funds/papers/index.html",
        form=form,
        page=queries.office_page(kind, request.args.get("after")),
        kept={"kind": kind} if kind else {},
        kind_words=PAPER_KINDS,
        language_words=LANGUAGES,
    )


@blueprint.get("/new")
@requires("funds:paper:make")
def new() -> Any:
    """Ask for the statement of a fund; the address may fill the form in."""
    month = request.args.get("month", "")
    form = StatementForm(
        formdata=None,
        fund=request.args.get("fund_id", type=int),
        since=request.args.get("since", month),
        until=request.args.get("until", month),
    )
    return render_template("funds/papers/new.html", form=form)


@blueprint.post("/new")
@requires("funds:paper:make")
def make() -> Any:
    """Have it made; the progress page follows."""
    form = StatementForm()
    if not form.submitted():
        return render_template("funds/papers/new.html", form=form), 422
    order = Order("fund_statement", form.language.data, fund_id=form.fund.data, **form.period())
    try:
        with transaction():
            _paper, job = services.ask(current_actor(), order)
    except PortalError as problem:
        form.refuse(problem)
        return render_template("funds/papers/new.html", form=form), problem.status
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@blueprint.get("/<int:paper_id>")
@requires("funds:paper:read", load=queries.paper)
def show(paper: FundPaper) -> str:
    """One paper and its file."""
    (line,) = queries.lines([paper])
    return render_template(
        "funds/papers/show.html",
        paper=paper,
        line=line,
        fund=queries.fund_of(paper),
        file=queries.file_of(paper),
        kind_words=PAPER_KINDS,
        language_words=LANGUAGES,
    )


@blueprint.get("/<int:paper_id>/file")
@requires("funds:paper:read", load=queries.paper)
def file(paper: FundPaper) -> Response:
    """The paper itself; a donor's, which carries the name, only for who may see donors."""
    if paper.kind != "fund_statement":
        require(current_actor(), "funds:donor:reveal")
    stored = queries.file_of(paper)
    if stored is None:
        raise NotFound
    return files.serve(stored, inline="inline" in request.args)

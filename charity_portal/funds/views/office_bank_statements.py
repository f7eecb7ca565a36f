"""Statements of the bank: a file is looked through, then kept or put aside."""

import hashlib
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.funds.forms.bank import FILE_MISSING, StatementForm
from charity_portal.funds.models.bank import BankStatement
from charity_portal.funds.queries import bank as queries
from charity_portal.funds.rules.bank_files import read
from charity_portal.funds.services import bank_imports as services
from charity_portal.funds.views.bank_pages import chosen_host, error_sheet, faults
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import XLSX
from charity_portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.masking import mask_name
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.tables import read_grid

blueprint = Blueprint("funds_bank_statements", __name__, url_prefix="/office/bank/statements")

_SHOWN = 100
_MOST_MB = 25


@blueprint.get("")
@requires("funds:bank:read")
def index() -> str:
    """The statements that were brought in, the newest first."""
    host_id = chosen_host()
    page = queries.statements_page(host_id, request.args.get("after"))
    return render_template(
        "funds/bank/statements.html",
        page=page,
        host_id=host_id,
        hosts=queries.hosts(),
        progress=queries.progress_of("statement_id", [s.id for s in page.items]),
        people=accounts.people(s.imported_by for s in page.items if s.imported_by),
    )


@blueprint.get("/new")
@requires("funds:bank:import")
def new() -> str:
    """The form for a file."""
    host_id = chosen_host()
    form = StatementForm(formdata=None, host=str(host_id or ""))
    return render_template("funds/bank/new.html", form=form)


@blueprint.post("/new")
@requires("funds:bank:import")
def upload() -> Any:
    """Take a file and show what it would add."""
    form = StatementForm()
    sent: Any = request.files.get("file")
    if sent is None or not sent.filename:
        form.submitted()
        form.file.errors = [*form.file.errors, str(FILE_MISSING)]
        return render_template("funds/bank/new.html", form=form), 422
    if not form.submitted():
        return render_template("funds/bank/new.html", form=form), 422
    try:
        grid = read_grid(sent.stream, sent.filename, max_mb=_MOST_MB)
        reading = read(grid)
        sent.stream.seek(0)
        sha256 = hashlib.file_digest(sent.stream, "sha256").hexdigest()
        with transaction():
            statement = services.look_through(
                current_actor(), int(form.host.data), sha256, grid, reading, form.tail.data or ""
            )
    except Invalid as wrong:
        if wrong.fields:
            form.refuse(wrong)
        else:
            form.file.errors = [*form.file.errors, str(wrong.message)]
        return render_template("funds/bank/new.html", form=form), 422
    except PortalError as wrong:
        form.refuse(wrong)
        return render_template("funds/bank/new.html", form=form), wrong.status
    return redirect(url_for(".show", statement_id=statement.id), 303)


@blueprint.get("/<int:statement_id>")
@requires("funds:bank:read", load=queries.statement)
def show(statement: BankStatement) -> str:
    """What keeping the file would add; or what it added."""
    return _page(statement)


def _page(statement: BankStatement, problem: PortalError | None = None) -> str:
    preview = queries.preview(statement)
    return render_template(
        "funds/bank/statement.html",
        statement=statement,
        machine=BankStatement.MACHINE,
        host_name=queries.hosts().get(statement.host_id, ""),
        preview=preview,
        rows=[movement for movement, _print in preview.new[:_SHOWN]] if preview else [],
        most=_SHOWN,
        faults=faults(preview) if preview else [],
        twin=queries.kept_before(statement.host_id, statement.sha256)
        if statement.state == "checked"
        else None,
        gap=_gap(statement),
        progress=queries.progress_of("statement_id", [statement.id]).get(statement.id),
        who=accounts.person(statement.imported_by) if statement.imported_by else None,
        mask_name=mask_name,
        problem=problem,
    )


def _gap(statement: BankStatement) -> BankStatement | None:
    """The statement before, when this one does not begin with what that one left."""
    before = queries.ended_before(statement)
    if before is None or before.closing_fen is None or statement.opening_fen is None:
        return None
    return before if before.closing_fen != statement.opening_fen else None


@blueprint.get("/<int:statement_id>/errors.xlsx")
@requires("funds:bank:import", load=queries.statement)
def errors(statement: BankStatement) -> Response:
    """The file with each fault beside its row."""
    preview = queries.preview(statement)
    if preview is None or not preview.reading.problems:
        raise NotFound
    response = Response(error_sheet(preview), content_type=XLSX)
    name = f"{_('银行流水错误说明')}_{clock.today():%Y%m%d}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/<int:statement_id>/keep")
@requires("funds:bank:import", load=queries.statement)
def keep(statement: BankStatement) -> Any:
    """Keep what is new."""
    try:
        with transaction():
            kept = services.keep(current_actor(), statement.id)
    except (Invalid, Conflict) as problem:
        return _page(statement, problem), problem.status
    flash(_("已导入 %(n)s 笔流水。", n=kept.lines))
    return redirect(url_for("funds_bank.index", statement=kept.id, state="open"), 303)


@blueprint.post("/<int:statement_id>/discard")
@requires("funds:bank:import", load=queries.statement)
def discard(statement: BankStatement) -> Any:
    """Put the file aside."""
    with transaction():
        services.discard(current_actor(), statement.id)
    flash(_("已放弃导入，没有增加任何流水。"))
    return redirect(url_for(".index", host=statement.host_id), 303)

"""Lines of the bank in the office: the list, each line with what it may be, and settling it."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.bank import WAYS, ExplainForm, LineFilterForm
from charity_portal.funds.models.bank import BankLine
from charity_portal.funds.queries import bank as queries
from charity_portal.funds.queries import bank_entries as entries
from charity_portal.funds.queries.bank import LineFilter
from charity_portal.funds.rules.accounts import ENTRIES
from charity_portal.funds.rules.explaining import EXPLANATIONS
from charity_portal.funds.rules.reconciling import suggest
from charity_portal.funds.services import bank as services
from charity_portal.funds.views.bank_pages import chosen_host, fund_names, masked, named
from charity_portal.funds.views.fund_pages import link
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires

blueprint = Blueprint("funds_bank", __name__, url_prefix="/office/bank")
navigation.add("office", "funds_bank.index", say("银行对账"), "funds:bank:read", order=440)

_CHOICE = 60


@blueprint.get("")
@requires("funds:bank:read")
def index() -> str:
    """How far each charity's lines are settled, and the lines themselves."""
    form = LineFilterForm(request.args)
    statement_id = request.args.get("statement", type=int)
    filters = form.wanted(statement_id)
    if filters.host_id is None and filters.statement_id is None and chosen_host():
        filters = LineFilter(**{**filters.__dict__, "host_id": chosen_host()})
    hosts = queries.hosts()
    page = queries.lines_page(filters, request.args.get("after"))
    return render_template(
        "funds/bank/index.html",
        form=form,
        hosts=hosts,
        host_id=filters.host_id,
        statement=queries.statement(statement_id) if statement_id else None,
        all_progress=queries.progress_of("host_id", hosts),
        progress=queries.progress(filters),
        page=page,
        kept={name: value for name, value in request.args.items() if value and name != "after"},
        masked=masked,
        ways=WAYS,
        machine=BankLine.MACHINE,
        kinds=EXPLANATIONS,
    )


@blueprint.get("/lines/<int:line_id>")
@requires("funds:bank:read", load=queries.line)
def show(line: BankLine) -> str:
    """A line with what it may be, or what it is."""
    return _page(line)


def _page(
    line: BankLine,
    form: ExplainForm | None = None,
    ticked: Collection[int] = (),
    problem: PortalError | None = None,
) -> str:
    settles = line.state == "open" and can(current_actor(), "funds:bank:match", line)
    near = entries.waiting_near(line.host_id, line.booked_on, line.amount_fen) if settles else []
    found = suggest(entries.line_facts(line), entries.candidates(near)) if settles else []
    shown = {e.id for s in found for e in near if e.id in s.entries}
    choice = [e for e in near if e.id in ticked or abs(e.amount_fen) <= abs(line.amount_fen)]
    own = entries.entries(line.host_id, [m.entry_id for m in queries.matches(line.id)])
    following = queries.next_open(line.host_id, line)
    return render_template(
        "funds/bank/line.html",
        line=line,
        host_name=queries.hosts().get(line.host_id, ""),
        name=named(line),
        settles=settles,
        suggestions=found,
        by_id={e.id: e for e in near if e.id in shown},
        choice=sorted(choice, key=lambda e: e.id not in ticked)[:_CHOICE],
        ticked=set(ticked),
        problem=problem,
        own=own,
        funds=fund_names([*near, *own]),
        words=ENTRIES,
        kinds=EXPLANATIONS,
        form=form or ExplainForm(formdata=None),
        pledges=_pledges(line) if settles else [],
        promised=entries.unpaid_allocations(line.host_id, -line.amount_fen)
        if settles and line.amount_fen < 0
        else [],
        next_id=following.id if following is not None and following.id != line.id else None,
        link=link,
    )


def _pledges(line: BankLine) -> list[Any]:
    if line.amount_fen < 0:
        return []
    return entries.open_pledges(line.host_id, line.amount_fen, line.counterparty_index)


@blueprint.post("/lines/<int:line_id>/match")
@requires("funds:bank:match", load=queries.line)
def match(line: BankLine) -> Any:
    """Say which entries the line is."""
    sent = ",".join(request.form.getlist("entry")).split(",")
    chosen = [int(text) for text in sent if text.isdigit() and len(text) < 19]
    try:
        with transaction():
            services.match(current_actor(), line.id, chosen)
    except (Invalid, Conflict) as problem:
        return _page(line, ticked=chosen, problem=problem), problem.status
    flash(_("已对上。"))
    return _onward(line)


@blueprint.post("/lines/<int:line_id>/explain")
@requires("funds:bank:match", load=queries.line)
def explain(line: BankLine) -> Any:
    """Say why the line is no entry."""
    form = ExplainForm()
    if not form.submitted():
        return _page(line, form), 422
    try:
        with transaction():
            services.explain(current_actor(), line.id, form.kind.data, form.words.data or "")
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _page(line, form), problem.status
    flash(_("已记下原因。"))
    return _onward(line)


@blueprint.post("/lines/<int:line_id>/reopen")
@requires("funds:bank:match", load=queries.line)
def reopen(line: BankLine) -> Any:
    """Take back how the line was settled."""
    with transaction():
        services.reopen(current_actor(), line.id)
    flash(_("已撤销核对，这笔流水重新待核对。"))
    return redirect(url_for(".show", line_id=line.id), 303)


def _onward(line: BankLine) -> Any:
    """To the next line that waits; to the list when none does."""
    following = queries.next_open(line.host_id, line)
    if following is None:
        flash(_("该组织的银行流水已全部核对。"))
        return redirect(url_for(".index", host=line.host_id), 303)
    return redirect(url_for(".show", line_id=following.id), 303)

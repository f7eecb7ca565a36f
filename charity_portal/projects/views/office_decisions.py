"""Decisions in the office: a call's applications in one table, decided together, published later."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.projects.errors import AlreadyHandled
from charity_portal.projects.forms.decisions import DecisionTable, decision_table
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls, notices
from charity_portal.projects.queries import decisions as queries
from charity_portal.projects.queries.decisions import Entry
from charity_portal.projects.rules import decisions as rules
from charity_portal.projects.services import decisions as services
from charity_portal.projects.services import letters

blueprint = Blueprint("projects_decisions", __name__, url_prefix="/office/decisions")

navigation.add(
    "office",
    "projects_decisions.index",
    say("立项决定"),
    "projects:application:list",
    30,
    home_of=("approver",),
)

SHOWN = ("eligible", "decided", "proposed", "reserve", "refused", "awarded", "cancelled")
COLUMNS = (
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("track", say("赛道")),
    Column("requested", say("申请金额（元）"), "money"),
    Column("outcome", say("决定")),
    Column("amount", say("资助金额（元）"), "money"),
    Column("rank", say("候补顺位"), "int", width=10),
    Column("reason", say("理由"), width=40),
    Column("state", say("状态")),
    Column("decided_by", say("决定人")),
    Column("decided_at", say("决定时间"), "datetime", width=20),
)


@blueprint.get("")
@requires("projects:application:list")
def index() -> str:
    """Calls with something to decide, publish or conclude."""
    return render_template("projects/decisions/index.html", rows=queries.calls_in_hand())


@blueprint.get("/<int:call_id>")
@requires("projects:application:list", load=calls.call)
def show(call: Call) -> str:
    """The table of decisions with the running totals."""
    entries = queries.entries(call.id)
    form = decision_table(entries)
    form.show(entries)
    return _page(call, entries, form)


def _page(
    call: Call,
    entries: Sequence[Entry],
    form: DecisionTable,
    refusal: str = "",
    lost: AlreadyHandled | None = None,
) -> str:
    limits, lines = queries.limits_of(call), queries.lines(call.id)
    return render_template(
        "projects/decisions/show.html",
        call=call,
        entries=entries,
        form=form,
        limits=limits,
        totals=rules.add_up(limits, lines),
        warnings=rules.warnings(limits, lines),
        published=queries.entries(call.id, SHOWN[2:]),
        in_screening=queries.in_screening(call.id),
        held=queries.held_letters([e.application.id for e in entries], [letters.OUTCOME]),
        notices=notices.notices_of_call(call.id),
        words=rules.WORDS,
        may_decide=can(current_actor(), "projects:application:decide"),
        refusal=refusal,
        lost=lost,
    )


@blueprint.post("/<int:call_id>")
@requires("projects:application:decide", load=calls.call)
def decide(call: Call) -> Any:
    """Take every decision that was changed in the table, or none."""
    entries = queries.entries(call.id)
    form = decision_table(entries)
    if not form.submitted():
        return _page(call, entries, form), 422
    choices = form.choices(entries)
    try:
        with transaction():
            services.decide(current_actor(), call.id, choices)
    except AlreadyHandled as lost:
        return _page(call, queries.entries(call.id), form, lost=lost), 409
    except Invalid as problem:
        form.refuse_rows(problem.fields)
        return _page(call, queries.entries(call.id), form, refusal=str(problem.message)), 422
    flash(_("已保存 %(n)s 项决定。公示前申请机构不会看到。", n=len(choices)))
    return redirect(url_for(".show", call_id=call.id), 303)


@blueprint.get("/<int:call_id>/letters")
@requires("projects:application:list", load=calls.call)
def preview_letters(call: Call) -> str:
    """The letters that wait for the notice, as they will arrive."""
    entries = [e for e in queries.entries(call.id) if e.decision is not None]
    held = queries.held_letters([e.application.id for e in entries], [letters.OUTCOME])
    return render_template(
        "projects/decisions/letters.html",
        call=call,
        entries=entries,
        held=held,
        written={
            e.application.id: letters.write(services.outcome_letter(e.application, e.decision))
            for e in entries
            if e.decision is not None and e.application.id not in held
        },
        words=rules.WORDS,
    )


@blueprint.get("/<int:call_id>/export.<any(csv, xlsx):file_format>")
@requires("projects:application:list", load=lambda call_id, file_format: calls.call(call_id))
def export(call: Call) -> Any:
    """The decisions of a call as xlsx or csv."""
    file_format = (request.view_args or {})["file_format"]
    return table_file(_("立项决定"), COLUMNS, _cells(queries.entries(call.id, SHOWN)), file_format)


def _cells(entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        a, d = entry.application, entry.decision
        yield {
            "number": a.number,
            "title": a.title,
            "organization": entry.organization,
            "track": localized(a.track, "title") if a.track else None,
            "requested": a.amount_requested_fen,
            "outcome": str(rules.WORDS[d.outcome]) if d else None,
            "amount": d.amount_fen if d else None,
            "rank": d.reserve_rank if d else None,
            "reason": d.reason if d else None,
            "state": str(a.MACHINE.word(a.state)),
            "decided_by": entry.decided_by,
            "decided_at": d.decided_at if d else None,
        }

"""Choosing within the purse: the rule's proposal, people's decisions beside it, and its confirmation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.forms.selections import DecisionForm, ReservesForm, seen_rev
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.outcomes import Selection, SelectionRow
from charity_portal.competitions.queries import editions, outcomes, readiness
from charity_portal.competitions.queries.wording import HOW, OUTCOMES, TOOLS
from charity_portal.competitions.services import selections
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.projects.queries import notices, proposals
from charity_portal.projects.queries.briefs import Brief, briefs

blueprint = Blueprint("competitions_selection", __name__, url_prefix="/office/competitions")

INVERSIONS = 50
"""So many pairs are shown on the page; all of them are in the file."""
COLUMNS = (
    Column("position", say("名次"), "int", width=8),
    Column("code", say("匿名编号"), width=12),
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("requested", say("申请金额（元）"), "money"),
    Column("outcome", say("结果")),
    Column("amount", say("资助金额（元）"), "money"),
    Column("proposed", say("按规则的结果")),
    Column("how", say("依据"), width=24),
    Column("reason", say("调整理由"), width=50),
)


PAIRS = (
    Column("funded", say("入选（名次较后）"), width=14),
    Column("passed", say("落选（名次较前）"), width=14),
    Column("why", say("原因"), width=80),
)


@dataclass(frozen=True)
class Case:
    """One application of a proposal."""

    edition: Edition
    selection: Selection
    row: SelectionRow


def _edition(edition_id: int, **_: Any) -> Edition | None:
    return editions.edition(edition_id)


def _case(edition_id: int, application_id: int) -> Case | None:
    edition = editions.edition(edition_id)
    selection = outcomes.newest_selection(edition_id) if edition else None
    if edition is None or selection is None:
        return None
    row = next((r for r in selection.rows if r.application_id == application_id), None)
    return Case(edition, selection, row) if row else None


@blueprint.get("/<int:edition_id>/selection")
@requires("competitions:outcome:list", load=_edition)
def show(edition: Edition) -> Any:
    """The proposal with everything that follows from it."""
    return _page(edition)


def _page(edition: Edition, refusal: PortalError | None = None) -> Any:
    ranking = outcomes.newest_ranking(edition.id, rows=False)
    selection = outcomes.newest_selection(edition.id, rows=False)
    after = request.args.get("after")
    page = outcomes.selection_page(selection.id, after) if selection else None
    rows = page.items if page else []
    inversions = selection.inversions[:INVERSIONS] if selection else []
    codes = selection.figures["codes"] if selection else {}
    in_pairs = {code for pair in inversions for code in (pair["funded"], pair["passed"])}
    ids = {row.application_id for row in rows}
    known = briefs(ids | {int(key) for key, code in codes.items() if code in in_pairs})
    asked = proposals.proposals(ids)
    deciders = {row.overridden_by for row in rows if row.overridden_by}
    html = render_template(
        "competitions/outcomes/selection.html",
        edition=edition,
        ranking=ranking,
        selection=selection,
        rows=rows,
        page=page,
        inversions=inversions,
        standing_by=outcomes.reserves_of(selection.id) if selection else [],
        briefs=known,
        requested={key: p.requested for key, p in asked.items()},
        titles={_code(selection, key): b.title for key, b in known.items()} if selection else {},
        people={key: p.name for key, p in accounts.people(deciders).items()},
        current=selections.standing(ranking, selection),
        outdated=ranking is not None and readiness.outdated(edition, ranking),
        notices=notices.notices_of_call(edition.call_id),
        reserves=_reserves(selection),
        refusal=refusal,
        **TOOLS,
    )
    return html, refusal.status if refusal else 200


def _code(selection: Selection, application_id: int) -> str:
    return str(selection.figures["codes"].get(str(application_id), ""))


def _reserves(selection: Selection | None) -> ReservesForm:
    form = ReservesForm(formdata=None)
    if selection is not None:
        form.reserves.data = selection.figures.get("reserves", 0)
        form.rev.data = str(selection.rev)
    return form


@blueprint.post("/<int:edition_id>/selection")
@requires("competitions:edition:choose", load=_edition)
def propose(edition: Edition) -> Any:
    """Compute the rule's own proposal; decisions made before are put aside."""
    edition_id = edition.id
    try:
        planned = selections.plan(edition, {})
        with transaction():
            selections.propose(current_actor(), edition_id, planned)
    except (Invalid, Conflict) as problem:
        return _page(editions.edition(edition_id) or edition, problem)
    flash(_("已按公布的规则测算拟资助名单。"))
    return redirect(url_for(".show", edition_id=edition_id), 303)


@blueprint.post("/<int:edition_id>/selection/reserves")
@requires("competitions:edition:choose", load=_edition)
def set_reserves(edition: Edition) -> Any:
    """How many stand by."""
    form = ReservesForm()
    edition_id = edition.id
    selection = outcomes.newest_selection(edition_id)
    if selection is None:
        raise NotFound
    if not form.submitted():
        return _page(edition, Invalid(fields={"reserves": list(form.reserves.errors)}))
    try:
        _change(
            edition, selection, selections.wanted_of(selection), form.seen(), form.reserves.data
        )
    except (Invalid, Conflict) as problem:
        return _page(editions.edition(edition_id) or edition, problem)
    flash(_("候补名额已调整。"))
    return redirect(url_for(".show", edition_id=edition_id), 303)


def _change(
    edition: Edition, selection: Selection, wanted: Mapping[int, Any], seen: int, places: Any = None
) -> None:
    reserves = selection.figures.get("reserves", 0) if places is None else int(places)
    selection_id = selection.id
    planned = selections.plan(edition, wanted, reserves)
    with transaction():
        selections.change(current_actor(), selection_id, seen, planned)


@blueprint.get("/<int:edition_id>/selection/<int:application_id>")
@requires("competitions:edition:choose", load=_case)
def edit(case: Case) -> Any:
    """Decide otherwise for one application."""
    form = DecisionForm()
    row = case.row
    form.rev.data = str(case.selection.rev)
    form.outcome.data = row.outcome
    form.amount.data = row.amount_fen if row.outcome == "partial" else None
    form.reason.data = row.override_reason or ""
    return _edit_page(case, form)


def _edit_page(case: Case, form: DecisionForm, status: int = 200) -> Any:
    key = case.row.application_id
    html = render_template(
        "competitions/outcomes/decision.html",
        edition=case.edition,
        selection=case.selection,
        row=case.row,
        code=_code(case.selection, key),
        brief=briefs([key])[key],
        requested=proposals.proposals([key])[key].requested,
        form=form,
        **TOOLS,
    )
    return html, status


@blueprint.post("/<int:edition_id>/selection/<int:application_id>")
@requires("competitions:edition:choose", load=_case)
def decide(case: Case) -> Any:
    """Write one decision; the rule is applied again around it."""
    form = DecisionForm()
    if not form.submitted():
        return _edit_page(case, form, 422)
    key, edition_id = case.row.application_id, case.edition.id
    wanted = selections.wanted_of(case.selection) | {key: form.wanted()}
    try:
        _change(case.edition, case.selection, wanted, form.seen())
    except (Invalid, Conflict) as problem:
        form.refuse(_without_key(problem, key))
        return _edit_page(_case(edition_id, key) or case, form, problem.status)
    flash(_("已记录人工决定，名单已重新测算。"))
    return redirect(url_for(".show", edition_id=edition_id, _anchor=f"a{key}"), 303)


def _without_key(problem: PortalError, key: int) -> PortalError:
    """The same refusal at the fields of this form."""
    if not isinstance(problem, Invalid) or not problem.fields:
        return problem
    fields = {name.removeprefix(f"{key}-"): texts for name, texts in problem.fields.items()}
    return Invalid(problem.message, fields)


@blueprint.post("/<int:edition_id>/selection/<int:application_id>/reset")
@requires("competitions:edition:choose", load=_case)
def reset(case: Case) -> Any:
    """Go back to what the rule gives this application."""
    key, edition_id = case.row.application_id, case.edition.id
    wanted = {k: w for k, w in selections.wanted_of(case.selection).items() if k != key}
    try:
        _change(case.edition, case.selection, wanted, seen_rev(request.form.get("rev")))
    except (Invalid, Conflict) as problem:
        return _page(editions.edition(edition_id) or case.edition, problem)
    flash(_("已恢复按规则的结果。"))
    return redirect(url_for(".show", edition_id=edition_id, _anchor=f"a{key}"), 303)


@blueprint.post("/<int:edition_id>/selection/confirm")
@requires("competitions:edition:select", load=_edition)
def confirm(edition: Edition) -> Any:
    """Settle the proposal and write it into the call, all of it or nothing."""
    edition_id = edition.id
    selection = outcomes.newest_selection(edition_id)
    if selection is None:
        raise NotFound
    selection_id = selection.id
    try:
        with transaction():
            selections.confirm(current_actor(), selection_id, seen_rev(request.form.get("rev")))
    except (Invalid, Conflict) as problem:
        return _page(editions.edition(edition_id) or edition, problem)
    flash(_("拟资助名单已确定，并写入立项决定。公示前申请机构不会看到。"))
    return redirect(url_for(".show", edition_id=edition_id), 303)


@blueprint.post("/<int:edition_id>/selection/withdraw")
@requires("competitions:edition:select", load=_edition)
def withdraw(edition: Edition) -> Any:
    """Take the confirmation back while nothing is public."""
    edition_id = edition.id
    try:
        with transaction():
            selections.withdraw(current_actor(), edition_id, request.form.get("reason", ""))
    except (Invalid, Conflict) as problem:
        return _page(editions.edition(edition_id) or edition, problem)
    flash(_("已撤回。修改后请重新确定。"))
    return redirect(url_for(".show", edition_id=edition_id), 303)


@blueprint.get("/<int:edition_id>/selection/export.<any(csv, xlsx):file_format>")
@requires("competitions:outcome:list", load=_edition)
def export(edition: Edition) -> Any:
    """The proposal as a table."""
    selection = outcomes.newest_selection(edition.id)
    if selection is None:
        raise NotFound
    known = briefs(row.application_id for row in selection.rows)
    title = f"{edition.number}_{_('拟资助名单')}"
    file_format = str((request.view_args or {})["file_format"])
    return table_file(title, COLUMNS, _cells(selection, known), file_format)


@blueprint.get("/<int:edition_id>/selection/inversions.<any(csv, xlsx):file_format>")
@requires("competitions:outcome:list", load=_edition)
def export_inversions(edition: Edition) -> Any:
    """Every pair in which a lower place is funded and a higher one is not."""
    selection = outcomes.newest_selection(edition.id, rows=False)
    if selection is None:
        raise NotFound
    rows = pairs(selection.inversions)
    title = f"{edition.number}_{_('名次倒置')}"
    return table_file(title, PAIRS, rows, str((request.view_args or {})["file_format"]))


def pairs(listed: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Inversions as a file holds them."""
    for pair in listed:
        why = str(TOOLS["told"](pair["why"]))
        yield {"funded": pair["funded"], "passed": pair["passed"], "why": why}


def _cells(selection: Selection, known: Mapping[int, Brief]) -> Iterator[dict[str, Any]]:
    asked = proposals.proposals(known)
    for row in selection.rows:
        brief = known[row.application_id]
        yield {
            "position": row.position,
            "code": _code(selection, row.application_id),
            "number": brief.number,
            "title": brief.title,
            "organization": brief.organization,
            "requested": asked[row.application_id].requested,
            "outcome": str(OUTCOMES[row.outcome]),
            "amount": row.amount_fen or None,
            "proposed": str(OUTCOMES[row.proposed]),
            "how": str(HOW.get(row.code or "", "")),
            "reason": row.override_reason,
        }

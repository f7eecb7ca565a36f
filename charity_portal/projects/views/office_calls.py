"""Calls in the office: the list, the draft and its form."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.edits import Draft, merge
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.form_rows import rearranged
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.errors import StaleCall
from charity_portal.projects.forms.call_rows import KIND_WORDS
from charity_portal.projects.forms.calls import (
    CALL_KIND_WORDS,
    SOURCE_WORDS,
    EditForm,
    NewCallForm,
    OfficeFilter,
)
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import call_history, call_lists, calls
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules import readiness
from charity_portal.projects.rules.call_edits import ROW_UNITS, WORDS
from charity_portal.projects.rules.call_windows import span
from charity_portal.projects.rules.calls import WORDS as PHASE_WORDS
from charity_portal.projects.rules.calls import phase
from charity_portal.projects.rules.eligibility import Joined
from charity_portal.projects.services import calls as services
from charity_portal.projects.views.call_pages import TONES, short_money, unit_text

blueprint = Blueprint("projects_office_calls", __name__, url_prefix="/office/calls")
navigation.add(
    "office", "projects_office_calls.index", say("项目征集"), "projects:call:list", order=20
)


@blueprint.get("")
@requires("projects:call:list")
def index() -> str:
    """All calls with their phase and what has come in."""
    form = OfficeFilter(request.args)
    wanted = call_lists.Filter(
        phase=form.phase.data or "",
        source=form.source.data or "",
        kind=form.kind.data or "",
        text=form.text.data or "",
    )
    found = call_lists.office_page(wanted, request.args.get("after"))
    return render_template(
        "projects/calls/office_index.html",
        page=found,
        form=form,
        kept={name: value for name, value in vars(wanted).items() if value},
        counts=call_lists.counts(call.id for call in found.items),
        phases={call.id: phase(call, clock.now()) for call in found.items},
        phase_words=PHASE_WORDS,
        tones=TONES,
        kind_words=CALL_KIND_WORDS,
        source_words=SOURCE_WORDS,
        short_money=short_money,
    )


@blueprint.get("/new")
@requires("projects:call:edit")
def new() -> str:
    """The page that asks for title and kind."""
    return render_template("projects/calls/new.html", form=NewCallForm())


@blueprint.post("/new")
@requires("projects:call:edit")
def create() -> Any:
    """Make the draft."""
    form = NewCallForm()
    if not form.submitted():
        return render_template("projects/calls/new.html", form=form), 422
    with transaction():
        call = services.create(current_actor(), form.kind.data, form.title_zh.data)
    flash(_("已建立草稿 %(number)s，可逐项修改。", number=call.number))
    return redirect(url_for(".edit", call_id=call.id), 303)


@blueprint.post("/<int:call_id>/copy")
@requires("projects:call:edit", load=calls.call)
def copy(call: Call) -> Any:
    """Make a draft for the year after."""
    with transaction():
        made = services.copy(current_actor(), call.id)
    flash(
        _(
            "已复制为草稿 %(number)s，起止时间顺延一年。请核对节假日和金额。",
            number=made.number,
        )
    )
    return redirect(url_for(".edit", call_id=made.id), 303)


@blueprint.get("/<int:call_id>/edit")
@requires("projects:call:edit", load=calls.whole_call)
def edit(call: Call) -> Any:
    """The draft as one long form."""
    if call.state != Call.MACHINE.initial:
        return redirect(url_for("projects_office_calls.show", call_id=call.id), 303)
    draft = draft_of(call)
    return _edit_page(call, EditForm.filled(draft, call.rev, regions()), draft)


@blueprint.post("/<int:call_id>/edit")
@requires("projects:call:edit", load=calls.whole_call)
def save(call: Call) -> Any:
    """Keep the draft; a button of a row moves that row first."""
    step = request.form.get("do", "")
    saved = draft_of(call)
    posted = rearranged(request.form, step, ROW_UNITS)
    form = EditForm.posted(posted, regions(), saved)
    if not form.validate():
        return _edit_page(call, form, saved), 422
    mine = form.draft(saved)
    for unit in WORDS:
        if posted.get(f"choice-{unit}") == "theirs":
            mine = mine.with_units(**{unit: saved.units[unit]})
    rev, base = form.start()
    try:
        with transaction():
            _call, taken_over = services.save(current_actor(), call.id, mine, rev, base)
    except StaleCall as stale:
        return _clash_page(call.id, mine, base, stale), 409
    except WrongState as late:
        form.refuse(late)
        return _edit_page(call, form, saved), 409
    except Invalid as wrong:
        form.refuse(wrong)
        return _edit_page(call, form, saved), 422
    if taken_over:
        words = Joined([WORDS[unit] for unit in taken_over])
        flash(_("已保存，并合并了其他人刚才修改的内容：%(units)s。", units=str(words)))
    elif not step or step == "save":
        flash(_("已保存。"))
    if step == "check":
        return redirect(url_for("projects_office_calls.show", call_id=call.id), 303)
    unit = step.partition(":")[0]
    anchor = unit if unit in ROW_UNITS else None
    return redirect(url_for(".edit", call_id=call.id, _anchor=anchor), 303)


def _clash_page(call_id: int, mine: Draft, base: dict[str, str], stale: StaleCall) -> str:
    """The form again, with both versions of what two people changed.

    It holds what the merge gave so far, and starts from what is saved now.
    """
    call = calls.whole_call(call_id)
    assert call is not None
    theirs = draft_of(call)
    events = call_history.history(call)
    conflicts = {
        unit: {
            "label": WORDS[unit],
            "mine": unit_text(unit, mine.units[unit]),
            "theirs": unit_text(unit, theirs.units[unit]),
            "by": events[0].who if events else None,
            "at": call.changed_at,
        }
        for unit in stale.clashes
    }
    form = EditForm.filled(merge(mine, theirs, base).draft, stale.rev, regions())
    form.start_from(theirs, stale.rev)
    return _edit_page(call, form, theirs, conflicts)


def _edit_page(
    call: Call, form: EditForm, saved: Draft, conflicts: dict[str, Any] | None = None
) -> str:
    blockers = readiness.blockers(saved, clock.now())
    return render_template(
        "projects/calls/edit.html",
        call=call,
        form=form,
        conflicts=conflicts or {},
        blockers=blockers,
        question_words=KIND_WORDS,
        unfolded=_unfolded(form, [defect.key for defect in blockers]),
        window=span(saved.units["opens_at"], saved.units["closes_at"]),
    )


def _unfolded(form: EditForm, defects: list[str]) -> set[str]:
    """The rows, such as `questions-2`, that are shown open: those with something to put right."""
    wrong = {"-".join(key.split("-")[:2]) for key in defects}
    for unit in ROW_UNITS:
        rows: Any = form[unit]
        wrong |= {f"{unit}-{n}" for n, entry in enumerate(rows) if entry.form.errors}
    return wrong


def regions() -> dict[str, str]:
    """The city and its counties by code, in the reader's language."""
    home = organizations.home_region()
    city = {home: _("%(city)s全市", city=organizations.county_name(home))}
    return city | {county.code: county.name for county in organizations.counties(home)}

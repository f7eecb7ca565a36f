"""A reviewer's invitations, promise and declaration. No applicant is named before they are done."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.forms.experts import FindForm, RemoveForm
from charity_portal.competitions.forms.panels import AgreeForm, AnswerForm, CompleteForm, TieForm
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.queries import panels as queries
from charity_portal.competitions.rules.ties import TIES
from charity_portal.competitions.services import declarations
from charity_portal.competitions.services import panels as services
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_own_panel", __name__, url_prefix="/reviews/invitations")

navigation.add(
    "workspace", "competitions_own_panel.index", say("评审邀请"), "competitions:expert:own", 65
)


@blueprint.get("")
@requires("competitions:expert:own")
def index() -> str:
    """All invitations, the latest first, each with what is to be done next."""
    rows = queries.own(current_actor().user_id or 0)
    return render_template(
        "competitions/panels/own_list.html", rows=rows, ready=queries.ready, now=clock.now()
    )


@blueprint.get("/<int:panelist_id>")
@requires("competitions:panel:read", load=queries.panelist)
def show(panelist: Panelist) -> str:
    """The invitation: what it is about, how much work, by when to answer."""
    return _page(panelist)


def _page(panelist: Panelist, form: AnswerForm | None = None) -> str:
    if panelist.invited_at is None:
        raise NotFound  # whoever stands by is not told before being asked
    return render_template(
        "competitions/panels/invitation.html",
        panelist=panelist,
        edition=panelist.edition,
        ready=queries.ready(panelist),
        late=panelist.answer_due_at is not None and panelist.answer_due_at <= clock.now(),
        form=form or AnswerForm(formdata=None),
    )


@blueprint.post("/<int:panelist_id>/accept")
@requires("competitions:panel:answer", load=queries.panelist)
def accept(panelist: Panelist) -> Any:
    """Take the seat, and go on to the promise."""
    with transaction():
        services.accept(current_actor(), panelist.id)
    flash(_("感谢您接受邀请。请先签署承诺并申报利害关系。"))
    return redirect(url_for(".declaration", panelist_id=panelist.id), 303)


@blueprint.post("/<int:panelist_id>/decline")
@requires("competitions:panel:answer", load=queries.panelist)
def decline(panelist: Panelist) -> Any:
    """Say no, with the reason."""
    return _leave(panelist, services.decline, _("已谢绝邀请，感谢您的答复。"))


@blueprint.post("/<int:panelist_id>/withdraw")
@requires("competitions:panel:withdraw", load=queries.panelist)
def withdraw(panelist: Panelist) -> Any:
    """Give up the seat, with the reason."""
    return _leave(panelist, services.withdraw, _("您已退出评审，未提交的评审已经作废。"))


def _leave(panelist: Panelist, service: Any, done: str) -> Any:
    form = AnswerForm()
    if not form.submitted():
        return _page(panelist, form), 422
    with transaction():
        service(current_actor(), panelist.id, form.reason.data or "")
    flash(done)
    return redirect(url_for(".index"), 303)


@blueprint.get("/<int:panelist_id>/declaration")
@requires("competitions:panel:answer", load=queries.panelist)
def declaration(panelist: Panelist) -> Any:
    """The promise, then the ties: to any organization of the register, applicant or not."""
    return _declaration(panelist)


def _declaration(
    panelist: Panelist,
    agree: AgreeForm | None = None,
    tie: TieForm | None = None,
    complete: CompleteForm | None = None,
) -> Any:
    if panelist.state != "accepted":
        return redirect(url_for(".show", panelist_id=panelist.id), 303)
    text = (tie.q.data if tie else request.args.get("q")) or ""
    shown = tie or TieForm(formdata=None)
    shown.q.data = text[:60]
    more = shown.offer(text[:60])
    find = FindForm(formdata=None)
    find.q.data = text[:60]
    page = render_template(
        "competitions/panels/declaration.html",
        panelist=panelist,
        edition=panelist.edition,
        ties=queries.ties(panelist.id),
        kinds=TIES,
        find=find,
        text=text.strip(),
        more=more,
        agree=agree or AgreeForm(formdata=None),
        tie=shown,
        complete=complete or CompleteForm(formdata=None),
    )
    return page, 422 if agree or tie or complete else 200


@blueprint.post("/<int:panelist_id>/agree")
@requires("competitions:panel:answer", load=queries.panelist)
def agree(panelist: Panelist) -> Any:
    """Promise confidentiality and fair conduct."""
    form = AgreeForm()
    if not form.submitted():
        return _declaration(panelist, agree=form)
    with transaction():
        declarations.agree(current_actor(), panelist.id)
    flash(_("承诺已签署。请申报利害关系。"))
    return _on(panelist)


@blueprint.post("/<int:panelist_id>/ties")
@requires("competitions:panel:answer", load=queries.panelist)
def declare(panelist: Panelist) -> Any:
    """Declare a tie."""
    form = TieForm()
    form.offer((form.q.data or "")[:60])
    if not form.submitted():
        return _declaration(panelist, tie=form)
    try:
        with transaction():
            declarations.declare(
                current_actor(),
                panelist.id,
                form.organization_id(),
                form.kind.data,
                form.note.data or "",
            )
    except Invalid as problem:
        form.refuse(problem)
        return _declaration(panelist, tie=form)
    flash(_("已申报。"))
    return _on(panelist)


@blueprint.post("/<int:panelist_id>/ties/retract")
@requires("competitions:panel:answer", load=queries.panelist)
def retract(panelist: Panelist) -> Any:
    """Take back what was declared by mistake."""
    form = RemoveForm()
    if not form.submitted():
        raise NotFound
    with transaction():
        declarations.retract(current_actor(), panelist.id, form.row_id.data or 0)
    flash(_("申报已撤回。"))
    return _on(panelist)


@blueprint.post("/<int:panelist_id>/complete")
@requires("competitions:panel:answer", load=queries.panelist)
def complete(panelist: Panelist) -> Any:
    """Confirm that there is nothing else: dossiers open from now on."""
    form = CompleteForm()
    if not form.submitted():
        return _declaration(panelist, complete=form)
    with transaction():
        declarations.complete(current_actor(), panelist.id, bool(form.nothing_else.data))
    flash(_("利害关系申报完成。"))
    return redirect(url_for(".show", panelist_id=panelist.id), 303)


def _on(panelist: Panelist) -> Any:
    return redirect(url_for(".declaration", panelist_id=panelist.id, _anchor="ties"), 303)

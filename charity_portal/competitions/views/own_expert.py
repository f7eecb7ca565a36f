"""A reviewer's own entry in the pool: what they are good at, whom they worked for, when they can."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.forms.experts import (
    EmployerForm,
    FindForm,
    ProfileForm,
    RemoveForm,
    StepForm,
)
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.queries import experts as queries
from charity_portal.competitions.services import experts as services
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_own_expert", __name__, url_prefix="/reviews/profile")

navigation.add(
    "workspace", "competitions_own_expert.show", say("专家资料"), "competitions:expert:own", 70
)


def _own() -> Expert | None:
    return queries.expert_of(current_actor().user_id or 0)


@blueprint.get("")
@requires("competitions:expert:own")
def show() -> Any:
    """The entry, to be read and changed."""
    expert = _own()
    return _page(expert, ProfileForm(obj=expert))


@blueprint.post("")
@requires("competitions:expert:own")
def save() -> Any:
    """Write the entry."""
    form = ProfileForm()
    if form.submitted():
        try:
            with transaction():
                services.save(current_actor(), form.profile())
        except Invalid as problem:
            form.refuse(problem)
        else:
            flash(_("专家资料已保存。"))
            return redirect(url_for(".show"), 303)
    return _page(_own(), form), 422


def _page(expert: Expert | None, form: ProfileForm, leaving: StepForm | None = None) -> str:
    return render_template(
        "competitions/experts/own.html",
        expert=expert,
        form=form,
        leaving=leaving,
        history=queries.history(expert) if expert else [],
        may_leave=expert is not None and expert.state in ("nominated", "admitted", "suspended"),
    )


@blueprint.get("/employers/new")
@requires("competitions:expert:own")
def new_employer() -> Any:
    """Look an employer up in the register, or name one."""
    text = request.args.get("q", "")[:60]
    form = EmployerForm(formdata=None)
    form.q.data, form.employer.data = text, text
    return _employer_page(form, text)


def _employer_page(form: EmployerForm, text: str) -> Any:
    more = form.offer(text)
    find = FindForm(formdata=None)
    find.q.data = text
    page = render_template(
        "competitions/experts/employer.html", form=form, find=find, text=text, more=more
    )
    return page, 422 if form.errors else 200


@blueprint.post("/employers")
@requires("competitions:expert:own")
def add_employer() -> Any:
    """Add an employer."""
    form = EmployerForm()
    text = (form.q.data or "")[:60]
    if form.submitted():
        try:
            with transaction():
                services.add_employer(current_actor(), form.job())
        except Invalid as problem:
            form.refuse(problem)
        else:
            flash(_("任职经历已保存。"))
            return redirect(url_for(".show", _anchor="employers"), 303)
    return _employer_page(form, text)


@blueprint.post("/employers/remove")
@requires("competitions:expert:own")
def remove_employer() -> Any:
    """Take a wrongly entered employer away."""
    form = RemoveForm()
    if not form.submitted():
        raise NotFound
    with transaction():
        services.remove_employer(current_actor(), form.row_id.data or 0)
    flash(_("任职经历已删除。"))
    return redirect(url_for(".show", _anchor="employers"), 303)


@blueprint.post("/leave")
@requires("competitions:expert:own")
def leave() -> Any:
    """Leave the pool, with the reason."""
    expert = _own()
    if expert is None:
        raise NotFound
    form = StepForm()
    if not form.submitted():
        return _page(expert, ProfileForm(formdata=None, obj=expert), form), 422
    with transaction():
        services.step(current_actor(), expert.id, "leave", form.reason.data or "")
    flash(_("您已退出专家库。"))
    return redirect(url_for(".show"), 303)

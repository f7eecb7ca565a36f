"""The expert pool in the office: list, nomination, admission. Nobody sees contacts here."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.forms.experts import NominateForm, PoolForm, StepForm
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.queries import experts as queries
from charity_portal.competitions.queries.experts import Filter, Row
from charity_portal.competitions.rules import expertise
from charity_portal.competitions.services import experts as services
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column

blueprint = Blueprint("competitions_experts", __name__, url_prefix="/office/experts")

navigation.add(
    "office", "competitions_experts.index", say("专家库"), "competitions:expert:list", 45
)

COLUMNS = (
    Column("name", say("姓名")),
    Column("title", say("职称或职务"), width=24),
    Column("state", say("状态")),
    Column("expertise", say("专业领域"), width=36),
    Column("capacities", say("身份"), width=30),
    Column("employer", say("任职单位"), width=30),
    Column("away_from", say("不能参评：自"), "date"),
    Column("away_to", say("不能参评：至"), "date"),
    Column("most", say("每一阶段最多评审"), "int"),
    Column("changed", say("更新时间"), "datetime", width=20),
)


@blueprint.get("")
@requires("competitions:expert:list")
def index() -> str:
    """The pool, the latest entries first."""
    form, wanted = _filter()
    return render_template(
        "competitions/experts/index.html",
        form=form,
        page=queries.experts_page(wanted, request.args.get("after")),
        total=queries.count(wanted),
        filters=_kept(wanted),
        expertise=expertise,
        today=clock.today(),
    )


@blueprint.get("/export.<any(csv, xlsx):file_format>")
@requires("competitions:expert:list")
def export(file_format: str) -> Any:
    """Exactly the rows of the filter, as xlsx or csv, without contacts."""
    _form, wanted = _filter()
    return table_file(_("专家库名单"), COLUMNS, _cells(queries.everything(wanted)), file_format)


def _cells(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    comma = _("、")
    for row in rows:
        e = row.expert
        yield {
            "name": row.name,
            "title": e.title,
            "state": str(e.MACHINE.word(e.state)),
            "expertise": comma.join(map(str, expertise.words(e.expertise))),
            "capacities": comma.join(map(str, expertise.words(e.capacities, expertise.CAPACITIES))),
            "employer": comma.join(job.employer for job in e.employments if job.until is None),
            "away_from": e.away_from,
            "away_to": e.away_to,
            "most": e.most_reviews,
            "changed": e.changed_at,
        }


def _filter() -> tuple[PoolForm, Filter]:
    """What the address asks for; what it cannot mean is left out."""
    form = PoolForm(request.args)
    state, field, capacity = (
        form.state.data or "",
        form.expertise.data or "",
        form.capacity.data or "",
    )
    return form, Filter(
        text=form.q.data or "",
        state=state if state in Expert.MACHINE.states else "",
        expertise=field if field in expertise.WORDS else "",
        capacity=capacity if capacity in expertise.CAPACITIES else "",
        available=form.available.data == "yes",
    )


def _kept(wanted: Filter) -> dict[str, str]:
    """The filter as address values, so that paging and export keep it."""
    values = {
        "q": wanted.text,
        "state": wanted.state,
        "expertise": wanted.expertise,
        "capacity": wanted.capacity,
        "available": "yes" if wanted.available else "",
    }
    return {name: value for name, value in values.items() if value}


@blueprint.route("/nominate", methods=["GET", "POST"])
@requires("competitions:expert:nominate")
def nominate() -> Any:
    """Put somebody forward by e-mail address."""
    form = NominateForm()
    if form.submitted():
        try:
            with transaction():
                expert = services.nominate(current_actor(), form.email.data or "", form.locale.data)
        except Invalid as problem:
            form.refuse(problem)
        else:
            if expert is None:
                flash(_("邀请已发出，14 天内有效。对方接受邀请后列入待审核名单。"))
                return redirect(url_for(".index"), 303)
            flash(_("已提名，并已通知本人填写资料。"))
            return redirect(url_for(".show", expert_id=expert.id), 303)
    page = render_template("competitions/experts/nominate.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.get("/<int:expert_id>")
@requires("competitions:expert:list", load=queries.expert)
def show(expert: Expert) -> Any:
    """One expert with employers, what may be done, and the history."""
    return _page(expert)


def _page(expert: Expert, wrong: str = "", form: StepForm | None = None) -> Any:
    actor = current_actor()
    person = accounts.person(expert.user_id)
    nominator = accounts.person(expert.nominated_by) if expert.nominated_by else None
    return render_template(
        "competitions/experts/show.html",
        expert=expert,
        person=person,
        nominator=nominator.name if nominator else "",
        steps=[] if expert.user_id == actor.user_id else expert.MACHINE.actions(actor, expert),
        own=expert.user_id == actor.user_id,
        may_see_mail=can(actor, "competitions:expert:nominate"),
        expertise=expertise,
        history=queries.history(expert),
        today=clock.today(),
        wrong=wrong,
        form=form or StepForm(formdata=None),
    ), 422 if wrong else 200


@blueprint.post("/<int:expert_id>/admit")
@requires("competitions:expert:admit", load=queries.expert)
def admit(expert: Expert) -> Any:
    """Take an expert into the pool, or back into it."""
    return _step(expert, "admit", _("已准予入库，并已通知本人。"))


@blueprint.post("/<int:expert_id>/refuse")
@requires("competitions:expert:admit", load=queries.expert)
def refuse(expert: Expert) -> Any:
    """Turn a nomination down."""
    return _step(expert, "refuse", _("已作出不予入库的决定，并已通知本人。"))


@blueprint.post("/<int:expert_id>/suspend")
@requires("competitions:expert:admit", load=queries.expert)
def suspend(expert: Expert) -> Any:
    """Keep an expert out of draws for now."""
    return _step(expert, "suspend", _("已暂停参评，并已通知本人。"))


@blueprint.post("/<int:expert_id>/leave")
@requires("competitions:expert:leave", load=queries.expert)
def leave(expert: Expert) -> Any:
    """Take an expert off the pool."""
    return _step(expert, "leave", _("已退出专家库。"))


@blueprint.post("/<int:expert_id>/nominate")
@requires("competitions:expert:nominate", load=queries.expert)
def renominate(expert: Expert) -> Any:
    """Put somebody forward again."""
    return _step(expert, "nominate", _("已重新提名，并已通知本人。"))


def _step(expert: Expert, action: str, done: str) -> Any:
    form = StepForm()
    if not form.submitted():
        return _page(expert, action, form)
    try:
        with transaction():
            services.step(current_actor(), expert.id, action, form.reason.data or "")
    except Invalid as problem:
        form.refuse(problem)
        return _page(expert, action, form)
    flash(done)
    return redirect(url_for(".show", expert_id=expert.id), 303)

"""A panel in the office: drawn, asked, bounded, replaced; and the record of the draws."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from charity_portal.competitions.forms.experts import StepForm
from charity_portal.competitions.forms.panels import (
    DrawForm,
    InviteForm,
    LoadsForm,
    draw_form,
    loads_form,
)
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.queries import draws, editions
from charity_portal.competitions.queries import panels as queries
from charity_portal.competitions.queries.panels import Member
from charity_portal.competitions.rules import expertise
from charity_portal.competitions.services import draws as draw_services
from charity_portal.competitions.services import panels as services
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import can, current_actor, requires

blueprint = Blueprint("competitions_panel", __name__, url_prefix="/office/competitions")


@dataclass(frozen=True)
class Forms:
    """What stands on the page; a refused one keeps what was typed."""

    draw: DrawForm | None = None
    invite: InviteForm | None = None
    loads: LoadsForm | None = None
    step: tuple[str, StepForm] | None = None

    @property
    def refused(self) -> bool:
        """Whether one of them was."""
        return any((self.draw, self.invite, self.loads, self.step))


@blueprint.get("/<int:edition_id>/panel")
@requires("competitions:edition:list", load=editions.edition)
def show(edition: Edition) -> Any:
    """The members and what is to be done next."""
    return _page(edition, Forms())


def _page(edition: Edition, forms: Forms) -> Any:
    members = queries.everybody(edition.id)
    words, keys = draws.need_words(edition), draws.needs(edition)
    seated = [m for m in members if m.panelist.state in queries.SEATED]
    seats_open = max(edition.panel_size - len(seated), 0)
    standing = [
        m.panelist.id
        for m in members
        if m.panelist.state == "standby" and m.expert.state == "admitted"
    ]
    changeable = edition.state in queries.RUNNING and can(
        current_actor(), "competitions:panel:manage"
    )
    page = render_template(
        "competitions/panels/office.html",
        edition=edition,
        members=members,
        states=Counter(m.panelist.state for m in members),
        seats_open=seats_open,
        next_up=set(standing[:seats_open]),
        work=queries.work(edition.id),
        ties=queries.tie_counts(edition.id),
        pool=draws.pool(edition) if changeable else None,
        seed=draws.seed_of(edition),
        left_out=draws.LEFT_OUT,
        keys=keys,
        words=words,
        composition=_composition(edition, seated, keys),
        seated=len(seated),
        forms=forms,
        draw_form=forms.draw
        or _draw_form(edition, words, keys, len(standing), seats_open if members else None),
        invite_form=forms.invite or _invite_form(),
        loads_form=forms.loads or loads_form(seated)(formdata=None),
        load_members=seated,
        changeable=changeable,
        expertise=expertise,
    )
    return page, 422 if forms.refused else 200


def _composition(
    edition: Edition, seated: Sequence[Member], keys: Sequence[str]
) -> Mapping[str, int]:
    """How many of those on the panel meet each minimum now."""
    fields = {f"track:{t.track_id}": set(t.expertise) for t in edition.tracks}
    return {
        key: sum(
            bool(fields[key] & set(m.expert.expertise))
            if key in fields
            else key.removeprefix("capacity:") in m.expert.capacities
            for m in seated
        )
        for key in keys
    }


def _draw_form(
    edition: Edition,
    words: Mapping[str, str],
    keys: Sequence[str],
    waiting: int,
    seats_open: int | None,
) -> DrawForm:
    """What to draw: the whole panel at first, later whoever is missing (`seats_open` then)."""
    form = draw_form(words, keys)(formdata=None)
    form.size.data, form.standbys.data = edition.panel_size, edition.standby_size
    if seats_open is not None:
        form.size.data = max(seats_open - waiting, 0)
        for key in keys:
            form.minimum(key).data = 0
    return form


def _invite_form() -> InviteForm:
    form = InviteForm(formdata=None, prefix="invite")
    day = clock.today() + timedelta(days=services.ANSWER_WITHIN.days)
    form.due_at.data = clock.at_local(day, 18)
    return form


@blueprint.post("/<int:edition_id>/panel/draw")
@requires("competitions:panel:manage", load=editions.edition)
def draw(edition: Edition) -> Any:
    """Draw lots; what is drawn cannot be undone."""
    keys = draws.needs(edition)
    form = draw_form(draws.need_words(edition), keys)()
    if not form.submitted():
        return _page(edition, Forms(draw=form))
    try:
        with transaction():
            draw_services.draw(
                current_actor(),
                edition.id,
                form.size.data or 0,
                form.standbys.data or 0,
                form.minimums(keys),
            )
    except Invalid as problem:
        form.refuse(problem)
        return _page(edition, Forms(draw=form))
    flash(_("抽取完成，抽取记录已经保存。"))
    return redirect(url_for(".records", edition_id=edition.id), 303)


@blueprint.get("/<int:edition_id>/panel/draws")
@requires("competitions:edition:list", load=editions.edition)
def records(edition: Edition) -> str:
    """All draws, with everything that repeats them, and who stands behind the codes."""
    members = queries.everybody(edition.id)
    return render_template(
        "competitions/panels/draws.html",
        edition=edition,
        records=draws.public_record(edition.id),
        names={draws.code_of(edition.id, m.expert.id): m.name for m in members},
    )


@blueprint.post("/<int:edition_id>/panel/invite")
@requires("competitions:panel:manage", load=editions.edition)
def invite(edition: Edition) -> Any:
    """Ask the next ones until every seat is asked for."""
    form = InviteForm(prefix="invite")
    due_at = form.due_at.data if form.submitted() else None
    if due_at is None:
        return _page(edition, Forms(invite=form))
    try:
        with transaction():
            asked = services.invite(current_actor(), edition.id, due_at)
    except Invalid as problem:
        form.refuse(problem)
        return _page(edition, Forms(invite=form))
    flash(_("已发出 %(n)s 份邀请。", n=asked) if asked else _("没有需要邀请的专家。"))
    return _back(edition.id)


@blueprint.post("/<int:edition_id>/panel/loads")
@requires("competitions:panel:manage", load=editions.edition)
def loads(edition: Edition) -> Any:
    """Bound the reviews of all members, or of each."""
    members = queries.members(edition.id, queries.SEATED)
    form = loads_form(members)()
    if not form.submitted():
        return _page(edition, Forms(loads=form))
    try:
        with transaction():
            services.set_loads(current_actor(), edition.id, form.bounds(members))
    except Invalid as problem:
        form.refuse(problem)
        return _page(edition, Forms(loads=form))
    flash(_("评审数量已保存。"))
    return _back(edition.id)


@blueprint.post("/panelists/<int:panelist_id>/release")
@requires("competitions:panel:manage", load=queries.panelist)
def release(panelist: Panelist) -> Any:
    """Let a stand-by, or somebody who has not answered, go."""
    return _step(panelist, "release", services.release, _("已取消，名额由候补专家依次递补。"))


@blueprint.post("/panelists/<int:panelist_id>/withdraw")
@requires("competitions:panel:manage", load=queries.panelist)
def withdraw(panelist: Panelist) -> Any:
    """Take a member off the panel."""
    done = _("该专家已退出评审，未提交的评审已作废，名额由候补专家依次递补。")
    return _step(panelist, "withdraw", services.withdraw, done)


def _step(panelist: Panelist, action: str, service: Any, done: str) -> Any:
    form = StepForm()
    edition = editions.edition(panelist.edition_id)
    assert edition is not None
    if not form.submitted():
        return _page(edition, Forms(step=(f"{action}-{panelist.id}", form)))
    with transaction():
        service(current_actor(), panelist.id, form.reason.data or "")
    flash(done)
    return _back(panelist.edition_id)


def _back(edition_id: int) -> Any:
    return redirect(url_for(".show", edition_id=edition_id), 303)

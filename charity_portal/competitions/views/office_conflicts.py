"""The register of conflicts in the office: kept whole, filtered, taken away as a file."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from charity_portal.competitions.forms.conflicts import CHOOSE, ConflictForm, LiftForm, RegisterForm
from charity_portal.competitions.forms.experts import ANY
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.panels import Conflict
from charity_portal.competitions.queries import conflicts as queries
from charity_portal.competitions.queries import editions, panels
from charity_portal.competitions.queries.conflicts import Filter, Row
from charity_portal.competitions.services import conflicts as services
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column

blueprint = Blueprint("competitions_conflicts", __name__, url_prefix="/office/competitions")

COLUMNS = (
    Column("code", say("专家代号"), width=10),
    Column("judge", say("评审专家")),
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("found", say("来源")),
    Column("ground", say("理由"), width=36),
    Column("note", say("依据或说明"), width=40),
    Column("made_by", say("登记人")),
    Column("made_at", say("登记时间"), "datetime", width=20),
    Column("state", say("状态"), width=10),
    Column("lifted_by", say("解除人")),
    Column("lifted_at", say("解除时间"), "datetime", width=20),
    Column("lifted_reason", say("解除理由"), width=40),
)


@blueprint.get("/<int:edition_id>/conflicts")
@requires("competitions:conflict:list", load=editions.edition)
def index(edition: Edition) -> Any:
    """The register, newest first."""
    return _page(edition)


def _page(
    edition: Edition, form: ConflictForm | None = None, lift: tuple[int, LiftForm] | None = None
) -> Any:
    members = panels.everybody(edition.id)
    wanted_form, wanted = _filter(edition, members)
    changeable = can(current_actor(), "competitions:conflict:change")
    page = render_template(
        "competitions/conflicts/register.html",
        edition=edition,
        form=wanted_form,
        page=queries.register_page(edition.id, wanted, request.args.get("after")),
        total=queries.count(edition.id, wanted),
        filters=_kept(wanted),
        paging={"edition_id": edition.id, **_kept(wanted)},
        recusals=queries.recusals(edition.id),
        adding=form or (_conflict_form(edition, members, fresh=True) if changeable else None),
        refused=form is not None,
        lift=lift,
        may_change=changeable,
        may_lift=can(current_actor(), "competitions:conflict:lift"),
    )
    return page, 422 if form or lift else 200


def _filter(edition: Edition, members: list[panels.Member]) -> tuple[RegisterForm, Filter]:
    form = RegisterForm(request.args)
    form.judge.choices = [ANY, *_judges(members)]
    return form, form.wanted()


def _judges(members: list[panels.Member]) -> list[SelectChoice]:
    return [SelectChoice(str(m.panelist.id), f"{m.panelist.code} {m.name}") for m in members]


def _kept(wanted: Filter) -> dict[str, Any]:
    values = {"judge": wanted.panelist_id, "found": wanted.found, "state": wanted.state}
    return {name: value for name, value in values.items() if value}


def _conflict_form(
    edition: Edition, members: list[panels.Member], fresh: bool = False
) -> ConflictForm:
    form = ConflictForm(formdata=None) if fresh else ConflictForm()
    serving = [m for m in members if m.panelist.state in panels.SEATED]
    form.judge.choices = [CHOOSE, *_judges(serving)]
    form.application.choices = [
        CHOOSE,
        *(SelectChoice(str(a.id), f"{a.number} {a.title}") for a in queries.field(edition)),
    ]
    return form


@blueprint.post("/<int:edition_id>/conflicts")
@requires("competitions:conflict:change", load=editions.edition)
def add(edition: Edition) -> Any:
    """Enter a conflict; the pair's reviews are voided and closed."""
    form = _conflict_form(edition, panels.everybody(edition.id))
    if not form.submitted():
        return _page(edition, form)
    try:
        with transaction():
            entered = services.add(
                current_actor(),
                int(form.judge.data),
                int(form.application.data),
                form.code.data,
                form.note.data or "",
            )
    except Invalid as problem:
        form.refuse(problem)
        return _page(edition, form)
    flash(_("回避已登记。") if entered else _("这一回避已在登记簿中，没有重复登记。"))
    return _back(edition.id)


@blueprint.post("/<int:edition_id>/conflicts/detect")
@requires("competitions:conflict:change", load=editions.edition)
def detect(edition: Edition) -> Any:
    """Compare all members with all applications now."""
    with transaction():
        found = services.detect(current_actor(), edition.id)
    flash(_("比对完成，新增 %(n)s 项回避。", n=found) if found else _("比对完成，没有新的回避。"))
    return _back(edition.id)


@blueprint.get("/<int:edition_id>/conflicts/export.<any(csv, xlsx):file_format>")
@requires(
    "competitions:conflict:list", load=lambda edition_id, file_format: editions.edition(edition_id)
)
def export(edition: Edition) -> Any:
    """Exactly the rows of the filter, as xlsx or csv."""
    file_format = (request.view_args or {})["file_format"]
    form = RegisterForm(request.args)
    rows = queries.register(edition.id, form.wanted())
    return table_file(_("回避登记"), COLUMNS, _cells(rows), file_format)


def _cells(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        c = row.conflict
        yield {
            "code": c.panelist.code,
            "judge": row.judge,
            "number": row.application.number if row.application else None,
            "title": row.application.title if row.application else None,
            "organization": row.organization,
            "found": str(row.found),
            "ground": str(row.ground),
            "note": c.note,
            "made_by": row.made_by or _("系统"),
            "made_at": c.made_at,
            "state": _("已解除") if c.lifted_at else _("回避有效"),
            "lifted_by": row.lifted_by,
            "lifted_at": c.lifted_at,
            "lifted_reason": c.lifted_reason,
        }


@blueprint.post("/conflicts/<int:conflict_id>/lift")
@requires("competitions:conflict:lift", load=panels.conflict)
def lift(conflict: Conflict) -> Any:
    """Find that there is no conflict, and say why."""
    form = LiftForm()
    edition = editions.edition(conflict.panelist.edition_id)
    assert edition is not None
    if not form.submitted():
        return _page(edition, lift=(conflict.id, form))
    with transaction():
        services.lift(current_actor(), conflict.id, form.reason.data or "")
    flash(_("回避已解除，登记保留。"))
    return _back(edition.id)


def _back(edition_id: int) -> Any:
    return redirect(url_for(".index", edition_id=edition_id), 303)

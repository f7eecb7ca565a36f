"""The screening queue across calls: filters, paging, export, and filing for others."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request
from wtforms.fields import SelectChoice

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.screening import QueueForm
from charity_portal.projects.models.applications import Application
from charity_portal.projects.queries import calls
from charity_portal.projects.queries import screening as queries
from charity_portal.projects.queries.screening import STATES, Filter, Row

blueprint = Blueprint("projects_screening", __name__, url_prefix="/office/screening")

navigation.add(
    "office",
    "projects_screening.index",
    say("资格审查"),
    "projects:application:list",
    20,
    home_of=("officer",),
)

COLUMNS = (
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("call", say("征集"), width=36),
    Column("track", say("赛道")),
    Column("requested", say("申请金额（元）"), "money"),
    Column("state", say("状态")),
    Column("submitted", say("提交时间"), "datetime", width=20),
    Column("due", say("办理期限"), "datetime", width=20),
    Column("on_behalf", say("代为填报"), width=10),
)


@blueprint.get("")
@requires("projects:application:list")
def index() -> str:
    """The queue, oldest first."""
    form, wanted = _filter()
    return render_template(
        "projects/screening/index.html",
        form=form,
        page=queries.queue(wanted, after=request.args.get("after")),
        total=queries.count(wanted),
        filters=_kept(wanted),
        now=clock.now(),
    )


@blueprint.get("/export.<any(csv, xlsx):file_format>")
@requires("projects:application:list")
def export(file_format: str) -> Any:
    """Exactly the rows of the filter, as xlsx or csv."""
    _form, wanted = _filter()
    return table_file(_("申请审查清单"), COLUMNS, _cells(queries.everything(wanted)), file_format)


def _cells(rows: Iterator[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        a = row.application
        yield {
            "number": a.number,
            "title": a.title,
            "organization": row.organization,
            "call": localized(a.call, "title"),
            "track": localized(a.track, "title") if a.track else None,
            "requested": a.amount_requested_fen,
            "state": str(a.MACHINE.word(a.state)),
            "submitted": a.submitted_at,
            "due": row.due_at,
            "on_behalf": _("是") if a.on_behalf_by else None,
        }


def _filter() -> tuple[QueueForm, Filter]:
    """What the address asks for; what it cannot mean is left out."""
    form = QueueForm(request.args)
    form.call.choices = [
        SelectChoice("", say("全部")),
        *(
            SelectChoice(str(c.id), f"{c.number} {localized(c, 'title')}")
            for c in queries.calls_in_queue()
        ),
    ]
    call_id = _whole(form.call.data)
    tracks = queries.tracks_of(call_id) if call_id is not None else []
    form.track.choices = [
        SelectChoice("", say("全部") if tracks else say("先选择征集")),
        *(SelectChoice(str(t.id), localized(t, "title")) for t in tracks),
    ]
    form.state.choices = [
        SelectChoice("todo", say("待办（待审查、容缺受理）")),
        *(SelectChoice(state, Application.MACHINE.word(state)) for state in STATES),
        SelectChoice("all", say("全部")),
    ]
    state = request.args.get("state") or "todo"
    form.state.data = state if state in (*STATES, "all") else "todo"
    track_id = _whole(form.track.data)
    known = {t.id for t in tracks}
    return form, Filter(
        call_id=call_id,
        state=form.state.data,
        track_id=track_id if track_id in known else None,
        text=form.q.data or "",
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 18 else None


def _kept(wanted: Filter) -> dict[str, Any]:
    """The filter as address values, so that paging and export keep it."""
    values = {
        "q": wanted.text,
        "call": wanted.call_id,
        "track": wanted.track_id,
        "state": wanted.state,
    }
    return {name: value for name, value in values.items() if value}


@blueprint.get("/on-behalf")
@requires("projects:application:file-on-behalf")
def on_behalf() -> str:
    """Assisted filing: choose the call; the organization is chosen on the next page."""
    drafts = queries.filed_by(current_actor().user_id or 0)
    return render_template(
        "projects/screening/on_behalf.html",
        calls=calls.open_calls(),
        drafts=drafts,
        names=organizations.names({d.organization_id for d in drafts}),
    )

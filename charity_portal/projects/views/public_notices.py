"""Public notices for everybody: what is proposed, until when, how to object, what came of it.

A number and a code open an objection's page; which numbers this browser has opened is kept in its
session, so that no code ever stands in an address.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from wtforms.fields import SelectChoice

from charity_portal.kernel import clock, files, navigation, throttling
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, NotFound, TooLarge
from charity_portal.kernel.files import BadFile
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.throttling import Limit, TooManyTries, network_of
from charity_portal.kernel.web import public_page
from charity_portal.projects.errors import NoticeOver
from charity_portal.projects.forms.notices import ObjectionForm, StatusForm
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.notices import PublicNotice
from charity_portal.projects.queries import notices, objections
from charity_portal.projects.rules import notices as rules
from charity_portal.projects.rules.decisions import GRANTS
from charity_portal.projects.services import objections as services
from charity_portal.projects.services.objections import Statement

blueprint = Blueprint("projects_notices", __name__, url_prefix="/notices")

navigation.add("public", "projects_notices.index", say("公示"), "public", 30)

EVIDENCE = files.AllowList(files.IMAGES.kinds | {"pdf"}, max_mb=10)
OPENED = "objections"
LODGED = "objection_receipt"
MOST_OPENED = 5


@blueprint.get("")
@requires("public")
@public_page
def index() -> str:
    """Running notices first, then all of them."""
    return render_template(
        "projects/notices/index.html",
        running=notices.running() if not request.args.get("after") else [],
        page=notices.notices_page(after=request.args.get("after")),
        time_left=_time_left,
        takes=_takes,
    )


def _time_left(notice: PublicNotice) -> Any:
    return rules.time_left(notice.state, notice.ends_on, clock.now())


def _takes(notice: PublicNotice) -> bool:
    return rules.takes_objections(notice.state, notice.ends_on, clock.now())


@blueprint.get("/<number>")
@requires("public", load=notices.by_number)
@public_page
def show(notice: PublicNotice) -> str:
    """One notice."""
    projects = notices.projects(notice.id)
    proposed = [p for p in projects if p.outcome in GRANTS]
    counts = objections.objection_counts([notice.id])[notice.id]
    return render_template(
        "projects/notices/show.html",
        notice=notice,
        call=notice.call,
        proposed=proposed,
        reserves=[p for p in projects if p.outcome == "reserve"],
        total=sum(p.amount for p in proposed),
        requested=sum(p.requested for p in proposed),
        left=_time_left(notice),
        takes=_takes(notice),
        outcomes=notices.outcomes([notice.id]),
        received=sum(counts.values()),
        open_ones=sum(counts.get(state, 0) for state in rules.OPEN),
        examination=rules.EXAMINATION_WORKDAYS,
        machine=Application.MACHINE,
        siblings=[n for n in notices.notices_of_call(notice.call_id) if n.id != notice.id],
    )


@blueprint.route("/<number>/objections/new", methods=["GET", "POST"])
@requires("public", load=notices.by_number)
def object_to(notice: PublicNotice) -> Any:
    """The form for an objection. After midnight of the last day it is refused, not merely hidden."""
    form = _objection_form(notice)
    if request.method == "GET":
        if not _takes(notice):
            raise NoticeOver
        return _objection_page(notice, form)
    if not form.submitted():
        return _objection_page(notice, form), 422
    try:
        _count_try(rules.LODGING)
        prepared = _evidence(form)
        with transaction():
            given = services.lodge(current_actor(), notice.id, _statement(form), prepared)
    except (BadFile, TooLarge) as problem:
        form.evidence.errors = [*form.evidence.errors, str(problem.message)]
        return _objection_page(notice, form), problem.status
    except (Invalid, NoticeOver, TooManyTries) as problem:
        form.refuse(problem)
        return _objection_page(notice, form), problem.status
    session[LODGED] = {"number": given.number, "code": given.code}
    _open_for_this_browser(given.number)
    return redirect(url_for(".receipt"), 303)


def _count_try(limit: Limit) -> None:
    """The pages are open to everybody: TooManyTries keeps a script from flooding or guessing."""
    with transaction():
        throttling.count((limit, network_of(request.remote_addr)))


def _evidence(form: ObjectionForm) -> files.Prepared | None:
    upload = form.evidence.data
    if not upload or not upload.filename:
        return None
    return files.prepare(upload.stream, upload.filename, EVIDENCE)


def _objection_form(notice: PublicNotice) -> ObjectionForm:
    form = ObjectionForm()
    proposed = [p for p in notices.projects(notice.id) if p.outcome in GRANTS]
    form.application_id.choices = [
        SelectChoice("", say("请选择")),
        *(
            SelectChoice(
                str(p.application_id),
                say("%(title)s（%(organization)s）", title=p.title, organization=p.organization),
            )
            for p in proposed
        ),
    ]
    wanted = request.args.get("project", "")
    if request.method == "GET" and wanted in {str(p.application_id) for p in proposed}:
        form.application_id.data = wanted
    return form


def _statement(form: ObjectionForm) -> Statement:
    return Statement(
        int(form.application_id.data),
        form.person.data or "",
        form.contact.data or "",
        form.text.data or "",
    )


def _objection_page(notice: PublicNotice, form: ObjectionForm) -> str:
    return render_template(
        "projects/notices/objection_new.html",
        notice=notice,
        form=form,
        left=_time_left(notice),
        accept=EVIDENCE.accept,
        limit=EVIDENCE.max_mb,
        examination=rules.EXAMINATION_WORKDAYS,
    )


@blueprint.get("/objections/receipt")
@requires("public")
def receipt() -> Any:
    """Number and code, shown once."""
    lodged = session.pop(LODGED, None)
    if lodged is None:
        flash(_("受理回执只显示一次。请凭受理编号和查询码查询。"), "warn")
        return redirect(url_for(".status"), 302)
    found = objections.objection_by_number(lodged["number"])
    if found is None:
        raise NotFound
    return render_template(
        "projects/notices/receipt.html", objection=found, code=_spaced(lodged["code"])
    )


def _spaced(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _open_for_this_browser(number: str) -> None:
    opened = [n for n in session.get(OPENED, []) if n != number]
    session[OPENED] = [*opened, number][-MOST_OPENED:]


@blueprint.route("/objections/status", methods=["GET", "POST"])
@requires("public")
def status() -> Any:
    """Ask for number and code; the right pair opens the objection's page."""
    form = StatusForm()
    if request.method == "GET":
        return render_template("projects/notices/status.html", form=form)
    if form.submitted():
        _count_try(rules.LOOKING_UP)
        found = objections.objection_by_code(form.number.data or "", form.code.data or "")
        if found is not None:
            _open_for_this_browser(found.number)
            return redirect(url_for(".progress", number=found.number), 303)
        form.form_errors.append(_("受理编号和查询码不相符，请核对后再试。"))
    return render_template("projects/notices/status.html", form=form), 422


@blueprint.get("/objections/<number>")
@requires("public")
def progress(number: str) -> Any:
    """How far an objection is, for whoever has shown its code in this browser."""
    if number not in session.get(OPENED, []):
        return redirect(url_for(".status"), 302)
    found = objections.objection_by_number(number)
    if found is None:
        raise NotFound
    return render_template("projects/notices/objection_status.html", objection=found)

"""The register as officers keep it."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.organizations import errors, queries
from charity_portal.organizations.forms import OfficeFilterForm, OrganizationForm, StandingForm
from charity_portal.organizations.models import Organization
from charity_portal.organizations.rules.identity import STANDINGS
from charity_portal.organizations.services import register
from charity_portal.organizations.views import facts, history
from charity_portal.organizations.views.downloads import register_file

blueprint = Blueprint("organizations_office", __name__, url_prefix="/office/organizations")
navigation.add(
    "office", "organizations_office.index", say("机构登记库"), "organizations:organization:read", 50
)


@blueprint.get("")
@requires("organizations:organization:read")
def index() -> Any:
    """The register, searchable, with everything that officers can do with it."""
    form = OfficeFilterForm()
    search = form.search()
    return render_template(
        "organizations/office_register.html",
        form=form,
        page=queries.register_page(search, request.args.get("after")),
        kept=form.kept(),
        total=queries.count(search),
        standings=queries.standings_on(clock.today()),
        standing_words=STANDINGS,
        today=clock.today(),
    )


@blueprint.get("/export.<any(xlsx, csv):file_format>")
@requires("organizations:organization:read")
def export(file_format: str) -> Response:
    """The rows of the list as a roster that can come back; contacts only for those who keep them."""
    contacts = can(current_actor(), "organizations:organization:manage")
    return register_file(OfficeFilterForm().search(), file_format, contacts, published=False)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("organizations:organization:manage")
def create() -> Any:
    """Enter an organization."""
    form = OrganizationForm()
    if not form.submitted():
        return _form_page(form, None, 422 if form.errors else 200)
    try:
        with transaction():
            key = register.register(current_actor(), form.values(), _host_id(form))
    except (Invalid, errors.Duplicate) as refusal:
        return _refused(form, None, refusal)
    flash(_("已录入登记库。"))
    return redirect(url_for("organizations_office.show", organization_id=key), 303)


@blueprint.get("/<int:organization_id>")
@requires("organizations:organization:read", load=queries.organization)
def show(organization: Organization) -> Any:
    """One entry with its standing and its history."""
    full = can(current_actor(), "organizations:organization:manage")
    return render_template(
        "organizations/office_show.html",
        organization=organization,
        facts=facts.entry(organization, published=not full),
        standing=queries.standing_on(organization.id, clock.today()),
        standing_words=STANDINGS,
        standings=queries.standings(organization.id),
        members=len(queries.members(organization.id)),
        history=history.lines(organization),
    )


@blueprint.route("/<int:organization_id>/edit", methods=["GET", "POST"])
@requires("organizations:organization:manage", load=queries.organization)
def edit(organization: Organization) -> Any:
    """Change an entry."""
    form = OrganizationForm(organization)
    if not form.submitted():
        if request.method == "GET":
            form.host.data = _host_code(organization)
        return _form_page(form, organization, 422 if form.errors else 200)
    try:
        with transaction():
            changed = register.update(
                current_actor(), organization.id, form.values(), _host_id(form)
            )
    except (Invalid, errors.Duplicate) as refusal:
        return _refused(form, organization, refusal)
    flash(_("修改已保存。") if changed else _("内容没有变化。"))
    return redirect(url_for("organizations_office.show", organization_id=organization.id), 303)


@blueprint.route("/<int:organization_id>/standing", methods=["GET", "POST"])
@requires("organizations:organization:manage", load=queries.organization)
def standing(organization: Organization) -> Any:
    """Put an organization on a list or take it off."""
    form = StandingForm()
    status = 200
    if form.submitted():
        try:
            with transaction():
                register.set_standing(
                    current_actor(),
                    organization.id,
                    form.standing.data,
                    form.from_date.data,
                    form.basis.data,
                )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("名录状态已变更。"))
            target = url_for("organizations_office.show", organization_id=organization.id)
            return redirect(target, 303)
    if form.errors:
        status = 422
    spans = queries.standings(organization.id)
    page = render_template(
        "organizations/standing.html",
        form=form,
        organization=organization,
        standings=spans,
        present=queries.standing_on(organization.id, clock.today()),
        standing_words=STANDINGS,
    )
    return page, status


@blueprint.post("/<int:organization_id>/archive")
@requires("organizations:organization:manage", load=queries.organization)
def archive(organization: Organization) -> Any:
    """Take an organization out of the lists."""
    return _archived(organization, True, _("已归档，公开登记库不再显示。"))


@blueprint.post("/<int:organization_id>/restore")
@requires("organizations:organization:manage", load=queries.organization)
def restore(organization: Organization) -> Any:
    """Bring an archived organization back."""
    return _archived(organization, False, _("已恢复到登记库。"))


def _archived(organization: Organization, archived: bool, said: str) -> Any:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    with transaction():
        register.set_archived(current_actor(), organization.id, archived, reason)
    flash(said)
    return redirect(url_for("organizations_office.show", organization_id=organization.id), 303)


def _host_code(organization: Organization) -> str:
    host = queries.organization(organization.host_id) if organization.host_id else None
    return host.uscc or "" if host is not None else ""


def _host_id(form: OrganizationForm) -> int | None:
    """The host that was named by its code; Invalid when there is none with it."""
    if not form.host.data:
        return None
    host = queries.find_by_code(form.host.data.strip().upper())
    if host is None:
        raise Invalid(fields={"host": [say("登记库中没有该代码的机构。")]})
    return host.id


def _refused(
    form: OrganizationForm, organization: Organization | None, refusal: PortalError
) -> Any:
    form.refuse(refusal)
    known = refusal.organization_id if isinstance(refusal, errors.Duplicate) else None
    return _form_page(form, organization, refusal.status, known)


def _form_page(
    form: OrganizationForm, organization: Organization | None, status: int, known: int | None = None
) -> Any:
    page = render_template(
        "organizations/edit.html", form=form, organization=organization, known=known
    )
    return page, status

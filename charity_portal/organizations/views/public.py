"""The public register."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import requires
from charity_portal.organizations import queries
from charity_portal.organizations.forms import FilterForm
from charity_portal.organizations.models import Organization
from charity_portal.organizations.rules.identity import STANDINGS
from charity_portal.organizations.views import facts
from charity_portal.organizations.views.downloads import register_file

blueprint = Blueprint("organizations_public", __name__, url_prefix="/organizations")
navigation.add("public", "organizations_public.index", say("社会组织"), "public", 40)


def _listed(organization_id: int) -> Organization | None:
    """An organization of the register; archived ones are gone from it."""
    found = queries.organization(organization_id)
    return found if found is not None and found.archived_at is None else None


@blueprint.get("")
@requires("public")
def index() -> Any:
    """The register, searchable."""
    form = FilterForm()
    search = form.search()
    page = queries.register_page(search, request.args.get("after"))
    return render_template(
        "organizations/register.html",
        form=form,
        page=page,
        kept=form.kept(),
        total=queries.count(search),
        standings=queries.standings_on(clock.today()),
        standing_words=STANDINGS,
        today=clock.today(),
    )


@blueprint.get("/export.<any(xlsx, csv):file_format>")
@requires("public")
def export(file_format: str) -> Response:
    """The same rows as a file, without anything about contact persons."""
    return register_file(FilterForm().search(), file_format, contacts=False, published=True)


@blueprint.get("/<int:organization_id>")
@requires("organizations:register:see", load=_listed)
def show(organization: Organization) -> Any:
    """One organization, as far as the register is public."""
    return render_template(
        "organizations/public.html",
        organization=organization,
        facts=facts.entry(organization, published=True),
        standing=queries.standing_on(organization.id, clock.today()),
        standing_words=STANDINGS,
        standings=queries.standings(organization.id),
    )

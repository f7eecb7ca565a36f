"""A person's own organizations, and what there is to do for them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock, files, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import errors, queries
from charity_portal.organizations.forms import UPLOAD_MISSING, ClaimForm
from charity_portal.organizations.models import Claim, Organization
from charity_portal.organizations.rules.identity import STANDINGS
from charity_portal.organizations.services import claims
from charity_portal.organizations.views import facts

blueprint = Blueprint("organizations", __name__, url_prefix="/workspace")
navigation.add(
    "workspace", "organizations.workspace_home", say("我的机构"), "organizations:workspace:see", 10
)


@blueprint.get("")
@requires("organizations:workspace:see")
def workspace_home() -> Any:
    """My organizations, my claims, and what to do next."""
    actor = current_actor()
    user_id = actor.user_id or 0
    return render_template(
        "organizations/workspace.html",
        memberships=queries.own_organizations(user_id),
        standings=queries.standings_on(clock.today()),
        standing_words=STANDINGS,
        claims=queries.claims(user_id=user_id),
        cards=queries.cards(actor),
    )


@blueprint.get("/organizations/<int:organization_id>")
@requires("organizations:members:see", load=queries.organization)
def show(organization: Organization) -> Any:
    """One of my organizations as the register has it."""
    return render_template(
        "organizations/own.html",
        organization=organization,
        facts=facts.entry(organization),
        standing=queries.standing_on(organization.id, clock.today()),
        standing_words=STANDINGS,
        standings=queries.standings(organization.id),
    )


@blueprint.route("/claims/new", methods=["GET", "POST"])
@requires("organizations:claim:make")
def claim() -> Any:
    """Say that one acts for an organization, with a letter of authority."""
    form = ClaimForm()
    status = 200
    if form.submitted():
        try:
            _submit(form)
        except PortalError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            flash(_("认领申请已提交，民政局审核后会在这里显示结果。"))
            return redirect(url_for("organizations.workspace_home"), 303)
    elif form.errors:
        status = 422
    return render_template("organizations/claim.html", form=form), status


def _submit(form: ClaimForm) -> None:
    found = queries.find_by_code(form.code.data.strip().upper())
    if found is None:
        raise errors.UnknownCode
    upload: Any = request.files.get("letter")
    if upload is None or not upload.filename:
        raise Invalid(fields={"letter": [UPLOAD_MISSING]})
    try:
        letter = files.prepare(upload.stream, upload.filename, files.VOUCHERS)
    except Invalid as wrong:
        raise Invalid(fields={"letter": [wrong.message]}) from wrong
    with transaction():
        claims.claim(current_actor(), found.id, form.position.data, letter)


@blueprint.post("/claims/<int:claim_id>/withdraw")
@requires("organizations:claim:withdraw", load=queries.claim)
def withdraw(claim: Claim) -> Any:
    """Take one's own claim back."""
    with transaction():
        claims.withdraw_claim(current_actor(), claim.id)
    flash(_("认领申请已撤回。"))
    return redirect(url_for("organizations.workspace_home"), 303)

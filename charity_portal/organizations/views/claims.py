"""Claims as officers decide them."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import files, navigation
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries
from charity_portal.organizations.forms import DecisionForm
from charity_portal.organizations.models import Claim
from charity_portal.organizations.services import claims

blueprint = Blueprint("organizations_claims", __name__, url_prefix="/office/organization-claims")
navigation.add(
    "office", "organizations_claims.index", say("认领申请"), "organizations:claim:decide", 52
)


@blueprint.get("")
@requires("organizations:claim:decide")
def index() -> Any:
    """All claims, those that wait first."""
    state = request.args.get("state", "")
    found = queries.claims(state if state in Claim.MACHINE.states else "")
    found.sort(key=lambda claim: claim.state != "submitted")
    return render_template(
        "organizations/claims.html",
        claims=found,
        machine=Claim.MACHINE,
        people=accounts.people(claim.user_id for claim in found),
    )


@blueprint.get("/<int:claim_id>")
@requires("organizations:claim:decide", load=queries.claim)
def show(claim: Claim) -> Any:
    """One claim with its letter."""
    return _page(claim, DecisionForm(), 200)


@blueprint.post("/<int:claim_id>")
@requires("organizations:claim:decide", load=queries.claim)
def decide(claim: Claim) -> Any:
    """Make the claimant the owner, or refuse."""
    form = DecisionForm()
    if not form.submitted():
        return _page(claim, form, 422)
    try:
        with transaction():
            claims.decide_claim(
                current_actor(), claim.id, form.decision.data == "approve", form.reason.data or None
            )
    except PortalError as refusal:
        form.refuse(refusal)
        return _page(claim, form, refusal.status)
    flash(_("审核结果已保存。"))
    return redirect(url_for("organizations_claims.index"), 303)


@blueprint.get("/<int:claim_id>/letter")
@requires("organizations:claim:see", load=queries.claim)
def letter(claim: Claim) -> Response:
    """The letter of authority."""
    return files.serve(db.session.get_one(files.StoredFile, claim.letter_id), inline=True)


def _page(claim: Claim, form: DecisionForm, status: int) -> Any:
    fresh = queries.claim(claim.id)
    page = render_template(
        "organizations/claim_show.html",
        claim=fresh,
        machine=Claim.MACHINE,
        person=accounts.person(claim.user_id),
        decider=accounts.person(claim.decided_by) if claim.decided_by else None,
        form=form,
    )
    return page, status

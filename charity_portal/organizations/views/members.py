"""Who acts for an organization: invite, change, hand over, remove, leave."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services import invitations
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.organizations import queries
from charity_portal.organizations.forms import InviteForm, MemberForm
from charity_portal.organizations.models import Invitation, Organization
from charity_portal.organizations.rules import words
from charity_portal.organizations.rules.identity import ROLES
from charity_portal.organizations.services import members

blueprint = Blueprint(
    "organizations_members",
    __name__,
    url_prefix="/workspace/organizations/<int:organization_id>/members",
)
letters = Blueprint(
    "organizations_invitations", __name__, url_prefix="/workspace/invitations/<int:invitation_id>"
)


@blueprint.get("")
@requires("organizations:members:see", load=queries.organization)
def index(organization: Organization) -> Any:
    """The members and the invitations that are out."""
    return _page(organization, _invite_form(organization), 200)


@blueprint.post("")
@requires("organizations:members:invite", load=queries.organization)
def invite(organization: Organization) -> Any:
    """Offer somebody a role by e-mail."""
    form = _invite_form(organization)
    if not form.submitted():
        return _page(organization, form, 422)
    try:
        with transaction():
            members.invite(
                current_actor(),
                organization.id,
                form.email.data,
                form.role.data,
                form.locale.data,
            )
    except PortalError as refusal:
        form.refuse(refusal)
        return _page(organization, form, refusal.status)
    flash(_("邀请已发出，14 天内有效。"))
    return _back(organization)


@letters.post("/revoke")
@requires("organizations:invitation:revoke", load=queries.invitation)
def revoke(invitation: Invitation) -> Any:
    """Take an offer back."""
    with transaction():
        members.revoke(current_actor(), invitation.id)
    flash(_("邀请已撤回。"))
    target = url_for("organizations_members.index", organization_id=invitation.organization_id)
    return redirect(target, 303)


@blueprint.post("/role")
@requires("organizations:members:manage", load=queries.organization)
def change_role(organization: Organization) -> Any:
    """Give a member another role."""
    form = _step()
    with transaction():
        members.change_role(
            current_actor(), organization.id, form.user_id.data, form.role.data or ""
        )
    flash(_("成员角色已变更。"))
    return _back(organization)


@blueprint.post("/hand-over")
@requires("organizations:members:hand_over", load=queries.organization)
def hand_over(organization: Organization) -> Any:
    """Make another member the owner."""
    form = _step()
    with transaction():
        members.hand_over(
            current_actor(), organization.id, form.user_id.data, form.reason.data or None
        )
    flash(_("负责人已移交。"))
    return _back(organization)


@blueprint.post("/remove")
@requires("organizations:members:manage", load=queries.organization)
def remove(organization: Organization) -> Any:
    """End somebody's membership."""
    form = _step()
    with transaction():
        members.remove(current_actor(), organization.id, form.user_id.data)
    flash(_("成员已移除。"))
    return _back(organization)


@blueprint.post("/leave")
@requires("organizations:members:leave", load=queries.organization)
def leave(organization: Organization) -> Any:
    """End one's own membership."""
    actor = current_actor()
    with transaction():
        members.remove(actor, organization.id, actor.user_id or 0)
    flash(_("您已退出该机构。"))
    return redirect(url_for("organizations.workspace_home"), 303)


def _step() -> MemberForm:
    form = MemberForm()
    if not form.submitted():
        raise Invalid(fields={"user_id": [say("请选择成员。")]})
    return form


def _back(organization: Organization) -> Any:
    target = url_for("organizations_members.index", organization_id=organization.id)
    return redirect(target, 303)


def _invite_form(organization: Organization) -> InviteForm:
    owned = any(member.role == "owner" for member in queries.members(organization.id))
    return InviteForm(owner_wanted=not owned)


def _page(organization: Organization, form: InviteForm, status: int) -> Any:
    actor = current_actor()
    found = queries.members(organization.id)
    offers = queries.invitations(organization.id)
    states = invitations.states(offer.link_id for offer in offers)
    page = render_template(
        "organizations/members.html",
        organization=organization,
        members=found,
        people=accounts.people(member.user_id for member in found),
        offers=[
            (offer, states[offer.link_id], words.LINK_STATES[states[offer.link_id]])
            for offer in offers
        ],
        form=form,
        roles=ROLES,
        own_role=actor.role_in(organization.id),
        by_office=actor.role_in(organization.id) is None
        and can(actor, "organizations:members:hand_over", organization),
    )
    return page, status

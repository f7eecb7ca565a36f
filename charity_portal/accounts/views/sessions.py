"""Where a person is signed in, and signing out there."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from charity_portal.accounts import queries
from charity_portal.accounts.services import sessions
from charity_portal.accounts.views import identity
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("accounts_sessions", __name__, url_prefix="/account/sessions")
blueprint.after_request(identity.never_stored)

navigation.add("account", "accounts_sessions.index", say("登录设备"), "accounts:self:edit", 20)


@blueprint.get("")
@requires("accounts:self:edit")
def index() -> Any:
    """Open sessions first, then those that are over."""
    known = identity.own_identity()
    lines = queries.sessions_of(known.user_id)
    return render_template(
        "accounts/sessions.html",
        live=[line for line in lines if line.live],
        over=[line for line in lines if not line.live],
        own=known.session_id,
    )


@blueprint.post("/<int:session_id>/revoke")
@requires("accounts:self:edit")
def revoke(session_id: int) -> Any:
    """Sign out one session; of one's own present one, that is signing out."""
    known = identity.own_identity()
    with transaction():
        sessions.revoke(current_actor(), known.user_id, session_id)
    if session_id == known.session_id:
        identity.leave()
        return redirect(url_for("accounts.sign_in"), 303)
    flash(_("该设备已退出登录。"))
    return redirect(url_for("accounts_sessions.index"), 303)


@blueprint.post("/revoke-others")
@requires("accounts:self:edit")
def revoke_others() -> Any:
    """Sign out everywhere but here."""
    known = identity.own_identity()
    with transaction():
        ended = sessions.revoke_others(current_actor(), known.user_id, known.session_id)
    flash(_("已退出其他 %(n)s 处登录。", n=ended))
    return redirect(url_for("accounts_sessions.index"), 303)

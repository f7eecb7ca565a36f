"""Where the links in letters lead.

A link's token leaves the address bar at once: it moves into the cookie, and the page that uses it has
a plain address. Opening a link changes nothing, so that a mail scanner cannot spend it.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries
from charity_portal.accounts.errors import LinkUnusable
from charity_portal.accounts.forms import FinishForm, NewPasswordForm
from charity_portal.accounts.services import invitations, passwords, people, recovery, registration
from charity_portal.accounts.views import identity
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("accounts_links", __name__, url_prefix="/account")
blueprint.after_request(identity.never_stored)

PAGES = {
    "reset": "accounts_links.new_password",
    "invite": "accounts_links.new_password",
    "register": "accounts_links.finish_registration",
    "confirm": "accounts_links.confirm_email",
    "join": "accounts_links.invitation",
}


@blueprint.errorhandler(LinkUnusable)
def unusable(problem: LinkUnusable) -> Any:
    """Say what to do instead of using the link again."""
    return render_template("accounts/link_unusable.html", message=problem.message), problem.status


@blueprint.get("/link")
@requires("public")
def follow() -> Any:
    """Take a link's token out of the address and go to the page of its purpose."""
    token = request.args.get("token", "")
    link = queries.usable_link(token, *PAGES)
    if link is None:
        raise LinkUnusable
    identity.keep_link(token)
    return redirect(url_for(PAGES[link.purpose]), 303)


def _waiting(*purposes: str) -> tuple[str, Any]:
    token = identity.waiting_link() or ""
    link = queries.usable_link(token, *purposes)
    if link is None:
        raise LinkUnusable
    return token, link


@blueprint.route("/password/new", methods=["GET", "POST"])
@requires("public")
def new_password() -> Any:
    """Set a password by a link: a forgotten one, or the first."""
    token, link = _waiting("reset", "invite")
    person = queries.person(link.user_id)
    if person is None or not person.is_active:
        raise LinkUnusable
    form = NewPasswordForm()
    if form.submitted():
        try:
            passwords.check_strength(form.password.data or "", (person.email, person.name))
            made = passwords.hash_password(form.password.data or "")
            with transaction():
                recovery.set_by_link(token, made)
        except Invalid as problem:
            form.refuse(problem)
        else:
            identity.leave()
            flash(_("密码已设置，请登录。"))
            return redirect(url_for("accounts.sign_in"), 303)
    page = render_template(
        "accounts/new_password.html", form=form, email=person.email, first=link.purpose == "invite"
    )
    return page, 422 if form.errors else 200


@blueprint.route("/register/finish", methods=["GET", "POST"])
@requires("public")
def finish_registration() -> Any:
    """The address is proved: set a password, and the account is open."""
    token, link = _waiting("register")
    form = NewPasswordForm()
    if form.submitted():
        try:
            passwords.check_strength(form.password.data or "", (link.email, link.payload["name"]))
            made = passwords.hash_password(form.password.data or "")
            with transaction():
                registration.complete(token, made)
        except Invalid as problem:
            form.refuse(problem)
        else:
            identity.drop_link()
            flash(_("账号已开通，请登录。"))
            return redirect(url_for("accounts.sign_in"), 303)
    page = render_template("accounts/new_password.html", form=form, email=link.email, first=True)
    return page, 422 if form.errors else 200


@blueprint.route("/email/confirm", methods=["GET", "POST"])
@requires("public")
def confirm_email() -> Any:
    """The new address is proved; pressing the button makes it the one that signs in."""
    token, link = _waiting("confirm")
    if request.method == "GET":
        return render_template("accounts/confirm_email.html", email=link.email)
    with transaction():
        people.take_new_email(token)
    identity.drop_link()
    flash(_("登录邮箱已更换，今后请用新邮箱登录。"))
    signed_in = current_actor().signed_in
    return redirect(url_for("accounts_profile.show" if signed_in else "accounts.sign_in"), 303)


@blueprint.get("/invitation")
@requires("public")
def invitation() -> Any:
    """An invitation: accept as the person signed in, sign in first, or open an account."""
    token, link = _waiting("join")
    return _invitation_page(token, link.email, FinishForm(formdata=None), 200)


def _invitation_page(token: str, email: str, form: FinishForm, status: int) -> Any:
    offer = invitations.offer(token)
    if offer is None:
        raise LinkUnusable
    page = render_template(
        "accounts/invitation.html",
        offer=offer,
        form=form,
        has_account=queries.find_by_email(email) is not None,
        here=url_for("accounts_links.invitation"),
    )
    return page, status


@blueprint.post("/invitation/accept")
@requires("accounts:self:edit")
def accept_invitation() -> Any:
    """The signed-in person accepts."""
    token, _link = _waiting("join")
    with transaction():
        path = invitations.accept(current_actor(), token)
    identity.drop_link()
    flash(_("已接受邀请。"))
    return redirect(path, 303)


@blueprint.post("/invitation/join")
@requires("public")
def join_with_new_account() -> Any:
    """Somebody without an account opens one and accepts in one step."""
    token, link = _waiting("join")
    form = FinishForm()
    if form.submitted():
        try:
            known = (link.email, form.name.data or "")
            passwords.check_strength(form.password.data or "", known)
            made = passwords.hash_password(form.password.data or "")
            with transaction():
                session_token, path = invitations.accept_with_new_account(
                    token, form.name.data or "", made, identity.device(), identity.shown_network()
                )
        except Invalid as problem:
            form.refuse(problem)
        else:
            identity.drop_link()
            identity.enter(session_token, staff=False)
            flash(_("已接受邀请。"))
            return redirect(path, 303)
    return _invitation_page(token, link.email, form, 422)

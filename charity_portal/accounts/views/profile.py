"""A person's own account: name, address, password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries
from charity_portal.accounts.forms import ChangePasswordForm, EmailForm, ProfileForm
from charity_portal.accounts.services import passwords, people
from charity_portal.accounts.services.recovery import count_letter
from charity_portal.accounts.views import identity
from charity_portal.accounts.views.again import check_password
from charity_portal.accounts.views.refusals import refuse
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("accounts_profile", __name__, url_prefix="/account")
blueprint.after_request(identity.never_stored)

navigation.add("account", "accounts_profile.show", say("我的账号"), "accounts:self:edit", 10)


@blueprint.get("/profile")
@requires("accounts:self:edit")
def show() -> Any:
    """What the portal knows of the person, and what can be changed."""
    known = identity.own_identity()
    owner = queries.account(known.user_id)
    return render_template(
        "accounts/profile.html",
        owner=owner,
        known=known,
        has_second_factor=owner is not None and owner.totp_secret is not None,
        codes_left=queries.recovery_codes_left(known.user_id),
        role_words=[queries.role_word(role) for role in sorted(known.roles)],
    )


@blueprint.route("/profile/edit", methods=["GET", "POST"])
@requires("accounts:self:edit")
def edit() -> Any:
    """Change name and language of letters."""
    known = identity.own_identity()
    form = ProfileForm(data={"name": known.name, "locale": known.locale})
    if form.submitted():
        with transaction():
            people.edit_profile(
                current_actor(), known.user_id, form.name.data or "", form.locale.data
            )
        flash(_("已保存。"))
        return redirect(url_for("accounts_profile.show"), 303)
    return render_template("accounts/profile_edit.html", form=form), 422 if form.errors else 200


@blueprint.route("/email", methods=["GET", "POST"])
@requires("accounts:self:edit")
def email() -> Any:
    """Change the address: a letter to the new one must be answered first."""
    known, form = identity.own_identity(), EmailForm()
    status = 422 if request.method == "POST" else 200
    headers: dict[str, str] = {}
    if form.submitted():
        new = form.email.data or ""
        try:
            check_password(known.user_id, form.current_password.data or "")
            with transaction():
                count_letter(new, identity.network())
                people.ask_new_email(current_actor(), known.user_id, new)
        except PortalError as problem:
            status, headers = refuse(form, problem)
        else:
            flash(_("确认邮件已发往新邮箱。打开邮件中的链接后，新邮箱才会生效。"))
            return redirect(url_for("accounts_profile.show"), 303)
    page = render_template("accounts/profile_email.html", form=form, email=known.email)
    return page, status, headers


@blueprint.route("/password", methods=["GET", "POST"])
@requires("accounts:self:edit")
def password() -> Any:
    """Change the password: every other session ends."""
    known, form = identity.own_identity(), ChangePasswordForm()
    status = 422 if request.method == "POST" else 200
    headers: dict[str, str] = {}
    if form.submitted():
        try:
            check_password(known.user_id, form.current_password.data or "")
            passwords.check_strength(form.password.data or "", (known.email, known.name))
            made = passwords.hash_password(form.password.data or "")
            with transaction():
                passwords.set_password(current_actor(), known.user_id, made, known.session_id)
        except PortalError as problem:
            status, headers = refuse(form, problem)
        else:
            flash(_("密码已修改，其他设备已全部退出登录。"))
            return redirect(url_for("accounts_profile.show"), 303)
    return render_template("accounts/profile_password.html", form=form), status, headers

"""Opening an account, and asking for a new password: both answer alike whoever has the address."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from charity_portal.accounts.forms import ForgottenForm, RegisterForm
from charity_portal.accounts.services import recovery, registration
from charity_portal.accounts.views import identity
from charity_portal.accounts.views.refusals import refuse
from charity_portal.kernel.database import transaction
from charity_portal.kernel.i18n import language
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.throttling import TooManyTries

blueprint = Blueprint("accounts_registration", __name__, url_prefix="/account")
blueprint.after_request(identity.never_stored)


@blueprint.route("/register", methods=["GET", "POST"])
@requires("public")
def register() -> Any:
    """Ask for an account."""
    form = RegisterForm()
    if request.method == "GET":
        form.locale.data = language()
    status = 422 if request.method == "POST" else 200
    headers: dict[str, str] = {}
    if form.submitted():
        try:
            with transaction():
                registration.ask(
                    form.email.data or "",
                    form.name.data or "",
                    form.locale.data,
                    identity.network(),
                )
        except TooManyTries as wait:
            status, headers = refuse(form, wait)
        else:
            return redirect(url_for("accounts_registration.sent"), 303)
    page = render_template("accounts/register.html", form=form)
    return page, status, headers


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@requires("public")
def forgotten() -> Any:
    """Ask for a link to set a new password."""
    form, status = ForgottenForm(), 422 if request.method == "POST" else 200
    headers: dict[str, str] = {}
    if form.submitted():
        try:
            with transaction():
                recovery.ask(form.email.data or "", identity.network())
        except TooManyTries as wait:
            status, headers = refuse(form, wait)
        else:
            return redirect(url_for("accounts_registration.sent"), 303)
    return render_template("accounts/forgotten.html", form=form), status, headers


@blueprint.get("/letter-sent")
@requires("public")
def sent() -> Any:
    """A letter is on its way, if there is somebody to receive it."""
    return render_template("accounts/letter_sent.html")

"""The second factor: shown at sign-in, set up, replaced; recovery codes."""

from typing import Any

import segno
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for

from charity_portal.accounts import queries
from charity_portal.accounts.forms import CodeForm, PasswordAgainForm
from charity_portal.accounts.models import User
from charity_portal.accounts.queries import Identity
from charity_portal.accounts.rules import second_factor as rules
from charity_portal.accounts.services import second_factor
from charity_portal.accounts.views import identity
from charity_portal.accounts.views.again import check_password
from charity_portal.accounts.views.refusals import refuse
from charity_portal.accounts.views.sign_in import onward, wanted_path
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import NotFound, PortalError
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("accounts_second_factor", __name__, url_prefix="/account/second-factor")
blueprint.after_request(identity.never_stored)


def _owner() -> tuple[Identity, User]:
    known = identity.own_identity()
    owner = queries.account(known.user_id)
    if owner is None:
        raise NotFound
    return known, owner


def _demo_code(owner: User, secret: str | None, last_step: int | None) -> str | None:
    """The present code, for demonstration accounts on a demonstration; None for everybody else,
    and empty when all codes of this half minute have been used."""
    if not (current_app.config["DEMO"] and owner.is_demo and secret):
        return None
    return rules.next_code(secret, clock.now(), last_step) or ""


@blueprint.route("", methods=["GET", "POST"])
@requires("public")
def show() -> Any:
    """Ask for the code; whoever has no second factor yet sets one up first."""
    known, owner = _owner()
    if not known.pending:
        return onward()
    if owner.totp_secret is None:
        return redirect(url_for("accounts_second_factor.set_up", next=wanted_path()), 303)
    form, status = CodeForm(), 200
    headers: dict[str, str] = {}
    if form.submitted():
        try:
            with transaction():
                second_factor.count_try(known.user_id)
            with transaction():
                token = second_factor.show(known.user_id, known.session_id, form.code.data or "")
        except PortalError as problem:
            status, headers = refuse(form, problem)
        else:
            identity.continue_as(token)
            return onward()
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        next_path=wanted_path(),
        person=known,
        demo_code=_demo_code(owner, owner.totp_secret, owner.totp_last_step),
    )
    return page, 422 if form.errors and status == 200 else status, headers


@blueprint.route("/set-up", methods=["GET", "POST"])
@requires("public")
def set_up() -> Any:
    """Scan the code with an app and prove it, after the password was given in this session."""
    known, owner = _owner()
    if known.pending and owner.totp_secret is not None:
        return redirect(url_for("accounts_second_factor.show", next=wanted_path()), 303)
    row = queries.session_row(known.session_id)
    secret = row.new_secret if row is not None else None
    if secret is None:
        return _password_page(PasswordAgainForm(formdata=None), 200)
    form, status = CodeForm(), 200
    headers: dict[str, str] = {}
    if form.submitted():
        try:
            with transaction():
                second_factor.count_try(known.user_id)
            with transaction():
                token = second_factor.enrol(known.user_id, known.session_id, form.code.data or "")
        except PortalError as problem:
            status, headers = refuse(form, problem)
        else:
            identity.continue_as(token)
            return redirect(
                url_for("accounts_second_factor.recovery_codes", next=wanted_path()), 303
            )
    uri = rules.provisioning_uri(secret, known.email, current_app.config["SITE_NAME_ZH"])
    page = render_template(
        "accounts/second_factor_set_up.html",
        form=form,
        next_path=wanted_path(),
        secret=secret,
        secret_groups=[secret[i : i + 4] for i in range(0, len(secret), 4)],
        qr=segno.make(uri, error="l").svg_data_uri(scale=5, light="#fff", dark="#000"),
        renewing=owner.totp_secret is not None,
        demo_code=_demo_code(owner, secret, None),
    )
    return page, 422 if form.errors and status == 200 else status, headers


def _password_page(
    form: PasswordAgainForm, status: int, headers: dict[str, str] | None = None
) -> Any:
    page = render_template(
        "accounts/second_factor_prepare.html", form=form, next_path=wanted_path()
    )
    return page, status, headers or {}


@blueprint.post("/prepare")
@requires("public")
def prepare() -> Any:
    """The password is right: lay out a new secret to be scanned."""
    known, owner = _owner()
    if known.pending and owner.totp_secret is not None:
        return redirect(url_for("accounts_second_factor.show", next=wanted_path()), 303)
    form = PasswordAgainForm()
    if not form.submitted():
        return _password_page(form, 422)
    try:
        check_password(known.user_id, form.current_password.data or "")
        with transaction():
            second_factor.prepare(known.user_id, known.session_id)
    except PortalError as problem:
        return _password_page(form, *refuse(form, problem))
    return redirect(url_for("accounts_second_factor.set_up", next=wanted_path()), 303)


def _waiting_codes() -> list[str]:
    row = queries.session_row(identity.own_identity().session_id)
    return (row.new_recovery_codes or "").split() if row is not None else []


@blueprint.get("/recovery-codes")
@requires("accounts:self:edit")
def recovery_codes() -> Any:
    """The codes to be kept, until the person says that they are; or a form to have new ones."""
    known = identity.own_identity()
    return render_template(
        "accounts/recovery_codes.html",
        codes=_waiting_codes(),
        left=queries.recovery_codes_left(known.user_id),
        next_path=wanted_path(),
        form=PasswordAgainForm(formdata=None),
    )


@blueprint.get("/recovery-codes.txt")
@requires("accounts:self:edit")
def recovery_codes_file() -> Response:
    """The codes as a text file, as long as they are shown."""
    codes = _waiting_codes()
    if not codes:
        raise NotFound
    text = "".join(f"{line}\r\n" for line in (current_app.config["SITE_NAME_ZH"], "", *codes))
    return Response(
        "\ufeff" + text,
        mimetype="text/plain",
        headers={"Content-Disposition": "attachment; filename=recovery-codes.txt"},
    )


@blueprint.post("/recovery-codes/put-away")
@requires("accounts:self:edit")
def put_away() -> Any:
    """The codes are kept somewhere safe."""
    with transaction():
        second_factor.put_away_recovery_codes(identity.own_identity().session_id)
    return onward()


@blueprint.post("/recovery-codes/renew")
@requires("accounts:self:edit")
def renew_recovery_codes() -> Any:
    """Replace all recovery codes, after the password."""
    known, form = identity.own_identity(), PasswordAgainForm()
    status = 422
    headers: dict[str, str] = {}
    if form.submitted():
        try:
            check_password(known.user_id, form.current_password.data or "")
            with transaction():
                second_factor.renew_recovery_codes(current_actor(), known.user_id, known.session_id)
        except PortalError as problem:
            status, headers = refuse(form, problem)
        else:
            return redirect(url_for("accounts_second_factor.recovery_codes"), 303)
    page = render_template(
        "accounts/recovery_codes.html",
        codes=[],
        left=queries.recovery_codes_left(known.user_id),
        next_path=request.form.get("next", "/"),
        form=form,
    )
    return page, status, headers

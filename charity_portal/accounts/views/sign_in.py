"""Signing in and out, and the token that scripts ask for."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from wtforms.widgets import PasswordInput

from charity_portal.accounts import queries
from charity_portal.accounts.errors import SignInRefused
from charity_portal.accounts.forms import SignInForm
from charity_portal.accounts.services import passwords, sessions
from charity_portal.accounts.services import sign_in as signing
from charity_portal.accounts.views import identity
from charity_portal.accounts.views.refusals import refuse
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import Actor, current_actor, requires
from charity_portal.kernel.preferences import own_path
from charity_portal.kernel.throttling import TooManyTries

blueprint = Blueprint("accounts", __name__, url_prefix="/account")
blueprint.after_request(identity.never_stored)


def wanted_path() -> str:
    """Where the person wanted to go: a path of this site, never the sign-in pages themselves; `/`
    when nothing is known."""
    path = own_path(request.values.get("next"))
    own = (url_for("accounts.sign_in"), url_for("accounts.start"))
    return "/" if path.startswith(own) else path


def onward() -> Any:
    """Go on to where the person wanted to go, else to where their work is."""
    path = wanted_path()
    return redirect(url_for("accounts.start") if path == "/" else path, 303)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@requires("public")
def sign_in() -> Any:
    """The sign-in page."""
    if request.method == "GET":
        known = identity.current_identity()
        if current_actor().signed_in:
            return onward()
        if known is not None:
            return redirect(url_for("accounts_second_factor.show", next=wanted_path()))
    form = SignInForm()
    if form.submitted():
        return _try(form)
    if request.method == "GET":
        _fill_in_demo(form)
    return _page(form, 422 if form.errors else 200)


def _try(form: SignInForm) -> Any:
    email, network = form.email.data or "", identity.network()
    try:
        with transaction():
            signing.count_try(email, network)
    except TooManyTries as wait:
        return _page(form, *refuse(form, wait))
    attempt = signing.compare(email, form.password.data or "", current_app.config["DEMO"])
    with transaction():
        token = signing.conclude(
            attempt, email, identity.device(), network, identity.shown_network()
        )
    if token is None:
        return _page(form, *refuse(form, SignInRefused()))
    known = queries.identity(token)
    identity.enter(token, staff=known is not None and known.needs_second_factor)
    if known is not None and known.pending:
        return redirect(url_for("accounts_second_factor.show", next=wanted_path()), 303)
    return onward()


def _page(form: SignInForm, status: int, headers: dict[str, str] | None = None) -> Any:
    demo = current_app.config["DEMO"]
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        next_path=wanted_path(),
        demo_people=queries.demo_people() if demo else [],
        demo_password=passwords.DEMO_PASSWORD,
        role_word=queries.role_word,
    )
    return page, status, headers or {}


def _fill_in_demo(form: SignInForm) -> None:
    """On a demonstration the link of a listed account fills the form in."""
    chosen = request.args.get("account", "")
    if not current_app.config["DEMO"] or not chosen:
        return
    person = queries.find_by_email(chosen)
    if person is not None and person.is_demo:
        form.email.data, form.password.data = person.email, passwords.DEMO_PASSWORD
        form.password.widget = PasswordInput(hide_value=False)


@blueprint.get("/start")
@requires("accounts:self:edit")
def start() -> Any:
    """Lead a signed-in person to where their work is."""
    for audience in ("office", "workspace"):
        if entry := navigation.home(audience):
            return redirect(entry.url)
    return redirect(url_for("accounts_profile.show"))


@blueprint.post("/sign-out")
@requires("public")
def sign_out() -> Response:
    """End this session; the browser drops what the portal kept in it."""
    known = identity.current_identity()
    if known is not None:
        with transaction():
            sessions.sign_out(Actor(known.user_id, known.name), known.session_id)
    identity.leave()
    response: Any = redirect("/", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response  # type: ignore[no-any-return]


@blueprint.get("/csrf-token")
@requires("public")
def csrf_token() -> Response:
    """A fresh token for a page that has been open for long."""
    return jsonify(token=generate_csrf())

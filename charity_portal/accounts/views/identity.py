"""Who is at the other end: recognised at the start of each request, remembered at sign-in.

The cookie carries the session's token; the database knows its hash. Rows are looked up anew for each
request, so that a session revoked, an account closed, or a role taken a second ago is so now. A GET
never writes: activity is noted with POST and PATCH only (see `rules/sessions.py`).
"""

from datetime import timedelta

from flask import Flask, Response, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from charity_portal.accounts import queries
from charity_portal.accounts.queries import Identity
from charity_portal.accounts.rules.addresses import masked_network
from charity_portal.accounts.rules.devices import short_device
from charity_portal.accounts.rules.sessions import IDLE_OTHERS, worth_noting
from charity_portal.accounts.services import sessions
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import NotSignedIn
from charity_portal.kernel.throttling import network_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_LINK = "link"


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login passes around: a token, and whose it is (None just after signing in)."""

    def __init__(self, token: str, identity: Identity | None = None) -> None:
        self.token, self.identity = token, identity

    def get_id(self) -> str:
        """What the cookie keeps: the token of the session, not the number of the person."""
        return self.token


def _load(token: str) -> SignedIn | None:
    known = queries.identity(token)
    return SignedIn(token, known) if known is not None else None


def init_app(app: Flask) -> None:
    """Recognise whoever sends a request, before anything else looks at it."""
    manager = LoginManager()
    manager.session_protection = None  # sessions are rows here, and can be revoked
    manager.init_app(app)
    manager.user_loader(_load)
    app.config["PERMANENT_SESSION_LIFETIME"] = IDLE_OTHERS + timedelta(days=1)
    app.before_request(_recognise)


def _recognise() -> None:
    g.identity = None
    if request.endpoint == "static":
        return
    g.identity = getattr(current_user, "identity", None)
    known = current_identity()
    if known is None or known.pending or request.method in SAFE_METHODS:
        return
    if worth_noting(known.last_seen_at, clock.now()):
        with transaction():
            sessions.note_activity(known.session_id)


def current_identity() -> Identity | None:
    """Whose session this is, also while the second factor is still missing."""
    known: Identity | None = g.get("identity")
    return known


def own_identity() -> Identity:
    """Whose session this is, on pages for somebody; NotSignedIn for nobody."""
    known = current_identity()
    if known is None:
        raise NotSignedIn
    return known


def enter(token: str, staff: bool) -> None:
    """Put a new session into a cookie that carries nothing over from before (but an open link).
    Staff are forgotten when the browser closes."""
    link = waiting_link()
    session.clear()
    if link is not None:
        session[_LINK] = link
    session.permanent = not staff
    login_user(SignedIn(token))


def continue_as(token: str) -> None:
    """The session goes on under a new token."""
    login_user(SignedIn(token))


def leave() -> None:
    """Forget the person: nothing of the session stays in the cookie."""
    logout_user()
    session.clear()


def network() -> str:
    """Under what the tries of this request are counted."""
    return network_of(request.remote_addr)


def shown_network() -> str:
    """The sender's address, masked."""
    return masked_network(request.remote_addr)


def device() -> str:
    """The sender's browser and system."""
    return short_device(request.user_agent.string)


def keep_link(token: str) -> None:
    """Carry a link's token in the cookie, so that it leaves the address bar."""
    session[_LINK] = token


def waiting_link() -> str | None:
    """The token of the link that was followed last."""
    found = session.get(_LINK)
    return found if isinstance(found, str) else None


def drop_link() -> None:
    """The link has been used."""
    session.pop(_LINK, None)


def never_stored(response: Response) -> Response:
    """Pages about accounts stay in no cache, also for somebody who is only half signed in."""
    response.headers["Cache-Control"] = "private, no-store"
    return response

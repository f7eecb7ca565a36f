"""Signing in without the pages that do it: as they leave things, in one step."""

from flask.testing import FlaskClient

from charity_portal.accounts.models import User, UserSession
from charity_portal.accounts.rules.tokens import token_hash
from charity_portal.accounts.services import sessions
from charity_portal.kernel.database import db, transaction


def sign_in(client: FlaskClient, user_id: int) -> None:
    """From here on the client's requests are this person's, second factor shown."""
    with transaction():
        first = sessions.begin(db.session.get_one(User, user_id), "Firefox", "203.0.113.*")
        row = db.session.scalars(
            db.select(UserSession).where(UserSession.token_hash == token_hash(first))
        ).one()
        token = sessions.confirm(row)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True


def sign_out(client: FlaskClient) -> None:
    """From here on the client's requests are nobody's."""
    client.delete_cookie("session")

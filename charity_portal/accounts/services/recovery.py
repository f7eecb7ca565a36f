"""Setting a password by a link: one that was forgotten, or the first one."""

from charity_portal.accounts.errors import LinkUnusable
from charity_portal.accounts.models import User
from charity_portal.accounts.rules.addresses import normal_email
from charity_portal.accounts.rules.throttle import LETTER_ACCOUNT, LETTER_NETWORK
from charity_portal.accounts.services import links, passwords
from charity_portal.kernel import throttling
from charity_portal.kernel.database import locked
from charity_portal.kernel.permissions import ANONYMOUS, Actor


def count_letter(email: str, network: str) -> None:
    """Count a letter asked for; TooManyTries when an address or a network asks too often."""
    throttling.count((LETTER_ACCOUNT, normal_email(email)), (LETTER_NETWORK, network))


def ask(email: str, network: str) -> None:
    """Somebody forgot a password. The same is done whoever has that address, or nobody."""
    count_letter(email, network)
    links.ask(ANONYMOUS, "reset", email)


def set_by_link(token: str, password_hash: str) -> int:
    """Spend the link and set the password; every session of the account ends. The account's id."""
    link = links.use(token, "reset", "invite")
    user = locked(User, link.user_id or 0)
    if not user.is_active:
        raise LinkUnusable
    passwords.set_password(Actor(user.id, user.name), user.id, password_hash)
    return user.id

"""Opening an account by oneself: the address is proved by a letter first."""

from charity_portal.accounts.services import links, people, recovery
from charity_portal.kernel.permissions import ANONYMOUS


def ask(email: str, name: str, locale: str, network: str) -> None:
    """Send a link to the address. The same is done when it has an account already; only the letter
    says so."""
    recovery.count_letter(email, network)
    links.ask(ANONYMOUS, "register", email, payload={"name": name.strip(), "locale": locale})


def complete(token: str, password_hash: str) -> int:
    """Spend the link and open the account, without any role; its id."""
    link = links.use(token, "register")
    user_id = people.create_person(
        ANONYMOUS,
        link.email,
        link.payload["name"],
        password_hash=password_hash,
        locale=link.payload["locale"],
    )
    link.user_id = user_id
    return user_id

"""Who may see and change accounts."""

from typing import Any

from charity_portal.kernel.permissions import Actor, signed_in, staff


def _open_letter(actor: Actor, letter: Any) -> bool:
    """Letters about accounts carry links that open an account: administrators alone, and only
    while no mail server delivers them. Other letters: whoever may read the outbox."""
    if letter is None:
        return False
    if letter.about_accounts:
        return actor.has_role("administrator") and not letter.delivered_by_server
    return actor.has_role("administrator", "officer")


RULES = {
    "accounts:self:edit": signed_in,
    "accounts:person:manage": staff("administrator"),
    "accounts:outbox:read": staff("administrator", "officer"),
    "accounts:letter:open": _open_letter,
}

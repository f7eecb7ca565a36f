"""Asking for the present password again before something sensitive."""

from charity_portal.accounts import queries
from charity_portal.accounts.errors import PasswordWrong
from charity_portal.accounts.services import passwords, sign_in
from charity_portal.kernel.database import transaction


def check_password(user_id: int, typed: str) -> None:
    """PasswordWrong, or TooManyTries after too many of them; otherwise all is well."""
    with transaction():
        sign_in.count_password_again(user_id)
    owner = queries.account(user_id)
    if owner is None or not passwords.password_fits(owner.password_hash, typed):
        raise PasswordWrong
    with transaction():
        sign_in.forget_password_again(user_id)

"""The tables of accounts. Whatever opens a door is kept as a hash, or encrypted."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.accounts.rules import roles
from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, JsonDict, Model, Stamp, one_of
from charity_portal.kernel.secrets import Encrypted, SealedRow

LOCALES = ("zh", "en")
PURPOSES = ("reset", "invite", "confirm", "register", "join")


class User(SealedRow, Model):
    """A person with an account. Without a password (invited, not yet come) nobody can sign in."""

    __tablename__ = "user_account"
    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="zh")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    totp_secret = Encrypted("user_account.totp_secret")
    totp_last_step: Mapped[int | None]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    password_changed_at: Mapped[Stamp | None]

    __table_args__ = (
        one_of("locale", LOCALES),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
    )


class RoleGrant(Model):
    """One role of one person, and who gave it."""

    __tablename__ = "role_grant"
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    role: Mapped[str]
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    granted_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("user_id", "role"),
        one_of("role", roles.ROLES),
        sa.Index("ix_role_grant_role", "role"),
    )


class RecoveryCode(Model):
    """One code that replaces the telephone once."""

    __tablename__ = "recovery_code"
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    code_hash: Mapped[str]
    used_at: Mapped[Stamp | None]

    __table_args__ = (sa.UniqueConstraint("user_id", "code_hash"),)


class UserSession(SealedRow, Model):
    """A browser that signed in. `confirmed`: the second factor was shown in this session.

    `new_secret` waits here until a code of it proves that the person's app holds it;
    `new_recovery_codes` is what the person still has to write down, and is gone when they say so.
    """

    __tablename__ = "user_session"
    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    last_seen_at: Mapped[Stamp] = mapped_column(default=clock.now)
    device: Mapped[str]
    network: Mapped[str]
    confirmed: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[Stamp | None]
    new_secret = Encrypted("user_session.new_secret")
    new_recovery_codes = Encrypted("user_session.new_recovery_codes")


class OneTimeLink(Model):
    """A link in a letter. It is written without a token (so that asking takes the same work for a
    known and an unknown address) and gets one when its letter is written."""

    __tablename__ = "one_time_link"
    id: Mapped[Id]
    purpose: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    email: Mapped[str]
    payload: Mapped[JsonDict]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    expires_at: Mapped[Stamp]
    used_at: Mapped[Stamp | None]
    withdrawn_at: Mapped[Stamp | None]

    __table_args__ = (one_of("purpose", PURPOSES),)

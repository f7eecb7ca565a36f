"""Letters about accounts, in the language of whoever receives them."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app
from flask_babel import force_locale

from charity_portal.accounts.models import User
from charity_portal.kernel import clock, mail
from charity_portal.kernel.i18n import Text, say, time_text
from charity_portal.kernel.permissions import Actor

KINDS = "accounts."  # every letter of this domain has a kind that begins so
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def address_of(endpoint: str, **values: str) -> str:
    """The full address of a page, for letters: written by jobs too, where no request exists."""
    path = current_app.url_map.bind("portal").build(endpoint, values)
    return f"{current_app.config['PUBLIC_URL']}{path}"


def write(
    actor: Actor, to: str, locale: str, kind: str, subject_id: int | None, title: Text,
    *paragraphs: Callable[[], Text | str],
) -> None:  # fmt: skip
    """Post a letter; paragraphs are made in the receiver's language."""
    with force_locale(_LOCALES[locale]):
        site = current_app.config["SITE_NAME_EN" if locale == "en" else "SITE_NAME_ZH"]
        body = "\n\n".join(
            [
                str(say("您好：")),
                *(str(paragraph()) for paragraph in paragraphs),
                str(site),
            ]
        )
        mail.post(actor, to, f"{title} · {site}", body, f"{KINDS}{kind}", subject_id)


def with_link(
    actor: Actor, to: str, locale: str, kind: str, subject_id: int | None, title: Text, why: Text,
    link: str, expires_at: datetime,
) -> None:  # fmt: skip
    """Post a letter whose point is a link that works once, until `expires_at`."""
    write(
        actor, to, locale, kind, subject_id, title,
        lambda: why,
        lambda: link,
        lambda: say("链接只能使用一次，%(time)s 前有效。", time=time_text(expires_at)),
        lambda: say("如果不是您本人的操作，不必理会这封邮件。请勿把链接转给他人。"),
    )  # fmt: skip


def _notice(
    actor: Actor, user: User, kind: str, title: Text, what: Text, to: str | None = None
) -> None:
    write(
        actor, to or user.email, user.locale, kind, user.id, title,
        lambda: say("%(time)s，%(what)s", time=time_text(clock.now()), what=what),
        lambda: say("如果不是您本人的操作，请立即重设密码，并联系平台管理员。"),
    )  # fmt: skip


def password_changed(actor: Actor, user: User) -> None:
    """Tell a person that their password is another one now."""
    _notice(actor, user, "password_changed", say("密码已修改"), say("您的账号密码已修改。"))


def second_factor_changed(actor: Actor, user: User) -> None:
    """Tell a person that their second factor is another one now."""
    _notice(
        actor, user, "second_factor_changed", say("动态验证码已更换"),
        say("您的账号已更换动态验证码和恢复码，原有的不再有效。"),
    )  # fmt: skip


def second_factor_reset(actor: Actor, user: User) -> None:
    """Tell a person that an administrator took their second factor away."""
    _notice(
        actor, user, "second_factor_reset", say("动态验证码已重置"),
        say("平台管理员重置了您的动态验证码。下次登录时请重新设置。"),
    )  # fmt: skip


def recovery_code_used(actor: Actor, user: User, left: int) -> None:
    """Tell a person that one of their recovery codes opened the account."""
    _notice(
        actor, user, "recovery_code_used", say("已使用恢复码登录"),
        say("您的账号使用恢复码完成了登录，剩余 %(n)s 个恢复码。", n=left),
    )  # fmt: skip


def email_changed(actor: Actor, user: User, old_email: str) -> None:
    """Tell the former address that the account now has another one."""
    _notice(
        actor, user, "email_changed", say("登录邮箱已更换"),
        say("您的账号已改用另一个邮箱登录，本邮箱不再使用。"), to=old_email,
    )  # fmt: skip

"""The letter that belongs to a link: whether it is written, to whom, and what it says."""

from charity_portal.accounts.models import OneTimeLink, User
from charity_portal.accounts.queries import find_by_email
from charity_portal.accounts.services import invitations, letters, links
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import SYSTEM


def send(link_id: int) -> None:
    """Write the letter of a link that was asked for, unless it was withdrawn meanwhile."""
    link = locked(OneTimeLink, link_id)
    if link.withdrawn_at is None and link.token_hash is None:
        _WRITERS[link.purpose](link)


def _reset(link: OneTimeLink) -> None:
    person = find_by_email(link.email)
    if person is None or not person.is_active:
        link.withdrawn_at = clock.now()
        return
    link.user_id = person.id
    links.withdraw_all(person.id, "reset", keep=link.id)
    why = say("您申请重设密码。请打开下面的链接设置新密码：")
    _post(link, person.locale, say("重设密码"), why)


def _invite(link: OneTimeLink) -> None:
    owner = db.session.get_one(User, link.user_id)
    why = say("平台管理员为您开通了账号。请打开下面的链接设置密码，然后登录：")
    _post(link, owner.locale, say("账号已开通"), why)


def _register(link: OneTimeLink) -> None:
    locale = link.payload["locale"]
    if find_by_email(link.email) is not None:
        link.withdrawn_at = clock.now()
        _already(link, locale)
        return
    why = say("您申请开通账号。请打开下面的链接确认邮箱并设置密码：")
    _post(link, locale, say("确认邮箱"), why)


def _confirm(link: OneTimeLink) -> None:
    owner = db.session.get_one(User, link.user_id)
    if find_by_email(link.email) is not None:
        link.withdrawn_at = clock.now()
        _already(link, owner.locale)
        return
    why = say("您申请把登录邮箱换成本邮箱。请打开下面的链接确认：")
    _post(link, owner.locale, say("确认新邮箱"), why)


def _join(link: OneTimeLink) -> None:
    why = say("邀请您%(what)s。请打开下面的链接接受：", what=invitations.describe(link))
    _post(link, link.payload["locale"], say("邀请"), why)


_WRITERS = {
    "reset": _reset,
    "invite": _invite,
    "register": _register,
    "confirm": _confirm,
    "join": _join,
}


def printed_invitation(user_id: int) -> str:
    """The address at which an invited person sets a password, for the command line: no letter."""
    owner = db.session.get_one(User, user_id)
    link = links.ask(SYSTEM, "invite", owner.email, owner.id)
    return _address(link)


def _address(link: OneTimeLink) -> str:
    return letters.address_of("accounts_links.follow", token=links.arm(link))


def _post(link: OneTimeLink, locale: str, title: Text, why: Text) -> None:
    letters.with_link(
        SYSTEM, link.email, locale, link.purpose, link.id, title, why, _address(link),
        link.expires_at,
    )  # fmt: skip


def _already(link: OneTimeLink, locale: str) -> None:
    letters.write(
        SYSTEM, link.email, locale, "already", link.id, say("该邮箱已有账号"),
        lambda: say("有人用本邮箱申请开通账号或更换登录邮箱，但本邮箱已有账号，因此没有任何改变。"),
        lambda: say("如果是您本人，请直接登录：%(url)s。忘记密码时可在登录页重设。",
                    url=letters.address_of("accounts.sign_in")),
    )  # fmt: skip

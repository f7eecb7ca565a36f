"""What can go wrong with accounts, as facts."""

from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, PortalError
from charity_portal.kernel.i18n import Text, say


class SignInRefused(Invalid):
    """Unknown account, wrong password or closed account: the answer is the same for all three."""

    @classmethod
    def default(cls) -> Text:
        return say("邮箱或密码不正确。")


class PasswordWrong(Invalid):
    """The present password, asked for again before something sensitive, does not match."""

    def __init__(self) -> None:
        super().__init__(fields={"current_password": [say("当前密码不正确。")]})


class PasswordWeak(Invalid):
    """The new password is too short or easy to guess; the reasons stand at its field."""


class CodeRefused(Invalid):
    """The second factor's code is wrong, expired, or was used before."""

    def __init__(self, why: Text | None = None) -> None:
        super().__init__(
            fields={"code": [why or say("验证码不正确或已失效，请输入最新显示的验证码。")]}
        )


class LinkUnusable(PortalError):
    """A link from a letter was used before, has run out, was withdrawn, or never existed (410)."""

    status = 410

    @classmethod
    def default(cls) -> Text:
        return say("这个链接已经用过或已过期。如仍需要，请重新申请。")


class EmailTaken(Invalid):
    """Another account has this address."""

    def __init__(self) -> None:
        super().__init__(fields={"email": [say("该邮箱已有账号。")]})


class LastAdministrator(Conflict):
    """Nobody would be left to administer the portal."""

    @classmethod
    def default(cls) -> Text:
        return say("这是最后一位在用的平台管理员，不能停用，也不能撤销其管理员角色。")


class NotForOneself(Forbidden):
    """An administrator may not do this to their own account."""

    @classmethod
    def default(cls) -> Text:
        return say("不能对自己的账号办理此事项，请由另一位平台管理员办理。")


class AlreadySo(Conflict):
    """The account is already in the wanted condition; nothing was changed."""

    @classmethod
    def default(cls) -> Text:
        return say("该账号已经是这个状态，没有任何改变。")

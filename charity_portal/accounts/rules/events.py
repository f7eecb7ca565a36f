"""What the entries of an account's history are called."""

from collections.abc import Mapping

from charity_portal.kernel.i18n import Text, say

WORDS: Mapping[str, Text] = {
    "accounts.sign_in.done": say("密码验证通过"),
    "accounts.sign_in.refused": say("登录失败"),
    "accounts.sign_in.confirmed": say("动态验证通过，登录完成"),
    "accounts.user.created": say("账号开通"),
    "accounts.user.invited_again": say("账号开通邮件重发"),
    "accounts.user.edited": say("个人信息修改"),
    "accounts.user.email_changed": say("登录邮箱变更"),
    "accounts.user.password_set": say("密码设置"),
    "accounts.user.second_factor_enrolled": say("动态验证码设置"),
    "accounts.user.second_factor_reset": say("动态验证码重置"),
    "accounts.user.recovery_code_used": say("恢复码使用"),
    "accounts.user.recovery_codes_renewed": say("恢复码更换"),
    "accounts.user.sessions_revoked": say("其他设备退出"),
    "accounts.user.role_granted": say("角色授予"),
    "accounts.user.role_revoked": say("角色撤销"),
    "accounts.user.closed": say("账号停用"),
    "accounts.user.reopened": say("账号恢复"),
}
SIGN_INS = ("accounts.sign_in.done", "accounts.sign_in.refused", "accounts.sign_in.confirmed")


def word(action: str) -> Text | str:
    """What people call an entry; its code when it is unknown here."""
    return WORDS.get(action, action)

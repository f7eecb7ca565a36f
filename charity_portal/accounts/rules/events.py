"""What the entries of an account's history are called."""

from collections.abc import Mapping

from charity_portal.kernel.i18n import Text, say

WORDS: Mapping[str, Text] = {
    "accounts.sign_in.done": say("密码验证通过"),
    "accounts.sign_in.refused": say("登录失败"),
    "accounts.sign_in.confirmed": say("动态验证通过，登录完成"),
    "accounts.user.created": say("开通账号"),
    "accounts.user.invited_again": say("重发账号开通邮件"),
    "accounts.user.edited": say("修改个人信息"),
    "accounts.user.email_changed": say("更换登录邮箱"),
    "accounts.user.password_set": say("设置密码"),
    "accounts.user.second_factor_enrolled": say("设置动态验证码"),
    "accounts.user.second_factor_reset": say("重置动态验证码"),
    "accounts.user.recovery_code_used": say("使用恢复码"),
    "accounts.user.recovery_codes_renewed": say("更换恢复码"),
    "accounts.user.sessions_revoked": say("退出其他设备"),
    "accounts.user.role_granted": say("授予角色"),
    "accounts.user.role_revoked": say("撤销角色"),
    "accounts.user.closed": say("停用账号"),
    "accounts.user.reopened": say("恢复账号"),
}
SIGN_INS = ("accounts.sign_in.done", "accounts.sign_in.refused", "accounts.sign_in.confirmed")


def word(action: str) -> Text | str:
    """What people call an entry; its code when it is unknown here."""
    return WORDS.get(action, action)

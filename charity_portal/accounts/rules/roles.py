"""The roles that the portal itself gives, and what people call them."""

from collections.abc import Iterable, Mapping

from charity_portal.kernel.i18n import Text, say

WORDS: Mapping[str, Text] = {
    "officer": say("项目专员"),
    "finance": say("财务专员"),
    "approver": say("审批人"),
    "auditor": say("审计员"),
    "community_worker": say("社区工作者"),
    "administrator": say("平台管理员"),
    "reviewer": say("评审专家"),
}
ROLES = tuple(WORDS)


def needs_second_factor(roles: Iterable[str]) -> bool:
    """Staff and reviewers confirm every sign-in; whoever holds any role of the portal is one."""
    return any(role in WORDS for role in roles)

"""Donations and pledges: what must be told of them, and what may be shown."""

from charity_portal.kernel.i18n import Text, say

DONOR_KINDS: dict[str, Text] = {"person": say("个人"), "organization": say("单位")}
FORMS: dict[str, Text] = {
    "bank": say("银行转账"),
    "cash": say("现金"),
    "in_kind": say("实物"),
}
NAMINGS: dict[str, Text] = {
    "named": say("同意公开姓名（名称）"),
    "unnamed": say("不同意公开"),
}
VALUATIONS: dict[str, Text] = {
    "invoice": say("发票金额"),
    "agreement": say("协议约定金额"),
    "fair_value": say("公允价值"),
}
"""How goods are valued: by invoice or agreement, else at fair value (山东省慈善条例, art. 31)."""

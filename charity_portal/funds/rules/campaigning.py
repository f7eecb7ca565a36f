"""Campaigns: their kinds, what each needs, and what it owes the public."""

from charity_portal.kernel.i18n import Text, say

CAMPAIGN_KINDS: dict[str, Text] = {
    "appeal": say("募捐活动"),
    "sale": say("义卖"),
    "show": say("义演"),
    "shop": say("慈善超市"),
    "matching": say("配捐"),
    "naming": say("冠名捐赠"),
}

INCOME_OF: dict[str, str] = {
    "appeal": "donation",
    "sale": "sale",
    "show": "show",
    "shop": "shop",
    "matching": "donation",
    "naming": "naming",
}
"""The income source of what a campaign of each kind brings; what a matcher adds is `matching`."""

"""What spending is measured against: dated rules, each with the article it stands on."""

from charity_portal.kernel.i18n import Text, say

MEASURES: dict[str, Text] = {
    "management_share": say("管理费用占当年总支出的比例上限"),
    "spending_share": say("慈善活动支出占上年总收入的比例下限"),
    "fundraising_share": say("募捐成本占当年募捐收入的比例上限"),
    "idle_months": say("资金闲置提醒的月数"),
    "bulletin_days": say("突发事件募捐公开收支的间隔天数"),
}
"""Shares are hundredths of a per cent."""

SCOPES: dict[str, Text] = {
    "all": say("所有慈善组织"),
    "public": say("有公开募捐资格的慈善组织"),
    "other": say("没有公开募捐资格的慈善组织"),
}

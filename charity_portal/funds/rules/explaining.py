"""Why a line of a bank statement is no entry of a fund."""

from charity_portal.kernel.i18n import Text, say

EXPLANATIONS: dict[str, Text] = {
    "other_money": say("不属于任何基金的资金"),
    "fee": say("银行手续费，由依托慈善组织承担"),
    "own_transfer": say("本单位账户之间调拨"),
    "returned": say("误转后已退回"),
    "in_transit": say("已入账，跨期到账"),
    "other": say("其他"),
}

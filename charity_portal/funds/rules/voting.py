"""Spending requests: whom they pay, how a committee decides, which papers stand behind a payment."""

from charity_portal.kernel.i18n import Text, say

PAYEES: dict[str, Text] = {
    "organization": say("登记库中的社会组织"),
    "supplier": say("供应商或服务单位"),
    "person": say("个人"),
}
CHOICES: dict[str, Text] = {
    "yes": say("同意"),
    "no": say("不同意"),
    "abstain": say("弃权"),
    "recused": say("回避"),
}
OPINIONS: dict[str, Text] = {"agrees": say("无异议"), "objects": say("有异议")}
VOUCHER_KINDS: dict[str, Text] = {
    "invoice": say("发票"),
    "receipt": say("收据"),
    "contract": say("合同或协议"),
    "list": say("发放签收表"),
    "photo": say("现场照片"),
    "transfer": say("银行回单"),
    "other": say("其他凭证"),
}

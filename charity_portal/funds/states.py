"""The states of funds and of what happens in them. What each step needs besides stands in rules."""

from charity_portal.kernel.i18n import say
from charity_portal.kernel.states import StateMachine, Transition

FUND = StateMachine(
    "funds",
    "fund",
    states={
        "draft": say("筹备中"),
        "active": say("运行中"),
        "suspended": say("已暂停使用"),
        "ended": say("已终止"),
    },
    transitions=[
        Transition("activate", {"draft"}, "active", "funds:fund:activate", say("启动基金")),
        Transition("suspend", {"active"}, "suspended", "funds:fund:suspend", say("暂停使用")),
        Transition("resume", {"suspended"}, "active", "funds:fund:suspend", say("恢复使用")),
        Transition(
            "end", {"draft", "active", "suspended"}, "ended", "funds:fund:end", say("终止基金")
        ),
    ],
    initial="draft",
)

DONATION = StateMachine(
    "funds",
    "donation",
    states={"received": say("已入账"), "returned": say("已退回")},
    transitions=[
        Transition(
            "give_back", {"received"}, "returned", "funds:donation:give-back", say("退回捐赠")
        ),
    ],
    initial="received",
)

PLEDGE = StateMachine(
    "funds",
    "pledge",
    states={"open": say("待到账"), "kept": say("已到账"), "cancelled": say("已取消")},
    transitions=[
        Transition("keep", {"open"}, "kept", "funds:donation:record", say("认捐到账")),
        Transition("reopen", {"kept"}, "open", "funds:donation:give-back", say("恢复待到账")),
        Transition("cancel", {"open"}, "cancelled", "funds:pledge:edit", say("取消认捐")),
    ],
    initial="open",
)

CAMPAIGN = StateMachine(
    "funds",
    "campaign",
    states={
        "draft": say("筹备中"),
        "running": say("进行中"),
        "ended": say("已结束、待结算"),
        "settled": say("已结算公布"),
        "cancelled": say("已取消"),
    },
    transitions=[
        Transition("start", {"draft"}, "running", "funds:campaign:start", say("开始活动")),
        Transition("end", {"running"}, "ended", "funds:campaign:edit", say("结束活动")),
        Transition("settle", {"ended"}, "settled", "funds:campaign:settle", say("结算并公布")),
        Transition("cancel", {"draft"}, "cancelled", "funds:campaign:edit", say("取消活动")),
    ],
    initial="draft",
)

BANK_LINE = StateMachine(
    "funds",
    "bank_line",
    states={"open": say("待核对"), "matched": say("已对上"), "explained": say("已说明")},
    transitions=[
        Transition("match", {"open"}, "matched", "funds:bank:match", say("对上账目")),
        Transition("explain", {"open"}, "explained", "funds:bank:match", say("说明原因")),
        Transition("reopen", {"matched", "explained"}, "open", "funds:bank:match", say("撤销核对")),
    ],
    initial="open",
)

BANK_STATEMENT = StateMachine(
    "funds",
    "bank_statement",
    states={
        "checked": say("待确认导入"),
        "refused": say("有错误，未导入"),
        "kept": say("已导入"),
        "discarded": say("已放弃导入"),
    },
    transitions=[
        Transition("refuse", {"checked"}, "refused", "funds:bank:import", say("退回")),
        Transition("keep", {"checked"}, "kept", "funds:bank:import", say("确认导入")),
        Transition(
            "discard", {"checked", "refused"}, "discarded", "funds:bank:import", say("放弃导入")
        ),
    ],
    initial="checked",
)

SPENDING = StateMachine(
    "funds",
    "spending_request",
    states={
        "draft": say("草拟中"),
        "voting": say("管委会表决中"),
        "passed": say("待审批"),
        "rejected": say("表决未通过"),
        "approved": say("已批准、待付款"),
        "refused": say("未批准"),
        "paid": say("已付款、待交凭证"),
        "closed": say("凭证齐全"),
        "withdrawn": say("已撤回"),
    },
    transitions=[
        Transition("submit", {"draft"}, "voting", "funds:spending:edit", say("提交表决")),
        Transition("submit_without_vote", {"draft"}, "passed", "funds:spending:edit", say("提交")),
        Transition("pass", {"voting"}, "passed", "funds:spending:count", say("表决通过")),
        Transition("reject", {"voting"}, "rejected", "funds:spending:count", say("表决未通过")),
        Transition("approve", {"passed"}, "approved", "funds:spending:approve", say("批准")),
        Transition("refuse", {"passed"}, "refused", "funds:spending:approve", say("不予批准")),
        Transition("pay", {"approved"}, "paid", "funds:spending:pay", say("付款")),
        Transition("hand_out", {"approved"}, "paid", "funds:spending:pay", say("发放物资")),
        Transition("bounce", {"paid", "closed"}, "approved", "funds:spending:close", say("付款退回")),
        Transition("revoke", {"approved"}, "refused", "funds:spending:approve", say("撤销批准")),
        Transition("close", {"paid"}, "closed", "funds:spending:close", say("凭证齐全")),
        Transition(
            "withdraw", {"draft", "voting", "passed"}, "withdrawn", "funds:spending:edit",
            say("撤回"),
        ),
    ],
    initial="draft",
)  # fmt: skip

DONATION_LIST = StateMachine(
    "funds",
    "donation_list",
    states={
        "checking": say("正在检查"),
        "checked": say("待确认导入"),
        "refused": say("有错误，未导入"),
        "kept": say("已导入"),
        "discarded": say("已放弃导入"),
    },
    transitions=[
        Transition("pass", {"checking"}, "checked", "funds:donation:import", say("检查通过")),
        Transition("refuse", {"checking"}, "refused", "funds:donation:import", say("退回")),
        Transition("keep", {"checked"}, "kept", "funds:donation:import", say("确认导入")),
        Transition(
            "discard", {"checking", "checked", "refused"}, "discarded", "funds:donation:import",
            say("放弃导入"),
        ),
    ],
    initial="checking",
)  # fmt: skip

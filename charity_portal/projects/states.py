"""The states of calls, applications, public notices, objections, and of money that was awarded."""

from charity_portal.kernel.i18n import say
from charity_portal.kernel.states import StateMachine, Transition

CALL = StateMachine(
    "projects",
    "call",
    states={
        "draft": say("草稿"),
        "published": say("已发布"),
        "noticed": say("公示中"),
        "concluded": say("已办结"),
        "cancelled": say("已取消"),
    },
    transitions=[
        Transition("publish", {"draft"}, "published", "projects:call:publish", say("发布")),
        Transition("cancel", {"published"}, "cancelled", "projects:call:cancel", say("取消征集")),
        Transition(
            "start_notice",
            {"published", "noticed"},
            "noticed",
            "projects:notice:start",
            say("开始公示"),
        ),
        Transition("conclude", {"noticed"}, "concluded", "projects:notice:conclude", say("办结")),
    ],
    initial="draft",
)

APPLICATION = StateMachine(
    "projects",
    "application",
    states={
        "draft": say("草稿"),
        "submitted": say("待审查"),
        "correction": say("待补正"),
        "conditional": say("容缺受理"),
        "eligible": say("审查通过"),
        "ineligible": say("审查不通过"),
        "decided": say("已决定、未公布"),
        "proposed": say("拟立项公示"),
        "reserve": say("候补"),
        "refused": say("未获资助"),
        "awarded": say("已立项"),
        "cancelled": say("取消立项"),
        "withdrawn": say("已撤回"),
        "lapsed": say("逾期失效"),
        "discarded": say("已删除"),
    },
    public_words={
        "submitted": say("已提交，等待审查"),
        "correction": say("需要补正"),
        "conditional": say("容缺受理，待补齐材料"),
        "eligible": say("审查通过，评审中"),
        "ineligible": say("审查未通过"),
        "decided": say("审查通过，评审中"),
        "proposed": say("拟立项，公示中"),
    },
    transitions=[
        Transition(
            "discard", {"draft"}, "discarded", "projects:application:discard", say("删除草稿")
        ),
        Transition(
            "restore", {"discarded"}, "draft", "projects:application:discard", say("恢复草稿")
        ),
        Transition("submit", {"draft"}, "submitted", "projects:application:submit", say("提交")),
        Transition(
            "resubmit", {"correction"}, "submitted", "projects:application:submit", say("提交补正")
        ),
        Transition(
            "withdraw",
            {"submitted", "correction", "conditional", "eligible", "decided"},
            "withdrawn",
            "projects:application:withdraw",
            say("撤回申请"),
        ),
        Transition(
            "request_correction",
            {"submitted"},
            "correction",
            "projects:application:screen",
            say("一次性告知补正"),
        ),
        Transition(
            "accept", {"submitted"}, "eligible", "projects:application:screen", say("审查通过")
        ),
        Transition(
            "accept_conditionally",
            {"submitted"},
            "conditional",
            "projects:application:screen",
            say("容缺受理"),
        ),
        Transition(
            "complete",
            {"conditional"},
            "eligible",
            "projects:application:screen",
            say("材料已补齐"),
        ),
        Transition(
            "lapse",
            {"correction", "conditional"},
            "lapsed",
            "projects:application:lapse",
            say("逾期失效"),
        ),
        Transition(
            "reject",
            {"submitted", "conditional"},
            "ineligible",
            "projects:application:screen",
            say("审查不通过"),
        ),
        Transition(
            "reopen",
            {"ineligible", "lapsed"},
            "submitted",
            "projects:application:reopen",
            say("恢复审查"),
        ),
        Transition(
            "decide",
            {"eligible", "decided"},
            "decided",
            "projects:application:decide",
            say("作出决定"),
        ),
        Transition(
            "propose", {"decided"}, "proposed", "projects:notice:start", say("列入拟立项公示")
        ),
        Transition("hold", {"decided"}, "reserve", "projects:notice:start", say("列为候补")),
        Transition("refuse", {"decided"}, "refused", "projects:notice:start", say("不予资助")),
        Transition(
            "promote", {"reserve"}, "decided", "projects:application:decide", say("候补递补")
        ),
        Transition("confirm", {"proposed"}, "awarded", "projects:notice:conclude", say("确认立项")),
        Transition(
            "cancel", {"proposed"}, "cancelled", "projects:notice:conclude", say("取消立项")
        ),
    ],
    initial="draft",
)

NOTICE = StateMachine(
    "projects",
    "notice",
    states={"running": say("公示中"), "ended": say("公示期满"), "closed": say("公示办结")},
    transitions=[
        Transition("end", {"running"}, "ended", "projects:notice:end", say("公示期满")),
        Transition("close", {"ended"}, "closed", "projects:notice:conclude", say("办结公示")),
    ],
    initial="running",
)

OBJECTION = StateMachine(
    "projects",
    "objection",
    states={
        "received": say("已收到"),
        "examining": say("复核中"),
        "upheld": say("异议成立"),
        "dismissed": say("异议不成立"),
        "retracted": say("已撤回"),
    },
    transitions=[
        Transition(
            "examine", {"received"}, "examining", "projects:objection:examine", say("开始复核")
        ),
        Transition("uphold", {"examining"}, "upheld", "projects:objection:decide", say("异议成立")),
        Transition(
            "dismiss", {"examining"}, "dismissed", "projects:objection:decide", say("异议不成立")
        ),
        Transition(
            "retract",
            {"received", "examining"},
            "retracted",
            "projects:objection:examine",
            say("异议人撤回"),
        ),
    ],
    initial="received",
)

TRANCHE = StateMachine(
    "projects",
    "tranche",
    states={
        "planned": say("待满足条件"),
        "released": say("条件已满足、待拨付"),
        "allocated": say("已拨付、待付款"),
        "paid": say("已付款"),
        "stopped": say("已停拨"),
    },
    public_words={
        "planned": say("等待满足拨付条件"),
        "released": say("条件已确认，等待审批"),
        "allocated": say("已批准，等待付款"),
        "stopped": say("已停止拨付"),
    },
    transitions=[
        Transition(
            "release", {"planned"}, "released", "projects:tranche:release", say("确认条件满足")
        ),
        Transition(
            "unrelease", {"released"}, "planned", "projects:tranche:send-back", say("退回重新确认")
        ),
        Transition(
            "allocate", {"released"}, "allocated", "projects:tranche:allocate", say("批准拨付")
        ),
        Transition("pay", {"allocated"}, "paid", "projects:tranche:pay", say("付款")),
        Transition(
            "stop", {"planned", "released", "allocated"}, "stopped", "projects:tranche:stop",
            say("停拨"),
        ),
        Transition("resume", {"stopped"}, "planned", "projects:tranche:stop", say("恢复拨付")),
        Transition("unpay", {"paid"}, "allocated", "projects:tranche:follow", say("付款已冲销")),
        Transition(
            "unallocate", {"allocated"}, "released", "projects:tranche:follow", say("拨付已冲销")
        ),
    ],
    initial="planned",
)  # fmt: skip

RECLAIM = StateMachine(
    "projects",
    "reclaim",
    states={"demanded": say("追缴中"), "settled": say("已收回"), "waived": say("已免除")},
    transitions=[
        Transition("settle", {"demanded"}, "settled", "projects:reclaim:receive", say("收回完毕")),
        Transition("waive", {"demanded"}, "waived", "projects:reclaim:waive", say("免除")),
        Transition("reopen", {"settled"}, "demanded", "projects:tranche:follow", say("退款已冲销")),
    ],
    initial="demanded",
)

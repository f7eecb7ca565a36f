"""The states of a roster import and of a claim to act for an organization."""

from charity_portal.kernel.i18n import say
from charity_portal.kernel.states import StateMachine, Transition

ROSTER = StateMachine(
    "organizations",
    "roster_import",
    states={
        "uploaded": say("等待检查"),
        "checked": say("检查通过，待确认"),
        "applied": say("已导入"),
        "refused": say("未导入"),
    },
    transitions=[
        Transition("pass", {"uploaded"}, "checked", "organizations:roster:manage", say("检查通过")),
        Transition(
            "refuse", {"uploaded", "checked"}, "refused", "organizations:roster:manage",
            say("放弃导入"),
        ),
        Transition(
            "recheck", {"checked"}, "uploaded", "organizations:roster:manage", say("重新检查")
        ),
        Transition("apply", {"checked"}, "applied", "organizations:roster:manage", say("确认导入")),
    ],
    initial="uploaded",
)  # fmt: skip

CLAIM = StateMachine(
    "organizations",
    "claim",
    states={
        "submitted": say("待审核"),
        "approved": say("已同意"),
        "refused": say("未同意"),
        "withdrawn": say("已撤回"),
    },
    transitions=[
        Transition("approve", {"submitted"}, "approved", "organizations:claim:decide", say("同意")),
        Transition("refuse", {"submitted"}, "refused", "organizations:claim:decide", say("不同意")),
        Transition(
            "withdraw", {"submitted"}, "withdrawn", "organizations:claim:withdraw", say("撤回认领")
        ),
    ],
    initial="submitted",
    public_words={"submitted": say("民政局审核中")},
)

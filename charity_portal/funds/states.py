"""The states of a fund. What each step needs besides stands in `rules.establishing`."""

from charity_portal.kernel.i18n import say
from charity_portal.kernel.states import StateMachine, Transition

FUND = StateMachine(
    "funds",
    "fund",
    states={
        "draft": say("筹备中"),
        "active": say("运行中"),
        "suspended": say("已暂停"),
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

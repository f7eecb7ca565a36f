"""The states of competitions: editions, stages, experts, panel members, reviews and pitches."""

from charity_portal.kernel.i18n import say
from charity_portal.kernel.states import StateMachine, Transition

EDITION = StateMachine(
    "competitions",
    "edition",
    states={
        "draft": say("筹备中"),
        "judging": say("评审中"),
        "scored": say("评分结束"),
        "selected": say("已定拟资助名单"),
        "published": say("结果已公布"),
        "cancelled": say("已取消"),
    },
    public_words={"scored": say("评审中"), "selected": say("评审中")},
    transitions=[
        Transition(
            "open", {"draft"}, "judging", "competitions:edition:open", say("确定规则并开始评审")
        ),
        Transition(
            "finish", {"judging"}, "scored", "competitions:edition:finish", say("结束全部评分")
        ),
        Transition("resume", {"scored"}, "judging", "competitions:edition:resume", say("恢复评分")),
        Transition(
            "select", {"scored"}, "selected", "competitions:edition:select", say("确定拟资助名单")
        ),
        Transition(
            "reselect", {"selected"}, "scored", "competitions:edition:select", say("撤回拟资助名单")
        ),
        Transition(
            "publish", {"selected"}, "published", "competitions:edition:publish", say("公布结果")
        ),
        Transition(
            "cancel",
            {"draft", "judging", "scored"},
            "cancelled",
            "competitions:edition:cancel",
            say("取消评审"),
        ),
    ],
    initial="draft",
)

STAGE = StateMachine(
    "competitions",
    "stage",
    states={"waiting": say("未开始"), "open": say("评分中"), "closed": say("评分已截止")},
    transitions=[
        Transition("open", {"waiting"}, "open", "competitions:stage:run", say("开始评分")),
        Transition("close", {"open"}, "closed", "competitions:stage:run", say("截止评分")),
        Transition("reopen", {"closed"}, "open", "competitions:stage:reopen", say("重新开放评分")),
    ],
    initial="waiting",
)

EXPERT = StateMachine(
    "competitions",
    "expert",
    states={
        "nominated": say("待审核"),
        "admitted": say("在库"),
        "suspended": say("已暂停参评"),
        "refused": say("未予入库"),
        "left": say("已退出"),
    },
    transitions=[
        Transition(
            "admit",
            {"nominated", "suspended"},
            "admitted",
            "competitions:expert:admit",
            say("准予入库"),
        ),
        Transition(
            "refuse", {"nominated"}, "refused", "competitions:expert:admit", say("不予入库")
        ),
        Transition(
            "suspend", {"admitted"}, "suspended", "competitions:expert:admit", say("暂停参评")
        ),
        Transition(
            "leave",
            {"nominated", "admitted", "suspended"},
            "left",
            "competitions:expert:leave",
            say("退出专家库"),
        ),
        Transition(
            "nominate",
            {"left", "refused"},
            "nominated",
            "competitions:expert:nominate",
            say("重新提名"),
        ),
    ],
    initial="nominated",
)

PANELIST = StateMachine(
    "competitions",
    "panelist",
    states={
        "standby": say("候补专家"),
        "invited": say("已邀请"),
        "accepted": say("已接受"),
        "declined": say("已谢绝"),
        "withdrawn": say("已退出"),
        "released": say("未启用"),
    },
    transitions=[
        Transition("invite", {"standby"}, "invited", "competitions:panel:manage", say("邀请")),
        Transition("accept", {"invited"}, "accepted", "competitions:panel:answer", say("接受")),
        Transition("decline", {"invited"}, "declined", "competitions:panel:answer", say("谢绝")),
        Transition(
            "withdraw", {"accepted"}, "withdrawn", "competitions:panel:withdraw", say("退出评审")
        ),
        Transition(
            "release",
            {"standby", "invited"},
            "released",
            "competitions:panel:manage",
            say("不再启用"),
        ),
    ],
    initial="standby",
)

REVIEW = StateMachine(
    "competitions",
    "review",
    states={
        "open": say("评审中"),
        "sealed": say("已提交"),
        "abstained": say("已弃权"),
        "void": say("已作废"),
    },
    transitions=[
        Transition("seal", {"open"}, "sealed", "competitions:review:write", say("提交评审")),
        Transition("reopen", {"sealed"}, "open", "competitions:review:reopen", say("退回修改")),
        Transition("abstain", {"open"}, "abstained", "competitions:review:write", say("弃权")),
        Transition(
            "reinstate", {"abstained"}, "open", "competitions:review:reopen", say("恢复评审")
        ),
        Transition(
            "void",
            {"open", "sealed", "abstained"},
            "void",
            "competitions:assignment:change",
            say("作废"),
        ),
        Transition("restore", {"void"}, "open", "competitions:assignment:change", say("重新分配")),
    ],
    initial="open",
)

PITCH = StateMachine(
    "competitions",
    "pitch",
    states={"planned": say("待开始"), "running": say("进行中"), "ended": say("已结束")},
    transitions=[
        Transition("start", {"planned"}, "running", "competitions:pitch:run", say("开始路演")),
        Transition("end", {"running"}, "ended", "competitions:pitch:run", say("结束路演")),
    ],
    initial="planned",
)

SLOT = StateMachine(
    "competitions",
    "pitch_slot",
    states={
        "waiting": say("候场"),
        "presenting": say("展示"),
        "questioning": say("问答"),
        "scoring": say("评分"),
        "done": say("完成"),
        "absent": say("缺席"),
    },
    transitions=[
        Transition("call_up", {"waiting"}, "presenting", "competitions:pitch:run", say("开始展示")),
        Transition(
            "question", {"presenting"}, "questioning", "competitions:pitch:run", say("转入问答")
        ),
        Transition(
            "open_scoring",
            {"presenting", "questioning"},
            "scoring",
            "competitions:pitch:run",
            say("开放评分"),
        ),
        Transition("finish", {"scoring"}, "done", "competitions:pitch:run", say("结束本项")),
        Transition(
            "miss", {"waiting", "presenting"}, "absent", "competitions:pitch:run", say("记为缺席")
        ),
        Transition(
            "return_to_queue",
            {"absent", "presenting", "questioning"},
            "waiting",
            "competitions:pitch:run",
            say("重新候场"),
        ),
    ],
    initial="waiting",
)

"""The states of a report's version."""

from charity_portal.kernel.i18n import say
from charity_portal.kernel.states import StateMachine, Transition

VERSION = StateMachine(
    "disclosure",
    "version",
    states={
        "draft": say("待发布"),
        "published": say("已发布"),
        "superseded": say("已被新版本取代"),
        "dropped": say("已弃用"),
    },
    transitions=[
        Transition("publish", {"draft"}, "published", "disclosure:report:publish", say("发布")),
        Transition(
            "supersede",
            {"published"},
            "superseded",
            "disclosure:report:publish",
            say("由新版本取代"),
        ),
        Transition("drop", {"draft"}, "dropped", "disclosure:report:draft", say("弃用草稿")),
    ],
    initial="draft",
)

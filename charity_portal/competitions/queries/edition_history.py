"""What happened to an edition: everything for staff, steps with their reasons for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.rules.edition_parts import PARTS
from charity_portal.kernel import audit
from charity_portal.kernel.i18n import Text, localized, say

_DOMAIN, _EDITION, _STAGE = "competitions.", "competitions.edition.", "competitions.stage."
ACTIONS: Mapping[str, Text] = {
    "create": say("建立评审"),
    "save": say("修改规则"),
    "open": say("确定规则并开始评审"),
    "finish": say("结束全部评分"),
    "resume": say("恢复评分"),
    "select": say("确定拟资助名单"),
    "reselect": say("撤回拟资助名单"),
    "ask_to_publish": say("申请公布结果"),
    "publish": say("公布结果"),
    "cancel": say("取消评审"),
    "settle": say("确定阶段名单"),
    "leave": say("申请退出评审"),
    "bonus": say("登记加分"),
    "remind": say("发送催评提醒"),
}
STAGES: Mapping[str, Text] = {
    "open": say("开始评分"),
    "close": say("截止评分"),
    "reopen": say("重新开放评分"),
    "postpone": say("更改截止时间"),
}
OTHERS: Mapping[str, Text] = {
    "draw.drawn": say("抽取评审专家"),
    "ranking.ask": say("计算排名"),
    "assignment.assign_all": say("分配评审"),
}
PUBLIC = ("open", "resume", "publish", "cancel")


@dataclass(frozen=True)
class Event:
    """One line of an edition's history: `what` names the step, `detail` what it touched, `note` why."""

    at: datetime
    what: Text
    who: str
    note: str | None
    detail: Text | str | None


def history(edition: Edition) -> list[Event]:
    """Every recorded step on the edition and its stages with its actor, newest first."""
    entries = [(entry, "") for entry in audit.history(edition)]
    for stage in edition.stages:
        entries += [(entry, localized(stage, "title")) for entry in audit.history(stage)]
    people = accounts.people({e.actor_id for e, _ in entries if e.actor_id is not None})
    return [
        Event(
            at=entry.at,
            what=word(entry.action),
            who=people[entry.actor_id].name if entry.actor_id in people else "",
            note=entry.reason,
            detail=stage or PARTS.get((entry.after or {}).get("part", "")),
        )
        for entry, stage in sorted(entries, key=lambda pair: -pair[0].seq)
    ]


def public_steps(edition: Edition) -> list[Event]:
    """The steps that concern everybody, without names, newest first."""
    return [
        Event(entry.at, word(entry.action), "", entry.reason, None)
        for entry in audit.history(edition)
        if entry.action.removeprefix(_EDITION) in PUBLIC
    ]


def word(action: str) -> Text:
    """What an action on an edition or a stage is called."""
    for start, words in ((_EDITION, ACTIONS), (_STAGE, STAGES), (_DOMAIN, OTHERS)):
        if action.startswith(start):
            return words[action.removeprefix(start)]
    raise KeyError(action)

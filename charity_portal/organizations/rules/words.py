"""How values and events of the register are put into words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from charity_portal.kernel.i18n import Text, date_text, say
from charity_portal.organizations.rules import identity, regions
from charity_portal.organizations.rules.roster_rows import TITLES

YES, NO = say("是"), say("否")
EMPTY = say("（空）")
UNSHOWN = say("已变更，此处不显示内容")
ACTIONS: Mapping[str, Text] = {
    "organizations.register": say("录入登记库"),
    "organizations.update": say("修改登记信息"),
    "organizations.archive": say("归档"),
    "organizations.restore": say("恢复"),
    "organizations.standing": say("名录状态变更"),
    "organizations.invite": say("发出成员邀请"),
    "organizations.revoke": say("撤回成员邀请"),
    "organizations.member.join": say("成员加入"),
    "organizations.member.role": say("成员角色变更"),
    "organizations.member.remove": say("移除成员"),
    "organizations.member.leave": say("成员退出"),
    "organizations.member.hand_over": say("移交负责人"),
}
ROSTER_NEW, ROSTER_CHANGED = say("经名册导入录入"), say("经名册导入更新")
LINK_STATES: Mapping[str, Text] = {
    "open": say("等待接受"),
    "accepted": say("已接受"),
    "expired": say("已过期"),
    "withdrawn": say("已撤回"),
}


def shown(field: str, value: Any) -> str:
    """A field's value as people read it; dates may come as ISO text, as the trail keeps them."""
    if value is None or value == "":
        return str(EMPTY)
    if value == "*" and field in identity.PERSONAL:
        return str(UNSHOWN)
    if isinstance(value, bool):
        return str(YES if value else NO)
    if field == "kind":
        return str(identity.KINDS.get(value, value))
    if field == "standing":
        return str(identity.STANDINGS.get(value, value))
    if field == "role":
        return str(identity.ROLES.get(value, value))
    if field == "grade":
        return identity.grade_word(value)
    if field in ("county", "township"):
        return regions.county_name(value)
    return _day(value) if field.endswith(("_from", "_to", "_on", "_date")) else str(value)


def _day(value: Any) -> str:
    return date_text(date.fromisoformat(value) if isinstance(value, str) else value)


def changes(fields: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """`{field: [before, after]}` as (label, before, after); fields without a label are left out."""
    return [
        (str(TITLES[field]), shown(field, before), shown(field, after))
        for field, (before, after) in fields.items()
        if field in TITLES
    ]


def sentences(fields: Mapping[str, Any]) -> str:
    """The same, one line for each field."""
    lines = []
    for label, before, after in changes(fields):
        if before == after or before == str(EMPTY):
            lines.append(str(say("%(label)s：%(after)s", label=label, after=after)))
        else:
            lines.append(
                str(
                    say(
                        "%(label)s：由“%(before)s”改为“%(after)s”",
                        label=label,
                        before=before,
                        after=after,
                    )
                )
            )
    return "\n".join(lines)

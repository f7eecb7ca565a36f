"""What experts are good for: fields of work, and the capacities in which they sit on a panel."""

from collections.abc import Iterable, Mapping

from charity_portal.kernel.i18n import Text, say

WORDS: Mapping[str, Text] = {
    "elderly": say("养老助老"),
    "children": say("儿童关爱"),
    "disability": say("助残康复"),
    "health": say("卫生健康"),
    "education": say("教育助学"),
    "environment": say("生态环境"),
    "villages": say("乡村振兴"),
    "community": say("社区治理"),
    "culture": say("文化体育"),
    "volunteering": say("志愿服务"),
    "disaster_relief": say("应急救灾"),
    "veterans": say("优抚拥军"),
    "finance": say("财务审计"),
    "evaluation": say("项目评估"),
}
CAPACITIES: Mapping[str, Text] = {
    "senior": say("高级职称或从业十年以上"),
    "finance": say("财务专业人员"),
    "user_representative": say("服务对象代表"),
}


def known(keys: Iterable[str], among: Mapping[str, Text] = WORDS) -> list[str]:
    """Those of the keys that exist, once each, in the order of the list."""
    wanted = set(keys)
    return [key for key in among if key in wanted]


def words(keys: Iterable[str], among: Mapping[str, Text] = WORDS) -> list[Text]:
    """What people call them, in the order of the list."""
    return [among[key] for key in known(keys, among)]

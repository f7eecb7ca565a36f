"""What an organization is: kinds, codes, grades and qualifications, and whether they hold."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from charity_portal.kernel import identifiers
from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations.rules import regions

KINDS: dict[str, Text] = {
    "association": say("社会团体"),
    "service": say("社会服务机构"),
    "foundation": say("基金会"),
    "community_group": say("社区社会组织"),
    "other": say("登记范围以外的机构"),
}
REGISTERED = ("association", "service", "foundation")
_MARKS = {"association": "1", "service": "2", "foundation": "3"}
STANDINGS: dict[str, Text] = {
    "normal": say("正常"),
    "abnormal": say("列入活动异常名录"),
    "serious": say("列入严重违法失信名单"),
}
LISTED = ("abnormal", "serious")
ROLES: dict[str, Text] = {
    "owner": say("负责人"),
    "editor": say("项目经办人"),
    "finance": say("财务人员"),
}
GRADES = (1, 2, 3, 4, 5)
LABELS: dict[str, Text] = {
    "name": say("机构名称"),
    "name_en": say("机构英文名称"),
    "kind": say("机构类型"),
    "uscc": say("统一社会信用代码"),
    "filing_number": say("备案编号"),
    "is_hub": say("枢纽型社会组织"),
    "is_charity": say("慈善组织"),
    "grade": say("评估等级"),
    "grade_from": say("等级有效期起"),
    "grade_to": say("等级有效期止"),
    "fundraising_from": say("公开募捐资格起"),
    "fundraising_to": say("公开募捐资格止"),
    "deductible_from": say("税前扣除资格起"),
    "deductible_to": say("税前扣除资格止"),
    "county": say("县区"),
    "township": say("镇街"),
    "registered_on": say("登记（备案）日期"),
    "registrar": say("登记管理机关"),
    "supervising_body": say("业务主管单位"),
    "legal_rep": say("法定代表人"),
    "address": say("住所"),
    "contact_name": say("联系人"),
    "contact_phone": say("联系电话"),
    "contact_email": say("联系邮箱"),
    "website": say("网址"),
    "host": say("依托机构代码"),
    "org_ref": say("机构标识"),
}
FIELDS = tuple(name for name in LABELS if name not in ("host", "org_ref"))
PERSONAL = ("legal_rep", "contact_name", "contact_phone", "contact_email")
"""Fields about people: history says that they changed, never from what to what."""

_PROVINCES = frozenset(
    str(code)
    for first, last in ((10, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for code in range(first, last + 1)
)  # GB/T 2260; 10 is what the ministry itself uses
_LONGEST = {"name": 200, "name_en": 200, "address": 300, "website": 300}
Faults = dict[str, list[Text]]


def grade_word(grade: int | None) -> str:
    """`3A` for 3, empty for none."""
    return f"{grade}A" if grade else ""


def holds_on(begins: date | None, ends: date | None, day: date) -> bool:
    """Whether something that begins and ends (both days included, None = open) holds on a day.

    Without a beginning it never does: a qualification counts from the day it was given.
    """
    return begins is not None and begins <= day and (ends is None or day <= ends)


def grade_on(grade: int | None, begins: date | None, ends: date | None, day: date) -> int | None:
    """The assessment grade that counts on a day, None outside its validity."""
    return grade if holds_on(begins, ends, day) else None


def years_registered(registered_on: date | None, day: date) -> int | None:
    """Whole years since registration; None when the date is unknown, 0 before it.

    Who registered on 29 February completes a year on 1 March.
    """
    if registered_on is None:
        return None
    before_anniversary = (day.month, day.day) < (registered_on.month, registered_on.day)
    return max(0, day.year - registered_on.year - before_anniversary)


def make_org_ref(values: Mapping[str, Any]) -> str | None:
    """The identifier for data exchange: by code, by filing number, or the one that was brought."""
    if values.get("uscc"):
        return identifiers.org_ref("CN-USCI", values["uscc"])
    if values.get("kind") == "community_group" and values.get("filing_number"):
        return identifiers.org_ref("CN-FILING", values["filing_number"])
    brought = values.get("org_ref")
    return str(brought) if brought else None


def faults(values: Mapping[str, Any], today: date) -> Faults:
    """Everything that does not hold about an organization, by field; empty when all is well."""
    found: Faults = {}

    def add(field: str, message: Text) -> None:
        found.setdefault(field, []).append(message)

    for check in (_texts, _code, _grade, _periods, _place):
        for field, message in check(values):
            add(field, message)
    registered_on = values.get("registered_on")
    if registered_on and registered_on > today:
        add("registered_on", say("登记日期不能晚于今天。"))
    return found


Found = list[tuple[str, Text]]


def _texts(values: Mapping[str, Any]) -> Found:
    found: Found = []
    if not values.get("name"):
        found.append(("name", say("请填写机构名称。")))
    if values.get("kind") not in KINDS:
        found.append(("kind", say("请选择机构类型。")))
    for field in FIELDS:
        text, longest = values.get(field), _LONGEST.get(field, 100)
        if isinstance(text, str) and len(text) > longest:
            found.append((field, say("不能超过 %(n)s 个字。", n=longest)))
    website = values.get("website")
    if website and not website.startswith(("http://", "https://")):
        found.append(("website", say("网址应以 http:// 或 https:// 开头。")))
    return found


def _code(values: Mapping[str, Any]) -> Found:
    kind, typed = values.get("kind"), values.get("uscc")
    if kind == "community_group":
        return _filing(values)
    if not typed:
        if kind in REGISTERED:
            return [("uscc", say("请填写统一社会信用代码。"))]
        if kind == "other" and not values.get("org_ref"):
            return [("org_ref", say("没有统一社会信用代码的机构，请填写机构标识。"))]
        return []
    try:
        code = identifiers.check_uscc(typed)
    except identifiers.BadCode as wrong:
        return [("uscc", wrong.message)]
    if kind not in REGISTERED:
        return []
    return [("uscc", message) for message in _marks(str(kind), code)]


def _filing(values: Mapping[str, Any]) -> Found:
    found: Found = []
    if values.get("uscc"):
        message = say("备案的社区社会组织没有统一社会信用代码；已经登记的，请改选机构类型。")
        found.append(("uscc", message))
    if not values.get("filing_number"):
        found.append(("filing_number", say("请填写备案编号。")))
    return found


def _marks(kind: str, code: str) -> list[Text]:
    """Kind and region as the code itself states them."""
    found = []
    if code[0] != "5":
        found.append(say("第 1 位是“%(char)s”，民政部门登记的机构应为“5”。", char=code[0]))
    elif code[1] != _MARKS[kind]:
        means = identifiers.KINDS.get(code[1])
        found.append(
            say(
                "第 2 位是“%(char)s”（%(means)s），与机构类型“%(kind)s”不符。",
                char=code[1],
                means=means if means else say("未定义"),
                kind=KINDS[kind],
            )
        )
    if code[2:4] not in _PROVINCES:
        found.append(say("第 3、4 位“%(digits)s”不是省级行政区划代码，请核对。", digits=code[2:4]))
    return found


def _grade(values: Mapping[str, Any]) -> Found:
    grade = values.get("grade")
    if grade is None:
        if values.get("grade_from") or values.get("grade_to"):
            return [("grade", say("填写了等级有效期，请同时填写评估等级。"))]
        return []
    if grade not in GRADES:
        return [("grade", say("评估等级应为 1A 至 5A。"))]
    missing = [field for field in ("grade_from", "grade_to") if not values.get(field)]
    return [(field, say("请填写评估等级的有效期。")) for field in missing]


def _periods(values: Mapping[str, Any]) -> Found:
    found: Found = []
    for period in ("grade", "fundraising", "deductible"):
        begins, ends = values.get(f"{period}_from"), values.get(f"{period}_to")
        if ends and not begins and period != "grade":
            found.append((f"{period}_from", say("请填写起始日期。")))
        elif begins and ends and ends < begins:
            found.append((f"{period}_to", say("截止日期不能早于起始日期。")))
    qualified = values.get("fundraising_from")
    if qualified and not values.get("is_charity") and values.get("kind") in REGISTERED:
        message = say("只有认定或登记为慈善组织的机构才能有公开募捐资格。")
        found.append(("fundraising_from", message))
    return found


def _place(values: Mapping[str, Any]) -> Found:
    county, township = values.get("county"), values.get("township")
    if not county:
        return [] if values.get("kind") == "other" else [("county", say("请选择县区。"))]
    known = regions.region(county)
    if known is None or known.level != "county":
        return [("county", say("没有代码为 %(code)s 的县区。", code=county))]
    if township and township not in [place.code for place in regions.townships(county)]:
        return [("township", say("该镇街不属于所选县区。"))]
    return []

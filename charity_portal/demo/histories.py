"""What became of each call, from its first draft to where it stands today."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from charity_portal.demo import applying, calling, office, sources
from charity_portal.demo.applying import Window, scripts
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.queries import notices as notice_queries
from charity_portal.projects.services import call_windows, calls, deadlines, objections
from charity_portal.projects.services import notices as noticing

ORDER = (
    "lapsed", "corrected", "completed", "award", "partial", "cancelled", "promoted", "reserve", "refuse",
    "eligible", "ineligible", "conditional", "promised", "correction",
)  # fmt: skip
"""Which applications are looked through first; what still waits for an applicant comes last."""
JUDGED = (("youth", -24, -13, -11), ("shops", -20, -9, -7), ("books", -26, -15, -12))
"""Calls whose applications a panel judges: key, opening, closing, first day of screening."""
OTHERS = ("village", "spaces", "funds")
"""Calls without applications."""


def all_of(city: City) -> Iterator[Story]:
    """Every call's history."""
    yield _contest(city)
    yield from _applied(city, "contest", -86, -66, screened=-60, per_day=4)
    yield _stations(city)
    yield from _applied(city, "stations", -54, -42, screened=-36, per_day=3)
    yield office.decide(city, "stations", -26)
    yield _silver(city)
    yield from _applied(city, "silver", -50, -38, screened=-33, per_day=3)
    yield office.decide(city, "silver", -16)
    yield _children(city)
    yield from _applied(city, "children", -46, -30, screened=-24, per_day=3)
    yield office.decide(city, "children", -6)
    yield _opened(city, "winter", -36, -18)
    yield from _applied(city, "winter", -34, -21, screened=-14, per_day=3)
    for key, opens, closes, screened in JUDGED:
        yield _opened(city, key, opens, closes)
        yield from _applied(city, key, opens + 1, closes - 2, screened=screened, per_day=4)
    yield _opened(city, "micro", -32, -13)
    yield from _applied(city, "micro", -31, -15, screened=-7, per_day=2)
    yield _opened(city, "canteen", -12, 13)
    yield _opened(city, "funds", -6, 22)
    yield from _applied(city, "canteen", -11, -3)
    yield applying.work_together(city)
    yield from (_village(city), _spaces(city), _next_year(city))


def _other(key: str) -> Mapping[str, Any]:
    """A call that nobody has applied to."""
    script: Mapping[str, Any] = sources.read("calls/others")[key]
    return script


def _opened(city: City, key: str, opens: int, closes: int) -> Story:
    """A call is written, published two days later, and opens."""
    script = sources.read(f"calls/{key}") if key not in OTHERS else _other(key)
    yield city.at(opens - 4, 10, 15)
    calling.write(city, key, script, city.at(opens, 9), city.at(closes, 17))
    yield city.at(opens - 2, 15, 30)
    calling.publish(city, key)


def _applied(
    city: City, call: str, first: int, last: int, screened: int | None = None, per_day: int = 3
) -> Iterator[Story]:
    """Applicants write; with `screened` the office then looks through what came, so many a day."""
    yield from applying.stories(city, call, Window(first, last))
    _, specs = scripts(call)
    for place, spec in enumerate(specs):
        if spec["fate"] == "withdrawn":
            yield applying.withdraw(city, call, place, spec, last + 2)
        elif spec["fate"] == "discarded":
            yield applying.discard(city, call, place, spec, last + 1)
    if screened is None:
        return
    queue = sorted(
        (pair for pair in enumerate(specs) if pair[1]["fate"] in ORDER),
        key=lambda pair: (ORDER.index(pair[1]["fate"]), pair[0]),
    )
    for turn, (place, spec) in enumerate(queue):
        yield from _handled(city, call, place, spec, screened + turn // per_day)


def _handled(
    city: City, call: str, place: int, spec: Mapping[str, Any], day: int
) -> Sequence[Story]:
    found = [office.screen(city, call, place, spec, day)]
    if spec["fate"] == "corrected":
        found.append(applying.correct(city, call, place, spec, day + 2))
    elif spec["fate"] in ("promised", "completed"):
        found.append(applying.promise(city, call, place, spec, day + 1))
    return found


def _end_notice(city: City, day: int) -> Story:
    """The night after a notice's last day."""
    yield city.at(day, 0, 5)
    with transaction():
        deadlines.end_notices(SYSTEM)


def _conclude(city: City, notice_id: int) -> None:
    with transaction():
        noticing.conclude(city.person("approver"), notice_id)


def _contest(city: City) -> Story:
    """Concluded: two objections, one upheld; a reserve moved up; everything published."""
    yield from _opened(city, "contest", -88, -64)
    yield city.at(-66, 11)
    with transaction():
        reason = "机构因台风停电两天，经核实准予延期。"
        organization = city.organizations["qiming"]
        until = city.at(-63, 17)
        officer = city.person("officer")
        call_windows.extend(officer, city.calls["contest"], organization, until, reason)
    yield city.at(-46, 9, 30)
    first = office.start_notice(city, "contest")
    yield city.at(-44, 10, 12)
    cancelled = city.application("contest", office.place_of("contest", "cancelled"))
    upheld = office.object_to(
        city, first, cancelled, "路小川", "0535-0000301",
        "该项目申报的三十家机构中有九家已由街道购买同样的记账服务，合同仍在履行，属于重复资助，附合同编号可供核对。",
    )  # fmt: skip
    yield city.at(-43, 15, 48)
    awarded = city.application("contest", office.place_of("contest", "award"))
    dismissed = office.object_to(
        city, first, awarded, "鲍明轩", "baomingxuan@ludong.example",
        "该机构去年已经做过照护者培训，今年再次立项，是否重复，请核实。",
    )  # fmt: skip
    yield city.at(-42, 9, 10)
    for objection in (upheld, dismissed):
        with transaction():
            objections.examine(city.person("officer"), objection)
    yield from _answers(city, upheld, dismissed)
    yield from _end_notice(city, -40)
    yield city.at(-39, 10, 0)
    _conclude(city, first)
    yield city.at(-38, 9, 30)
    second = office.start_notice(city, "contest", promoted=True)
    yield from _end_notice(city, -32)
    yield city.at(-32, 10, 5)
    _conclude(city, second)
    yield city.at(-31, 15, 0)
    with transaction():
        noticing.conclude_call(city.person("approver"), city.calls["contest"])


def _answers(city: City, upheld: int, dismissed: int) -> Story:
    yield city.at(-41, 16, 30)
    with transaction():
        objections.answer(
            city.person("approver"), dismissed, False,
            "调取上一年度结项材料，服务对象名单与本次申报无重合，服务内容由集中培训改为上门指导。",
            "经核实，本次申报的服务对象和服务方式与上一年度不同，不构成重复资助，异议不成立。",
        )  # fmt: skip
    yield city.at(-41, 17, 15)
    with transaction():
        objections.answer(
            city.person("approver"), upheld, True,
            "与街道核对购买服务合同，九家机构的记账服务在有效期内，申报材料未如实说明。",
            "经核实，项目部分服务对象已由财政资金购买同类服务，申报材料未作说明，异议成立，取消拟立项。",
        )  # fmt: skip


def _stations(city: City) -> Story:
    """Concluded; its result is drafted and waits for the approver."""
    yield from _opened(city, "stations", -56, -40)
    yield city.at(-22, 9, 40)
    notice = office.start_notice(city, "stations")
    yield from _end_notice(city, -16)
    yield city.at(-15, 10, 30)
    _conclude(city, notice)
    yield city.at(-5, 16, 0)
    with transaction():
        noticing.conclude_call(city.person("approver"), city.calls["stations"])


def _silver(city: City) -> Story:
    """The notice is over; one objection is answered, another still examined: nothing is confirmed yet."""
    yield from _opened(city, "silver", -52, -36)
    yield city.at(-12, 10, 0)
    notice = office.start_notice(city, "silver")
    yield city.at(-9, 14, 22)
    items = notice_queries.proposed(notice)
    kept = office.object_to(
        city, notice, items[0].application_id, "池慕白", "0535-0000302",
        "讲解路线经过在建工地，安全措施没有写明，请补充后再立项。",
    )  # fmt: skip
    yield city.at(-8, 19, 5)
    office_open = office.object_to(
        city, notice, items[2].application_id, "荆楚然", "jingchuran@ludong.example",
        "巡护水域中有三处由水库管理单位负责，社会组织能否进入，请核实权限和责任。",
    )  # fmt: skip
    yield city.at(-7, 9, 20)
    for objection in (kept, office_open):
        with transaction():
            objections.examine(city.person("officer2"), objection)
    yield from _end_notice(city, -6)
    yield city.at(-3, 15, 10)
    with transaction():
        objections.answer(
            city.person("approver"), kept, False,
            "已要求机构调整路线并提交安全预案，现场踏勘确认。",
            "经核实，机构已调整讲解路线并补充安全预案，异议反映的问题已解决，不影响立项。",
        )  # fmt: skip


def _children(city: City) -> Story:
    """In public notice today, with objections in every open state and one taken back."""
    yield from _opened(city, "children", -48, -32)
    yield city.at(-35, 11, 20)
    with transaction():
        reason = "应多家机构请求，延长征集时间四个工作日，以便补办无犯罪记录证明。"
        officer = city.person("officer")
        call_windows.prolong(officer, city.calls["children"], city.at(-28, 17), reason)
    yield city.at(-3, 9, 30)
    notice = office.start_notice(city, "children")
    items = notice_queries.proposed(notice)
    yield city.at(-2, 10, 40)
    examined = office.object_to(
        city, notice, items[4].application_id, "时念安", "0535-0000303",
        "职业体验涉及的企业中有两家不具备接纳未成年人的条件，请核实名单。",
    )  # fmt: skip
    yield city.at(-2, 16, 30)
    taken_back = office.object_to(
        city, notice, items[1].application_id, "温如故", "0535-0000304",
        "名单中的机构名称与我单位相近，担心公众混淆，请说明。",
    )  # fmt: skip
    yield city.at(-1, 9, 15)
    with transaction():
        objections.examine(city.person("officer"), examined)
    yield city.at(-1, 11, 0)
    with transaction():
        why = "来电说明已核对统一社会信用代码，确认不是同一机构，书面撤回，已核实身份。"
        objections.retract(city.person("officer"), taken_back, why)
    yield city.at(-1, 20, 20)
    office.object_to(
        city, notice, items[2].application_id, "向晚晴", "xiangwanqing@ludong.example",
        "夏令营人均费用高于同类项目近一倍，请公开费用测算依据。",
    )  # fmt: skip


def _village(city: City) -> Story:
    """Published, not open yet."""
    yield city.at(-3, 14)
    calling.write(city, "village", _other("village"), city.at(4, 9), city.at(30, 17))
    yield city.at(-2, 17)
    calling.publish(city, "village")


def _spaces(city: City) -> Story:
    """Published and taken back."""
    script = _other("spaces")
    yield city.at(-30, 14)
    calling.write(city, "spaces", script, city.at(-26, 9), city.at(-6, 17))
    yield city.at(-29, 10)
    calling.publish(city, "spaces")
    yield city.at(-23, 16, 40)
    with transaction():
        calls.cancel(city.person("approver"), city.calls["spaces"], script["call"]["cancelled"])


def _next_year(city: City) -> Story:
    """The contest of the next year, copied and not published yet."""
    yield city.at(-4, 15)
    with transaction():
        city.calls["next"] = calls.copy(city.person("officer"), city.calls["contest"]).id

"""Whether a call is ready to be published: everything that stands in the way, and what to consider.

Keys are the ids of the fields on the edit page (`purse_fen`, `questions-2-label_zh`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from charity_portal.kernel import clock
from charity_portal.kernel.edits import Draft, Row
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.workdays import is_workday, workdays_between
from charity_portal.projects.rules.call_edits import WORDS
from charity_portal.projects.rules.calls import window_problem
from charity_portal.projects.rules.defects import Defect

WHOLE = 10_000  # basis points
FEWEST_WORKDAYS = 10
USUAL_NOTICE = 5
MUST_BE_WRITTEN = ("title_zh", "summary_zh", "body_zh", "contact")
ENGLISH = ("title_en", "summary_en", "body_en")
WITH_CHOICES = ("choice", "multi")


def blockers(draft: Draft, now: datetime) -> list[Defect]:
    """Every defect that forbids publishing at `now`."""
    checks = (_texts, _money, _awards, _tracks, _questions, _categories, _slots)
    return [*_window(draft, now), *(defect for check in checks for defect in check(draft))]


def advice(draft: Draft, now: datetime) -> list[Defect]:
    """What an officer may want to change before publishing; none of it forbids that."""
    units = draft.units
    found = [
        Defect(unit, say("%(field)s未填写，英文页面将显示中文。", field=WORDS[unit]))
        for unit in ENGLISH
        if not units[unit]
    ]
    if not units["source_note"]:
        found.append(Defect("source_note", say("建议写明资金来自哪个账户或哪项预算。")))
    if units["notice_workdays"] < USUAL_NOTICE:
        found.append(Defect("notice_workdays", say("公示期通常不少于 5 个工作日。")))
    return [*found, *_window_advice(draft, now)]


def _texts(draft: Draft) -> Iterator[Defect]:
    for unit in MUST_BE_WRITTEN:
        if not draft.units[unit]:
            yield Defect(unit, say("请填写%(field)s。", field=WORDS[unit]))


def _money(draft: Draft) -> Iterator[Defect]:
    purse, floor, cap = (draft.units[unit] for unit in ("purse_fen", "floor_fen", "cap_fen"))
    if not purse:
        yield Defect("purse_fen", say("请填写资助总额。"))
    if not cap:
        yield Defect("cap_fen", say("请填写单项资助上限。"))
    if floor and cap and floor > cap:
        yield Defect("floor_fen", say("单项资助下限高于上限。"))
    if purse and cap and cap > purse:
        yield Defect("cap_fen", say("单项资助上限高于资助总额。"))
    if (draft.units["own_contribution_min_bp"] or 0) >= WHOLE:
        yield Defect("own_contribution_min_bp", say("自筹资金比例应低于百分之百。"))


def _awards(draft: Draft) -> Iterator[Defect]:
    fewest, most = draft.units["min_awards"], draft.units["max_awards"]
    purse, floor = draft.units["purse_fen"], draft.units["floor_fen"]
    if fewest and most and fewest > most:
        yield Defect("min_awards", say("最少立项数大于最多立项数。"))
    if purse and floor and fewest and floor * fewest > purse:
        yield Defect("min_awards", say("按下限资助最少立项数，已超过资助总额。"))


def _window(draft: Draft, now: datetime) -> Iterator[Defect]:
    opens, closes = draft.units["opens_at"], draft.units["closes_at"]
    if opens is None:
        yield Defect("opens_at", say("请填写开始时间。"))
    if closes is None:
        yield Defect("closes_at", say("请填写截止时间。"))
    problem = window_problem(opens, closes)
    if problem is not None:
        yield Defect("closes_at", problem)
    elif closes is not None and closes <= now:
        yield Defect("closes_at", say("截止时间已经过去。"))


def _window_advice(draft: Draft, now: datetime) -> Iterator[Defect]:
    opens, closes = draft.units["opens_at"], draft.units["closes_at"]
    if opens is not None and opens < now:
        yield Defect("opens_at", say("开始时间已过，发布后立即接受申请。"))
    if closes is not None and not is_workday(clock.local(closes).date()):
        yield Defect("closes_at", say("截止日不是工作日，申请机构当天可能找不到人咨询。"))
    if opens is not None and closes is not None and opens < closes:
        begins = max(opens, now)
        days = workdays_between(clock.local(begins).date(), clock.local(closes).date())
        if days < FEWEST_WORKDAYS:
            yield Defect("closes_at", say("申请时间只有 %(n)s 个工作日。", n=max(days, 0)))


def _tracks(draft: Draft) -> Iterator[Defect]:
    rows = draft.rows("tracks")
    yield from _titles(rows, "tracks", "title_zh", say("请填写第 %(n)s 条赛道的名称。"))
    purse = draft.units["purse_fen"]
    if purse and sum(row["purse_fen"] or 0 for row in rows) > purse:
        yield Defect("tracks", say("各赛道金额之和超过资助总额。"))


def _questions(draft: Draft) -> Iterator[Defect]:
    rows = draft.rows("questions")
    if not rows:
        yield Defect("questions", say("申报书至少需要一个问题。"))
    yield from _titles(rows, "questions", "label_zh", say("请填写第 %(n)s 个问题。"))
    for n, row in enumerate(rows):
        if row["kind"] not in WITH_CHOICES:
            continue
        labels = [choice["zh"] for choice in row["choices"]]
        if len(labels) < 2:
            text = say("第 %(n)s 个问题至少需要两个选项。", n=n + 1)
            yield Defect(f"questions-{n}-choices", text)
        if len(set(labels)) < len(labels):
            text = say("第 %(n)s 个问题有重复的选项。", n=n + 1)
            yield Defect(f"questions-{n}-choices", text)


def _categories(draft: Draft) -> Iterator[Defect]:
    rows = draft.rows("categories")
    if not rows:
        yield Defect("categories", say("预算至少需要一个科目。"))
    yield from _titles(rows, "categories", "title_zh", say("请填写第 %(n)s 个科目的名称。"))
    caps = [row["cap_bp"] for row in rows]
    if rows and None not in caps and sum(caps) < WHOLE:
        yield Defect("categories", say("所有科目的上限合计不足百分之百，预算无法编满。"))
    limit = draft.units["management_cost_max_bp"]
    if limit is not None and not any(row["is_management"] for row in rows):
        yield Defect("management_cost_max_bp", say("已限制管理费用，但没有科目标为管理费用。"))
    for n, row in enumerate(rows):
        if row["is_management"] and limit is not None and (row["cap_bp"] or 0) > limit:
            text = say("第 %(n)s 个科目的上限高于管理费用最高比例。", n=n + 1)
            yield Defect(f"categories-{n}-cap_bp", text)


def _slots(draft: Draft) -> Iterator[Defect]:
    rows = draft.rows("slots")
    yield from _titles(rows, "slots", "title_zh", say("请填写第 %(n)s 项材料的名称。"))
    for n, row in enumerate(rows):
        if not row["kinds"]:
            text = say("第 %(n)s 项材料没有选择文件类型。", n=n + 1)
            yield Defect(f"slots-{n}-kinds", text)


def _titles(rows: Sequence[Row], unit: str, column: str, missing: Text) -> Iterator[Defect]:
    """Rows without a name, and names that occur twice."""
    seen = Counter(row[column] for row in rows if row[column])
    for n, row in enumerate(rows):
        name = row[column]
        if not name:
            yield Defect(f"{unit}-{n}-{column}", Text(missing.msgid, {"n": n + 1}))
        elif seen[name] > 1:
            text = say("%(list)s中“%(name)s”出现了不止一次。", list=WORDS[unit], name=name)
            yield Defect(f"{unit}-{n}-{column}", text)

"""How an award is paid: in tranches, each tied to a condition; and how much may be asked back.

First payment within 15 working days of the award, 50 : 40 : 10, and three years without new grants
after a breach are what cities practise (中山, 罗湖, 芜湖); each plan and each bar may say otherwise.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, money, say
from charity_portal.kernel.money import split_by
from charity_portal.kernel.workdays import add_workdays

CONDITIONS: dict[str, Text] = {
    "agreement": say("资助协议已签订"),
    "midterm": say("中期评估合格"),
    "closing": say("结项验收通过"),
}
ASKED: dict[str, Text] = {
    "agreement": say("签订资助协议"),
    "midterm": say("提交中期报告并通过评估"),
    "closing": say("提交结项报告并通过验收"),
}
"""What the organization has to do so that a condition is met."""

USE = "award"
DEFAULT_SPLIT = (("agreement", 50), ("midterm", 40), ("closing", 10))
FIRST_WORKDAYS, CLOSING_DAYS = 15, 30
MOST_PARTS, LONGEST_YEARS = 12, 10
WHOLE_BP = 10_000
BAR_YEARS = 3
MOST_BAR_YEARS = 10
DUE_SOON_DAYS = 30
LONGEST_DESCRIPTION = 200

Problems = dict[str, list[Text]]


@dataclass(frozen=True)
class Part:
    """One tranche as it is to be planned; `tranche_id` is None for a new one."""

    condition: str
    amount_fen: int
    due_on: date
    purpose_id: int
    tranche_id: int | None = None


class Planned(Protocol):
    """A tranche as far as plans look at it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def condition(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def due_on(self) -> date: ...
    @property
    def purpose_id(self) -> int: ...


@dataclass(frozen=True)
class Pocket:
    """What a plan needs to know of a purse. `problem` says why it cannot be used at all."""

    available_fen: int
    problem: Text | None = None


def default_days(
    awarded_on: date, today: date, starts: date | None, ends: date | None
) -> dict[str, date]:
    """By when each condition should be met: soon, halfway, a month after the end."""
    first = add_workdays(max(awarded_on, today), FIRST_WORKDAYS)
    begin = max(starts or first, first)
    end = max(ends or begin + timedelta(days=365), begin + timedelta(days=60))
    return {
        "agreement": first,
        "midterm": begin + (end - begin) / 2,
        "closing": end + timedelta(days=CLOSING_DAYS),
    }


def shares_to_amounts(left_fen: int, shares_bp: Sequence[int | None]) -> list[int]:
    """Amounts from shares (hundredths of a per cent of what is to be planned) that add up exactly.

    Raises Invalid when a share is missing or they are not 100 % together.
    """
    missing = {
        f"parts-{n}-share": [say("请填写比例。")] for n, share in enumerate(shares_bp) if not share
    }
    if missing:
        raise Invalid(fields=missing)
    shares = [share or 0 for share in shares_bp]
    if sum(shares) != WHOLE_BP:
        stands = f"{sum(shares) / 100:g}%"
        raise Invalid(
            fields={"parts": [say("各期比例合计应为 100%%，目前为 %(sum)s。", sum=stands)]}
        )
    return split_by(left_fen, shares)


def plan_problems(
    left_fen: int, parts: Sequence[Part], awarded_on: date, pockets: Mapping[int, Pocket]
) -> Problems:
    """Everything that is wrong with a plan for what is left of an award, by field."""
    found: Problems = {}
    faults = list(_whole_faults(left_fen, parts))
    before: date | None = None
    for n, part in enumerate(parts):
        faults += _part_faults(n, part, pockets)
        faults += _day_faults(n, part.due_on, awarded_on, before)
        before = part.due_on
    for field, text in faults:
        found.setdefault(field, []).append(text)
    return found


Faults = Iterator[tuple[str, Text]]


def _whole_faults(left_fen: int, parts: Sequence[Part]) -> Faults:
    if not parts and left_fen:
        yield "parts", say("请至少安排一期拨付。")
    if len(parts) > MOST_PARTS:
        yield "parts", say("最多安排 %(n)s 期。", n=MOST_PARTS)
    total = sum(part.amount_fen for part in parts)
    if parts and total != left_fen:
        yield "parts", _off(total, left_fen)


def _part_faults(n: int, part: Part, pockets: Mapping[int, Pocket]) -> Faults:
    if part.condition not in CONDITIONS:
        yield f"parts-{n}-condition", say("请选择拨付条件。")
    if part.amount_fen <= 0:
        yield f"parts-{n}-amount", say("金额应大于零。")
    pocket = pockets.get(part.purpose_id)
    problem = say("请选择资金来源。") if pocket is None else pocket.problem
    if problem is not None:
        yield f"parts-{n}-purse", problem


def _day_faults(n: int, due_on: date, awarded_on: date, before: date | None) -> Faults:
    latest = awarded_on + timedelta(days=365 * LONGEST_YEARS)
    if not awarded_on <= due_on <= latest:
        yield f"parts-{n}-due_on", say("日期应在立项之后十年之内。")
    elif before is not None and due_on < before:
        yield f"parts-{n}-due_on", say("日期不应早于上一期。")


def _off(total_fen: int, left_fen: int) -> Text:
    difference = total_fen - left_fen
    said = {"sum": money(total_fen), "whole": money(left_fen), "gap": money(abs(difference))}
    if difference > 0:
        return say("各期合计 %(sum)s，应为 %(whole)s，多 %(gap)s。", **said)
    return say("各期合计 %(sum)s，应为 %(whole)s，少 %(gap)s。", **said)


def short_purses(
    parts: Iterable[Part], promised: Mapping[int, int], pockets: Mapping[int, Pocket]
) -> dict[int, int]:
    """How much each purse lacks, in fen, for these parts and what other plans count on."""
    wanted = dict(promised)
    touched = set()
    for part in parts:
        wanted[part.purpose_id] = wanted.get(part.purpose_id, 0) + part.amount_fen
        touched.add(part.purpose_id)
    return {
        purpose_id: wanted[purpose_id] - pockets[purpose_id].available_fen
        for purpose_id in sorted(touched)
        if purpose_id in pockets and wanted[purpose_id] > pockets[purpose_id].available_fen
    }


def free_positions(taken: Iterable[int], count: int) -> list[int]:
    """The lowest positions that are not taken, so that what is paid keeps its number."""
    used, found, n = set(taken), list[int](), 1
    while len(found) < count:
        if n not in used:
            found.append(n)
        n += 1
    return found


def mark(tranches: Iterable[Planned]) -> str:
    """What a plan says, as a short mark; two plans that say the same have the same."""
    rows = [
        [t.id, t.state, t.condition, t.amount_fen, t.due_on.isoformat(), t.purpose_id]
        for t in tranches
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def same_plan(tranches: Iterable[Planned], parts: Sequence[Part]) -> bool:
    """Whether the tranches still to come are exactly these parts."""
    have = [
        (t.condition, t.amount_fen, t.due_on, t.purpose_id)
        for t in tranches
        if t.state == "planned"
    ]
    return have == [(p.condition, p.amount_fen, p.due_on, p.purpose_id) for p in parts]


def bar_period(today: date, years: int) -> tuple[date, date]:
    """The first and the last day of a bar of so many years from today on."""
    try:
        end = today.replace(year=today.year + years)
    except ValueError:  # the 29th of February
        end = date(today.year + years, 3, 1)
    return today, end - timedelta(days=1)


def describe(call: str, project: str, tail: str) -> str:
    """What the ledger says in public about money of an award: at most 200 characters, `tail` whole."""
    room = LONGEST_DESCRIPTION - 1 - len(tail)
    project = project if len(project) <= room - 20 else project[: room - 21] + "…"
    left = room - len(project)
    call = call if len(call) <= left else call[: left - 1] + "…"
    return f"{call}：{project}{tail}"

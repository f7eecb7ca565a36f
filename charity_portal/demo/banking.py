"""Statements of the hosting charity's account: kept, matched, refused, waiting to be confirmed."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import date

from charity_portal.demo import sources
from charity_portal.demo.city import City
from charity_portal.demo.register import HOST
from charity_portal.demo.timeline import Story
from charity_portal.funds.queries import bank, bank_entries
from charity_portal.funds.services import bank as settling
from charity_portal.funds.services import bank_imports
from charity_portal.kernel.database import transaction
from charity_portal.kernel.money import format_yuan
from charity_portal.kernel.tables import read_grid

TAIL = "0001"
OPENING_FEN = 42_000_000
YUAN = 100
HEAD = ("交易日期", "交易流水号", "对方户名", "摘要", "收入", "支出", "余额")
OTHERS = (
    (-66, "鲁东银行福山支行", "账户管理费", -30 * YUAN),
    (-40, "慈善总会会员单位", "会费", 500 * YUAN),
    (-12, "慈善总会会员单位", "会费", 800 * YUAN),
    (-3, "鲁东银行福山支行", "账户管理费", -30 * YUAN),
)
"""Movements that belong to no fund: day, counterparty, remark, fen."""
Line = tuple[date, str, str, int]
"""Day, counterparty, remark, amount in fen (positive came in)."""


def all_of(city: City) -> Iterator[Story]:
    """Two months kept and worked through, then one file of each other kind."""
    yield _kept(city)
    yield _others(city)


def _kept(city: City) -> Story:
    """Two files that overlap; what is beyond doubt is matched, the bank's own fee explained."""
    yield city.at(-21, 16)
    finance, host_id = city.person("finance"), city.organizations[HOST]
    first = _lines(city, -66, -24)
    statement = _bring(city, first, OPENING_FEN)
    with transaction():
        bank_imports.keep(finance, statement)
    _settle(city)
    with transaction():
        line = bank.open_batch(host_id, 1)[0]
        settling.explain(finance, line.id, "fee", "")
    yield city.at(-2, 16)
    since = city.calendar.day(-30)
    again = [line for line in first if line[0] >= since]
    opening = OPENING_FEN + sum(line[3] for line in first if line[0] < since)
    statement = _bring(city, [*again, *_lines(city, -23, -3)], opening)
    with transaction():
        bank_imports.keep(finance, statement)
    _settle(city)


def _settle(city: City) -> None:
    """Take over what is beyond doubt, as the page offers it."""
    host_id = city.organizations[HOST]
    sure = {line.id: entry.id for line, entry in bank_entries.certain_pairs(host_id)}
    with transaction():
        settling.match_certain(city.person("finance"), host_id, sure)


def _others(city: City) -> Story:
    """One with a fault, one put aside, one that waits for somebody to confirm it."""
    yield city.at(-2, 16, 40)
    day = city.calendar.day(-3)
    _bring(city, [(day, "福山区暖阳百货商行", "货款", 0)], OPENING_FEN)
    yield city.at(-1, 9, 40)
    aside = _bring(city, [(day, "鲁东银行", "利息", 1_234)], OPENING_FEN)
    with transaction():
        bank_imports.discard(city.person("finance"), aside)
    yield city.at(-1, 10, 40)
    today = city.calendar.day(-1)
    lines = [
        (today, "鲁东绿圃农业合作联社", "捐赠", 2_000 * YUAN),
        (today, "鲁东银行", "利息", 8_642),
    ]
    _bring(city, lines, OPENING_FEN)


def _lines(city: City, first: int, last: int) -> list[Line]:
    """What the bank saw of the funds' entries in these days, and what has nothing to do with them."""
    since, until = city.calendar.day(first), city.calendar.day(last)
    names = _givers(city)
    found = [
        (
            entry.day,
            names.get((entry.day, entry.amount_fen), "福山区往来单位"),
            "捐赠" if entry.amount_fen > 0 else "付款",
            entry.amount_fen,
        )
        for entry in bank_entries.waiting_between(city.organizations[HOST], since, until)
    ]
    others = [
        (city.calendar.day(day), who, remark, amount)
        for day, who, remark, amount in OTHERS
        if first <= day <= last
    ]
    return sorted([*found, *others])


def _givers(city: City) -> dict[tuple[date, int], str]:
    names = {row["key"]: row["name"] for row in sources.rows("funds", "donor")}
    gifts = [
        gift
        for table in ("fund", "campaign")
        for row in sources.rows("funds", table)
        for gift in row["gifts"]
    ]
    return {
        (city.calendar.day(gift[0]), gift[4] * YUAN): names.get(gift[1], "现金存入")
        for gift in gifts
    }


def _bring(city: City, lines: Sequence[Line], balance_fen: int) -> int:
    """Bring a file in as the bank's own export has it; the id of the statement."""
    rows = ["鲁东银行账户交易明细（演示）", f"账号：950000000000{TAIL}", ",".join(HEAD)]
    for day, counterparty, remark, amount in lines:
        balance_fen += amount
        serial = hashlib.sha256(f"{day}{counterparty}{amount}".encode()).hexdigest()[:12]
        given = ["", ""]
        given[0 if amount > 0 else 1] = format_yuan(abs(amount)).replace(",", "")
        cells = [
            day.isoformat(),
            serial,
            counterparty,
            remark,
            *given,
            format_yuan(balance_fen).replace(",", ""),
        ]
        rows.append(",".join(cells))
    content = ("\r\n".join(rows) + "\r\n").encode("gb18030")
    grid = read_grid(io.BytesIO(content), "交易明细.csv")
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction():
        return bank_imports.look_through(
            city.person("finance"), city.organizations[HOST], sha256, grid,
            bank_imports.read(grid), "",
        ).id  # fmt: skip

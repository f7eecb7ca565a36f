"""What the pages of bank statements share: which charity, what is shown of whom a line names, tables."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import request

from charity_portal.funds.models.bank import BankLine
from charity_portal.funds.queries import bank, funds
from charity_portal.funds.queries.bank import Preview
from charity_portal.funds.queries.bank_entries import BankEntry
from charity_portal.funds.queries.bank_sheets import MonthSheet
from charity_portal.funds.rules.accounts import ENTRIES
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.masking import mask_name
from charity_portal.kernel.permissions import can, current_actor
from charity_portal.kernel.tables import Column, Row, Sheet, error_workbook

SHEET_COLUMNS = [
    Column("part", say("调节项目"), width=34),
    Column("day", say("日期"), "date", width=12),
    Column("about", say("说明"), width=44),
    Column("number", say("流水号或凭证号"), width=22),
    Column("amount", say("金额（元）"), "money"),
]


def chosen_host() -> int | None:
    """The charity that the address names; the only one when there is no choice."""
    hosts = bank.hosts()
    asked = request.args.get("host", type=int)
    if asked in hosts:
        return asked
    return next(iter(hosts)) if len(hosts) == 1 else None


def masked(line: BankLine) -> str:
    """Whom a line names, in a list."""
    return mask_name(line.counterparty or "")


def named(line: BankLine) -> str:
    """Whom a line names, on its own page: whole for those who settle it."""
    if can(current_actor(), "funds:bank:match", line):
        return line.counterparty or ""
    return masked(line)


def fund_names(entries: Iterable[BankEntry]) -> dict[int, str]:
    """The names of the funds that entries belong to."""
    return {key: card.name for key, card in funds.cards({e.fund_id for e in entries}).items()}


def error_sheet(preview: Preview) -> bytes:
    """The bank's own table with the reasons beside the rows at fault."""
    head = preview.reading.head
    titles = _titles([cell.strip() for cell in preview.grid[head.index][1]], preview.grid)
    rows = [
        Row(number, dict(zip(titles, [*cells, *[""] * len(titles)], strict=False)))
        for number, cells in preview.grid[head.index + 1 :]
    ]
    faults = {
        number: [(_title(titles, head.column(what)), reason) for what, reason in found]
        for number, found in preview.reading.problems.items()
    }
    return error_workbook(Sheet(titles, rows), faults)


def _titles(told: list[str], grid: list[tuple[int, list[str]]]) -> list[str]:
    """A title for every column, each once."""
    found: list[str] = []
    for index in range(max(len(cells) for _, cells in grid)):
        title = told[index] if index < len(told) else ""
        if not title or title in found:
            title = str(say("第 %(n)s 列", n=index + 1)) + (f" {title}" if title else "")
        found.append(title)
    return found


def _title(titles: list[str], column: int | None) -> str:
    return titles[column] if column is not None and column < len(titles) else ""


def faults(preview: Preview, most: int = 200) -> list[tuple[int, str, Text]]:
    """Row, title and reason of what is wrong with a file."""
    reading = preview.reading
    told = preview.grid[reading.head.index][1]
    found = [
        (number, _title(told, reading.head.column(what)), reason)
        for number, problems in sorted(reading.problems.items())
        for what, reason in problems
    ]
    return found[:most]


def sheet_rows(found: MonthSheet) -> Iterator[dict[str, Any]]:
    """A month's sheet as a table; whom lines name stays out of it."""
    s = found.sheet
    for account in found.accounts:
        told = say("账号尾号 %(tail)s，对账单至 %(until)s", tail=account.tail, until=account.until)
        yield _row(say("银行对账单余额"), account.stands_fen, told)
    yield _row(say("不属于基金的期初余额"), s.opening)
    yield _row(say("已说明的其他资金"), s.explained)
    yield _row(say("各基金账面银行存款"), s.book)
    for line in found.open_lines:
        yield _row(BANK_ONLY, line.amount_fen, "", line.booked_on, line.serial or "")
    for part, entries in (
        (BANK_EARLY, found.booked_later),
        (BOOK_ONLY, found.waiting),
        (BOOK_EARLY, found.arrived_later),
    ):
        for e in entries:
            about = f"{ENTRIES[e.kind]} {e.description}"
            yield _row(part, e.amount_fen, about, e.day, e.voucher)
    yield _row(say("差额"), s.difference)


BANK_ONLY = say("银行已记、账上未记的流水")
BANK_EARLY = say("银行当月已记、账上次月以后记账")
BOOK_ONLY = say("账上已记、银行没有流水")
BOOK_EARLY = say("账上当月已记、银行次月以后到账或冲销")


def _row(
    part: Text, amount: int, about: object = "", day: object = None, number: str = ""
) -> dict[str, Any]:
    return {"part": part, "day": day, "about": about, "number": number, "amount": amount}

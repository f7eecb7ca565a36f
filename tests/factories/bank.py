"""Bank statements for tests: written as banks export them, and kept."""

import hashlib
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from charity_portal.funds.models.bank import BankLine, BankStatement
from charity_portal.funds.rules.bank_files import read
from charity_portal.funds.services import bank, bank_imports
from charity_portal.funds.services.posting import reverse
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from tests.factories.examples import World
from tests.factories.funds import Settled, make_fund, make_staff

HEAD = (
    "交易日期",
    "借方发生额",
    "贷方发生额",
    "余额",
    "对方户名",
    "对方账号",
    "摘要",
    "交易流水号",
)
_serials = itertools.count(1)


@dataclass(frozen=True)
class Move:
    """One movement: day, yuan (positive came in), whom it names, what it says, the bank's number."""

    day: str
    yuan: int
    name: str = ""
    remark: str = ""
    serial: str = ""


def rows(moves: Sequence[Move], opening: int | None = 1000) -> list[list[str]]:
    """The rows below the titles; with an opening balance the balance runs along."""
    found, balance = [], opening
    for move in moves:
        balance = None if balance is None else balance + move.yuan
        came, went = (f"{move.yuan:,}.00", "") if move.yuan > 0 else ("", f"{-move.yuan:,}.00")
        stands = "" if balance is None else f"{balance:,}.00"
        told = [move.day, went, came, stands, move.name, "6222020000001111", move.remark]
        found.append([*told, move.serial or f"S{next(_serials):08d}"])
    return found


def csv_file(
    table: Sequence[Sequence[str]], tail: str = "1234", encoding: str = "gb18030"
) -> bytes:
    """A statement as online banks write it: whose account, titles, rows, a sum."""
    above = ["企业网上银行账户明细", f"账号：370600000000{tail}"]
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEAD, *table, ("合计", "", ""))]
    return "\r\n".join([*above, *lines]).encode(encoding)


def xlsx_file(table: Sequence[Sequence[Any]], tail: str = "1234") -> bytes:
    """The same as a workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    above = (["账户明细查询"], ["账号", f"370600000000{tail}"])
    for number, row in enumerate([*above, list(HEAD), *table]):
        page.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def grid_of(table: Sequence[Sequence[str]], tail: str = "1234") -> list[tuple[int, list[str]]]:
    """The table as it is read, without a file."""
    above = [["账号：370600000000" + tail], list(HEAD)]
    return list(enumerate([*above, *map(list, table)], 1))


def look_through(
    actor: Actor, host_id: int, grid: list[tuple[int, list[str]]], tail: str = ""
) -> BankStatement:
    """A statement that waits to be kept."""
    sha256 = hashlib.sha256(repr(grid).encode()).hexdigest()
    with transaction():
        return bank_imports.look_through(actor, host_id, sha256, grid, read(grid), tail)


def keep(settled: Settled, moves: Sequence[Move], opening: int | None = 1000) -> BankStatement:
    """A statement that is kept, of the account 1234."""
    found = look_through(settled.staff, settled.host_id, grid_of(rows(moves, opening)))
    with transaction():
        return bank_imports.keep(settled.staff, found.id)


def line_ids(statement: BankStatement) -> list[int]:
    """The lines that a statement added, in the order of the file."""
    wanted = db.select(BankLine.id).where(BankLine.statement_id == statement.id)
    return list(db.session.scalars(wanted.order_by(BankLine.position)))


def make_line(host_id: int | None = None) -> int:
    """An open line of a charity that has a fund with an entry of the same amount."""
    settled = make_fund(host_id=host_id)
    settled.receive(10_000, f"bank-line:{next(_serials)}")
    statement = keep(settled, [Move("2026-03-02", 100, "某某公司", "捐款")])
    return line_ids(statement)[0]


def _statement(world: World) -> int:
    staff = make_staff("finance")
    fund = make_fund()
    moves = rows([Move("2026-03-02", 5, "某某公司", "捐款")])
    return look_through(staff, fund.host_id, grid_of(moves)).id


def _unmoved(world: World) -> int:
    """An entry that was taken back, settled as never having reached the bank."""
    fund = make_fund()
    entry = fund.receive(100, f"unmoved:{next(_serials)}")
    with transaction():
        reverse(fund.staff, entry, "记-1", "录入有误")
    with transaction():
        bank.settle_unmoved(fund.staff, entry)
    return entry


EXAMPLES = {
    "statement_id": _statement,
    "line_id": lambda world: make_line(),
    "reversed_id": _unmoved,
}

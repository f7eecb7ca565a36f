"""Lists and statements of funds as tables to take away, in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.queries.figures import FigureLine
from charity_portal.funds.queries.public import FundRow
from charity_portal.funds.queries.statements import Statement
from charity_portal.funds.rules.accounts import ENTRIES, INCOME_SOURCES
from charity_portal.funds.rules.establishing import KINDS
from charity_portal.funds.rules.figures import USE_WORDS, Narrowing
from charity_portal.kernel.i18n import _, localized
from charity_portal.kernel.tables import Column

XLSX_ROWS = 50_000
"""A workbook is put together before it is sent; longer lists are taken as CSV, which is not."""

Rows = Iterator[Mapping[str, Any]]


def fund_columns() -> list[Column]:
    """The register of funds."""
    return [
        Column("number", _("基金编号"), width=16),
        Column("name", _("基金名称"), width=36),
        Column("kind", _("基金类型"), width=18),
        Column("host", _("依托慈善组织"), width=32),
        Column("state", _("状态"), width=10),
        Column("received", _("累计收入（元）"), "money", width=18),
        Column("spent", _("累计支出（元）"), "money", width=18),
        Column("available", _("可用余额（元）"), "money", width=18),
        Column("principal", _("本金（元）"), "money", width=18),
        Column("activated_on", _("启动日期"), "date", width=12),
    ]


def fund_rows(funds: Iterable[FundRow]) -> Rows:
    """A row for each fund."""
    for row in funds:
        yield {
            "number": row.fund.number,
            "name": localized(row.fund, "name"),
            "kind": KINDS[row.fund.kind],
            "host": row.host_name,
            "state": Fund.MACHINE.public_word(row.fund.state),
            "received": row.balance.received_fen,
            "spent": row.balance.spent_fen,
            "available": row.balance.available_fen,
            "principal": row.balance.principal_fen,
            "activated_on": row.fund.activated_on,
        }


def entry_columns(wanted: Narrowing) -> list[Column]:
    """The entries of a fund; behind a figure with what each adds to it."""
    own = [Column("moved", _("计入本项（元）"), "money", width=16)] if wanted.figure else []
    return [
        Column("booked_on", _("日期"), "date", width=12),
        Column("kind", _("账目类型"), width=14),
        Column("purpose", _("用途"), width=18),
        Column("use", _("支出类别"), width=16),
        Column("description", _("摘要"), width=44),
        Column("payee", _("收款单位"), width=32),
        Column("amount", _("金额（元）"), "money", width=16),
        *own,
        Column("voucher", _("凭证号"), width=20),
        Column("id", _("账目编号"), "int", width=12),
        Column("corrects", _("冲销的账目编号"), "int", width=16),
        Column("corrected_by", _("被哪笔账冲销"), "int", width=16),
    ]


def entry_rows(
    lines: Iterable[FigureLine], purposes: Mapping[int, FundPurpose], payees: Mapping[int, str]
) -> Rows:
    """A row for each entry."""
    titles = {key: localized(purpose, "title") for key, purpose in purposes.items()}
    kinds = {kind: str(word) for kind, word in ENTRIES.items()}
    uses = {use: str(word) for use, word in USE_WORDS.items()}
    for line in lines:
        entry = line.entry
        yield {
            "booked_on": entry.booked_on,
            "kind": kinds[entry.kind],
            "purpose": titles[entry.purpose_id],
            "use": uses[entry.spent_on] if entry.spent_on else "",
            "description": entry.description,
            "payee": payees.get(entry.payee_id or 0, ""),
            "amount": entry.amount_fen,
            "moved": line.moved_fen,
            "voucher": entry.voucher,
            "id": entry.id,
            "corrects": entry.reverses_id,
            "corrected_by": entry.reversed_by,
        }


def statement_columns() -> list[Column]:
    """A statement, part by part."""
    return [
        Column("part", _("部分"), width=16),
        Column("item", _("项目"), width=30),
        Column("amount", _("金额（元）"), "money", width=20),
    ]


def statement_rows(found: Statement, purposes: Mapping[int, FundPurpose]) -> Rows:
    """What a statement says, in the order of the page."""
    for part, standing in ((_("期初"), found.opening), (_("期末"), found.closing)):
        if part == _("期末"):
            yield from _movements(found, purposes)
        for item, amount in (
            (_("银行存款"), standing.bank_fen),
            (_("受赠物资"), standing.goods_fen),
            (_("应付未付"), standing.payable_fen),
            (_("可用余额"), standing.available_fen),
            (_("本金"), standing.principal_fen),
            (_("净资产"), standing.net_fen),
        ):
            yield {"part": part, "item": item, "amount": amount}
    for line in found.months:
        month = f"{line.month:%Y-%m}"
        yield {"part": _("每月收入"), "item": month, "amount": line.income_fen}
        yield {"part": _("每月支出"), "item": month, "amount": line.spending_fen}


def _movements(found: Statement, purposes: Mapping[int, FundPurpose]) -> Rows:
    for source, amount in found.income.items():
        yield {"part": _("收入来源"), "item": INCOME_SOURCES[source], "amount": amount}
    yield {"part": _("收入来源"), "item": _("收入合计"), "amount": found.income_fen}
    for purpose in found.purposes:
        if purpose.spendable:
            title = localized(purposes[purpose.purpose_id], "title")
            yield {"part": _("支出用途"), "item": title, "amount": purpose.spending_fen}
    for use, amount in found.uses.items():
        yield {"part": _("支出类别"), "item": USE_WORDS[use], "amount": amount}
    yield {"part": _("支出类别"), "item": _("支出合计"), "amount": found.spending_fen}
    if found.moved_fen:
        yield {"part": _("本金"), "item": _("本金收益转为可用"), "amount": found.moved_fen}

"""Statements of the bank: looked through first, then kept, each movement once.

Of a file only the lines stay, sealed; its table is there only while somebody looks it through.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from charity_portal.funds.models.bank import BankLine, BankStatement
from charity_portal.funds.models.ledger import LedgerBook
from charity_portal.funds.queries import bank
from charity_portal.funds.queries.bank_entries import name_index
from charity_portal.funds.rules.bank_files import Movement, Reading
from charity_portal.funds.rules.bank_files import read as read
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire

DAYS_WAITING = 7
_WRITTEN = [
    column.key for column in sa.inspect(BankLine).column_attrs if column.key not in ("id", "state")
]


def look_through(
    actor: Actor,
    host_id: int,
    sha256: str,
    grid: Sequence[tuple[int, list[str]]],
    reading: Reading,
    tail: str,
) -> BankStatement:
    """Lay a file aside to be looked through; with any row at fault it can only be put aside again.

    `tail` is what somebody typed as the account's last digits, for files that do not tell. Raises
    Invalid when nobody tells, or they disagree.
    """
    require(actor, "funds:bank:import")
    book = locked(LedgerBook, host_id)
    statement = BankStatement(
        host_id=book.host_id,
        sha256=sha256,
        account_tail=_account(reading, tail),
        since=reading.since,
        until=reading.until,
        opening_fen=reading.opening_fen,
        closing_fen=reading.closing_fen,
        faulty=len(reading.problems),
        imported_by=actor.user_id,
    )
    statement.content = json.dumps(grid, ensure_ascii=False)
    db.session.add(statement)
    db.session.flush()
    audit.record(
        actor,
        "funds.bank_statement.upload",
        statement,
        after={"host": host_id, "sha256": sha256, "rows": len(reading.movements)},
    )
    if reading.problems:
        fire(actor, statement, "refuse", faulty=len(reading.problems))
    return statement


def _account(reading: Reading, tail: str) -> str:
    if reading.tail is None and not tail:
        raise Invalid(fields={"tail": [say("文件里没有写明账号，请填写账号的后四位。")]})
    if reading.tail is not None and tail and tail != reading.tail:
        found = say("文件里的账号后四位是 %(tail)s，与填写的不一致。", tail=reading.tail)
        raise Invalid(fields={"tail": [found]})
    return reading.tail or tail


def keep(actor: Actor, statement_id: int) -> BankStatement:
    """Keep the lines of a statement that are new as things stand; Invalid when there is none."""
    statement = locked(BankStatement, statement_id)
    require(actor, "funds:bank:import", statement)
    locked(LedgerBook, statement.host_id)  # two people with overlapping files take turns
    statement.MACHINE.step(statement.state, "keep")
    found = bank.preview(statement)
    if found is None or not found.new:
        raise Invalid(say("文件里的流水都已经导入过，没有可以增加的内容。"))
    rows = [_row(_line(statement, movement, told)) for movement, told in found.new]
    db.session.execute(sa.insert(BankLine), rows)
    statement.lines, statement.known = len(found.new), found.known
    statement.content = None
    fire(actor, statement, "keep", lines=len(found.new), known=found.known)
    return statement


def _line(statement: BankStatement, movement: Movement, fingerprint: str) -> BankLine:
    line = BankLine(
        statement_id=statement.id,
        host_id=statement.host_id,
        position=movement.row,
        booked_on=movement.day,
        amount_fen=movement.amount_fen,
        balance_fen=movement.balance_fen,
        serial=movement.serial or None,
        fingerprint=fingerprint,
        counterparty_index=name_index(movement.counterparty) if movement.counterparty else None,
    )
    line.counterparty = movement.counterparty or None
    line.remark = movement.remark or None
    return line


def _row(line: BankLine) -> dict[str, Any]:
    """A line as the table takes it: an object would be written alone, so that its id comes back."""
    return {name: getattr(line, name) for name in _WRITTEN}


def discard(actor: Actor, statement_id: int) -> None:
    """Put a statement aside; nothing was imported from it."""
    statement = locked(BankStatement, statement_id)
    statement.content = None
    fire(actor, statement, "discard")


def discard_forgotten(actor: Actor) -> int:
    """Put aside what nobody has looked at for a week; returns how many."""
    before = clock.now() - timedelta(days=DAYS_WAITING)
    wanted = sa.select(BankStatement.id).where(
        BankStatement.state.in_(("checked", "refused")), BankStatement.imported_at < before
    )
    found = list(db.session.scalars(wanted))
    for statement_id in found:
        discard(actor, statement_id)
    return len(found)

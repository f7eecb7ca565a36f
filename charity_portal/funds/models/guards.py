"""What the database itself demands of the ledger, from the portal and from a prompt alike.

Nothing is edited or deleted; an entry fits its fund, its accounts, its kind and an open month; what
it moves is added to balances and monthly sums by the database alone; a balance changes by exactly
what one new entry says, and so nothing else of its row can be changed either.

On PostgreSQL the accounts are locked in the order of their ids before the entry gets its own, so that
entries of one account are numbered as they are applied; a closing locks the book that entries share.
(Foreign keys lock rows for KEY SHARE: FOR UPDATE here would deadlock.)

The role that the portal uses on PostgreSQL should not own the tables: an owner can drop triggers,
which the next start notices.
"""

from collections.abc import Sequence

from charity_portal.funds.rules.accounts import (
    BELOW_PURSE,
    CREDIT_SIDE,
    DEBIT_SIDE,
    REFUNDED,
    SHAPES,
)
from charity_portal.kernel.triggers import Demand, Do, Step, append_only, kept, rule

ENTRY = "ledger_entry"
ACCOUNT = "ledger_account"
TURNOVER = "ledger_turnover"
USE = "ledger_use"
CLOSING = "ledger_closing"
BOOK = "ledger_book"

_SHAPES = ", ".join(f"('{e}', '{d}', '{c}')" for e, d, c in sorted(SHAPES))
_BELOW, _DEBIT_SIDE, _CREDIT_SIDE = (
    ", ".join(f"'{kind}'" for kind in kinds) for kinds in (BELOW_PURSE, DEBIT_SIDE, CREDIT_SIDE)
)
_DEBIT_PURSE = f"(SELECT purse_id FROM {ACCOUNT} WHERE id = {{entry}}.debit_id)"
_CREDIT_PURSE = f"(SELECT purse_id FROM {ACCOUNT} WHERE id = {{entry}}.credit_id)"


def _month(dialect: str, day: str) -> str:
    """The first day of a day's month."""
    if dialect == "sqlite":
        return f"date({day}, 'start of month')"
    return f"CAST(date_trunc('month', {day}) AS date)"


def _moved(entry: str, account: str) -> str:
    """What an entry adds to an account or purse: positive when debited."""
    debit, credit = (part.format(entry=entry) for part in (_DEBIT_PURSE, _CREDIT_PURSE))
    return (
        f"CASE WHEN {account} IN ({entry}.debit_id, {debit}) THEN {entry}.amount_fen ELSE 0 END"
        f" - CASE WHEN {account} IN ({entry}.credit_id, {credit}) THEN {entry}.amount_fen ELSE 0 END"
    )


def _touched(entry: str) -> str:
    """The accounts and purses that an entry moves."""
    debit, credit = (part.format(entry=entry) for part in (_DEBIT_PURSE, _CREDIT_PURSE))
    return f"{entry}.debit_id, {entry}.credit_id, {debit}, {credit}"


def _spent(entry: str) -> str:
    """What an entry adds to its purpose's spending; NULL when it does not concern it."""
    side = f"(SELECT 1 FROM {ACCOUNT} a WHERE a.kind = 'spending' AND a.id = {entry}.{{side}}_id)"
    debit, credit = side.format(side="debit"), side.format(side="credit")
    return (
        f"CASE WHEN EXISTS {debit} THEN {entry}.amount_fen"
        f" WHEN EXISTS {credit} THEN -{entry}.amount_fen END"
    )


def _use(entry: str) -> str:
    """Under which use an entry's spending is summed up: a reversal under what it takes back."""
    original = f"(SELECT o.spent_on FROM {ENTRY} o WHERE o.id = {entry}.reverses_id)"
    return f"COALESCE({entry}.spent_on, {original}, '{REFUNDED}')"


_FITS = Demand(
    f"EXISTS (SELECT 1 FROM fund f JOIN fund_purpose p ON p.fund_id = f.id"
    f" JOIN {ACCOUNT} d ON d.fund_id = f.id JOIN {ACCOUNT} c ON c.fund_id = f.id"
    f" WHERE f.id = NEW.fund_id AND p.id = NEW.purpose_id AND f.state <> 'ended'"
    f" AND d.id = NEW.debit_id AND c.id = NEW.credit_id"
    f" AND (NEW.kind = 'reversal' OR ((NEW.kind, d.kind, c.kind) IN (VALUES {_SHAPES})"
    f" AND COALESCE(c.purpose_id, p.id) = p.id"
    f" AND (CASE WHEN NEW.kind = 'payout' THEN EXISTS (SELECT 1 FROM fund_purpose s"
    f" WHERE s.id = d.purpose_id AND NOT s.spendable) ELSE COALESCE(d.purpose_id, p.id) = p.id"
    f" END))))",
    "the entry does not fit its fund, purpose and accounts",
)
_STANDS = f"NOT EXISTS (SELECT 1 FROM {ENTRY} r WHERE r.reverses_id = o.id)"
_UNPAID = (
    f"NOT EXISTS (SELECT 1 FROM {ENTRY} q WHERE q.settles_id = o.id"
    f" AND NOT EXISTS (SELECT 1 FROM {ENTRY} r WHERE r.reverses_id = q.id))"
)
_MIRRORS = Demand(
    f"NEW.reverses_id IS NULL OR EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.id = NEW.reverses_id"
    f" AND o.kind <> 'reversal' AND o.debit_id = NEW.credit_id AND o.credit_id = NEW.debit_id"
    f" AND o.amount_fen = NEW.amount_fen AND o.fund_id = NEW.fund_id"
    f" AND o.purpose_id = NEW.purpose_id AND {_UNPAID})",
    "a reversal mirrors an entry that is none itself and not paid",
)
_SETTLES = Demand(
    f"NEW.settles_id IS NULL OR EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.id = NEW.settles_id"
    f" AND o.kind = 'allocation' AND o.fund_id = NEW.fund_id AND o.purpose_id = NEW.purpose_id"
    f" AND o.amount_fen = NEW.amount_fen AND {_STANDS} AND {_UNPAID})",
    "a payment pays one allocation in full and once",
)
_COVERED = Demand(
    f"NOT EXISTS (SELECT 1 FROM {ACCOUNT} a WHERE a.id IN ({_touched('NEW')})"
    f" AND CASE WHEN a.kind IN ({_DEBIT_SIDE}) THEN a.balance_fen + {_moved('NEW', 'a.id')} < 0"
    f" WHEN a.kind IN ({_CREDIT_SIDE}) THEN a.balance_fen + {_moved('NEW', 'a.id')} > 0"
    f" ELSE FALSE END)",
    "the entry would overdraw an account",
)
"""The CHECK on the balance says the same, but OR FAIL on an INSERT would keep what came before it."""


def _before_entry(dialect: str) -> Sequence[Step]:
    in_month = f"c.month >= {_month(dialect, 'NEW.booked_on')}"
    open_month = Demand(
        f"NOT EXISTS (SELECT 1 FROM {CLOSING} c JOIN fund f ON f.host_id = c.host_id"
        f" WHERE f.id = NEW.fund_id AND {in_month})",
        "the month is closed",
    )
    demands = (_FITS, _MIRRORS, _SETTLES, open_month, _COVERED)
    if dialect == "sqlite":
        whole = Demand("typeof(NEW.amount_fen) = 'integer'", "an amount is whole fen")
        a_day = Demand("date(NEW.booked_on, '+0 days') = NEW.booked_on", "booked_on is no date")
        return whole, a_day, *demands
    share_book = Do(
        f"PERFORM 1 FROM {BOOK} WHERE host_id = (SELECT host_id FROM fund WHERE id = NEW.fund_id)"
        f" FOR SHARE"
    )
    lock_accounts = Do(
        f"PERFORM 1 FROM {ACCOUNT} WHERE id IN ({_touched('NEW')}) ORDER BY id FOR NO KEY UPDATE"
    )
    number = Do(f"NEW.id := nextval(pg_get_serial_sequence('{ENTRY}', 'id'))")
    return share_book, lock_accounts, number, *demands


def _after_entry(dialect: str) -> Sequence[Step]:
    month = _month(dialect, "NEW.booked_on")
    both = "(NEW.debit_id, NEW.credit_id)"
    sums = "".join(
        f", {side}_fen = {side}_fen"
        f" + CASE WHEN account_id = NEW.{side}_id THEN NEW.amount_fen ELSE 0 END"
        for side in ("debit", "credit")
    )
    in_sequence = Demand(
        f"NEW.id = 1 + COALESCE((SELECT max(id) FROM {ENTRY} WHERE id < NEW.id), 0)"
        f" AND NOT EXISTS (SELECT 1 FROM {ENTRY} WHERE id > NEW.id)",
        "entries are numbered one after another",
    )
    steps: tuple[Step, ...] = (
        Do(
            f"UPDATE {ACCOUNT} SET last_entry_id = NEW.id,"
            f" balance_fen = balance_fen + {_moved('NEW', 'id')} WHERE id IN ({_touched('NEW')})"
        ),
        Do(
            f"INSERT INTO {TURNOVER} (account_id, month, debit_fen, credit_fen, last_entry_id)"
            f" SELECT a.id, {month}, 0, 0, 0 FROM {ACCOUNT} a WHERE a.id IN {both} AND NOT EXISTS"
            f" (SELECT 1 FROM {TURNOVER} t WHERE t.account_id = a.id AND t.month = {month})"
        ),
        Do(
            f"UPDATE {TURNOVER} SET last_entry_id = NEW.id{sums}"
            f" WHERE month = {month} AND account_id IN {both}"
        ),
        Demand(
            f"NOT EXISTS (SELECT 1 FROM {ACCOUNT} WHERE id IN ({_touched('NEW')})"
            f" AND last_entry_id <> NEW.id) AND (SELECT count(*) FROM {TURNOVER}"
            f" WHERE month = {month} AND account_id IN {both} AND last_entry_id = NEW.id) = 2",
            "the entry did not reach its accounts",
        ),
    )
    steps = (*steps, *_sum_of_use(month))
    return (in_sequence, *steps) if dialect == "sqlite" else steps


def _sum_of_use(month: str) -> Sequence[Step]:
    """Spending by use. The entry holds its spending account, so nobody else writes the sum now."""
    key = f"purpose_id = NEW.purpose_id AND month = {month} AND spent_on = {_use('NEW')}"
    return (
        Do(
            f"INSERT INTO {USE} (purpose_id, month, spent_on, amount_fen, last_entry_id)"
            f" SELECT NEW.purpose_id, {month}, {_use('NEW')}, 0, 0 WHERE {_spent('NEW')} IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM {USE} WHERE {key})"
        ),
        Do(
            f"UPDATE {USE} SET last_entry_id = NEW.id, amount_fen = amount_fen + {_spent('NEW')}"
            f" WHERE {_spent('NEW')} IS NOT NULL AND {key}"
        ),
        Demand(
            f"{_spent('NEW')} IS NULL"
            f" OR EXISTS (SELECT 1 FROM {USE} WHERE {key} AND last_entry_id = NEW.id)",
            "the entry did not reach the sum of its use",
        ),
    )


def _account_moves(_dialect: str) -> Sequence[Step]:
    by_entry = Demand(
        f"EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.id = NEW.last_entry_id AND e.id > OLD.last_entry_id"
        f" AND OLD.id IN ({_touched('e')})"
        f" AND NEW.balance_fen = OLD.balance_fen + {_moved('e', 'OLD.id')})",
        "a balance moves only with a new entry",
    )
    return (by_entry,)


def _account_opens(_dialect: str) -> Sequence[Step]:
    empty = Demand(
        "NEW.balance_fen = 0 AND NEW.last_entry_id = 0", "an account begins with nothing"
    )
    placed = Demand(
        f"CASE WHEN NEW.kind IN ({_BELOW}) THEN EXISTS (SELECT 1 FROM {ACCOUNT} s"
        f" JOIN fund_purpose p ON p.id = s.purpose_id WHERE s.id = NEW.purse_id"
        f" AND s.kind = 'purse' AND s.fund_id = NEW.fund_id AND s.purpose_id = NEW.purpose_id"
        f" AND (NEW.kind <> 'spending' OR p.spendable))"
        f" WHEN NEW.kind = 'purse' THEN NEW.purse_id IS NULL AND EXISTS (SELECT 1 FROM"
        f" fund_purpose p WHERE p.id = NEW.purpose_id AND p.fund_id = NEW.fund_id)"
        f" ELSE NEW.purse_id IS NULL AND NEW.purpose_id IS NULL END",
        "the account does not fit its fund and purse",
    )
    return empty, placed


def _turnover_moves(dialect: str) -> Sequence[Step]:
    sums = " AND ".join(
        f"NEW.{side}_fen = OLD.{side}_fen"
        f" + CASE WHEN e.{side}_id = OLD.account_id THEN e.amount_fen ELSE 0 END"
        for side in ("debit", "credit")
    )
    by_entry = Demand(
        f"EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.id = NEW.last_entry_id AND e.id > OLD.last_entry_id"
        f" AND OLD.account_id IN (e.debit_id, e.credit_id)"
        f" AND {_month(dialect, 'e.booked_on')} = OLD.month AND {sums})",
        "a sum moves only with a new entry",
    )
    return (by_entry,)


def _turnover_opens(_dialect: str) -> Sequence[Step]:
    zero = "NEW.debit_fen = 0 AND NEW.credit_fen = 0 AND NEW.last_entry_id = 0"
    return (Demand(zero, "a sum begins with nothing"),)


def _use_moves(dialect: str) -> Sequence[Step]:
    by_entry = Demand(
        f"EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.id = NEW.last_entry_id AND e.id > OLD.last_entry_id"
        f" AND e.purpose_id = OLD.purpose_id AND {_month(dialect, 'e.booked_on')} = OLD.month"
        f" AND {_use('e')} = OLD.spent_on AND NEW.amount_fen = OLD.amount_fen + {_spent('e')})"
        f" AND NEW.purpose_id = OLD.purpose_id AND NEW.month = OLD.month"
        f" AND NEW.spent_on = OLD.spent_on",
        "a sum of a use moves only with a new entry",
    )
    return (by_entry,)


def _use_opens(_dialect: str) -> Sequence[Step]:
    zero = "NEW.amount_fen = 0 AND NEW.last_entry_id = 0"
    return (Demand(zero, "a sum of a use begins with nothing"),)


def _closes(dialect: str) -> Sequence[Step]:
    first_day = Demand(f"NEW.month = {_month(dialect, 'NEW.month')}", "a month is its first day")
    in_order = Demand(
        f"NOT EXISTS (SELECT 1 FROM {CLOSING} c WHERE c.host_id = NEW.host_id"
        f" AND c.month >= NEW.month)",
        "a later month is closed already",
    )
    if dialect == "sqlite":
        return first_day, in_order
    keep_out = Do(f"PERFORM 1 FROM {BOOK} WHERE host_id = NEW.host_id FOR UPDATE")
    return keep_out, first_day, in_order


def guard_ledger() -> None:
    """Make all this part of the schema."""
    append_only(BOOK, "host_id")
    append_only(CLOSING, "id", "host_id, month")
    append_only(ENTRY, "id", "source", "reverses_id")
    kept(ACCOUNT, "id", "fund_id, code")
    kept(TURNOVER, "account_id, month")
    kept(USE, "purpose_id, month, spent_on")
    rule("ledger_entry_fits", ENTRY, "BEFORE INSERT", _before_entry)
    rule("ledger_entry_moves", ENTRY, "AFTER INSERT", _after_entry)
    rule("ledger_account_opens", ACCOUNT, "BEFORE INSERT", _account_opens)
    rule("ledger_account_moves", ACCOUNT, "BEFORE UPDATE", _account_moves)
    rule("ledger_turnover_opens", TURNOVER, "BEFORE INSERT", _turnover_opens)
    rule("ledger_turnover_moves", TURNOVER, "BEFORE UPDATE", _turnover_moves)
    rule("ledger_use_opens", USE, "BEFORE INSERT", _use_opens)
    rule("ledger_use_moves", USE, "BEFORE UPDATE", _use_moves)
    rule("ledger_closing_follows", CLOSING, "BEFORE INSERT", _closes)

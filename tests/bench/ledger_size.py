"""What citizens' pages of a fund cost with 1,000 and with 1,000,000 entries, and what posting costs.

python -m tests.bench.ledger_size [sqlite|postgresql] [MANY]

The entries are written straight into the table while its triggers sleep, then balances and sums are
set to what the entries come to; the recount of `flask funds check` says whether that is the state
that posting would have left, and an entry posted afterwards by the portal (triggers awake) that it
can be built upon. Costs are told as statements, as work (steps of SQLite's machine, pages that
PostgreSQL looked at) and as milliseconds (CPU of this process, and what PostgreSQL says it needed for
what is read); the last columns are many against few.
"""

import json
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerAccount
from charity_portal.funds.queries.checking import recount
from charity_portal.funds.rules.accounts import Address
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from tests.factories.funds import Settled, make_fund
from tests.support.apps import build
from tests.support.clocks import START

FEW, MANY, OF_LAST_MONTH = 1_000, 1_000_000, 500
TIMES, STEP = 7, 10
SLEEPING = ("ledger_entry", "ledger_account", "ledger_turnover", "ledger_use")
MIDDLE = urlsafe_b64encode(json.dumps([{"d": "2025-08-03"}, 10**9]).encode()).decode().rstrip("=")
# Of ten entries five are income, three promises, and two of these are paid; two years of days, and
# a last month that holds the same number of entries however long the ledger is.
ENTRIES = """
INSERT INTO ledger_entry (id, fund_id, purpose_id, kind, debit_id, credit_id, amount_fen, booked_on,
 source, voucher, description, spent_on, settles_id, actor_id, by_system, posted_at)
SELECT n, :fund, CASE WHEN n / 10 % 2 = 0 THEN :first ELSE :second END,
 CASE WHEN n % 10 < 5 THEN 'income' WHEN n % 10 < 8 THEN 'allocation' ELSE 'payment' END,
 CASE WHEN n % 10 < 5 THEN :bank WHEN n % 10 >= 8 THEN :payable
  WHEN n / 10 % 2 = 0 THEN :spending_first ELSE :spending_second END,
 CASE WHEN n % 10 >= 8 THEN :bank WHEN n % 10 >= 5 THEN :payable
  WHEN n / 10 % 2 = 0 THEN CASE WHEN n % 10 < 3 THEN :donation_first ELSE :sale_first END
  ELSE CASE WHEN n % 10 < 3 THEN :donation_second ELSE :sale_second END END,
 CASE WHEN n % 10 < 5 THEN 300 ELSE 100 END, {day},
 'bench:' || n, '记-' || n, '按协议办理',
 CASE WHEN n % 10 IN (5, 6, 7) THEN CASE WHEN n / 10 % 2 = 0 THEN 'award' ELSE 'relief' END END,
 CASE WHEN n % 10 >= 8 THEN n - 3 END, :actor, {no}, {at} FROM {numbers}
"""
SQLITE = {
    "day": "CASE WHEN n > :last - :month THEN date('2026-02-01', '+' || (n % 28) || ' days')"
    " ELSE date('2024-02-01', '+' || ((n - :begin) * 730 / :older) || ' days') END",
    "numbers": "(WITH RECURSIVE c(n) AS (SELECT :begin UNION ALL SELECT n + 1 FROM c"
    " WHERE n < :last) SELECT n FROM c)",
    "no": "0",
    "at": "'2026-03-02 02:00:00.000000'",
}
POSTGRESQL = {
    "day": "CASE WHEN n > :last - :month THEN DATE '2026-02-01' + (n % 28)::int"
    " ELSE DATE '2024-02-01' + ((n - :begin) * 730 / :older)::int END",
    "numbers": "generate_series(CAST(:begin AS bigint), CAST(:last AS bigint)) AS c(n)",
    "no": "false",
    "at": "TIMESTAMPTZ '2026-03-02 02:00:00+00'",
}
MONTH = {
    "sqlite": "date(booked_on, 'start of month')",
    "postgresql": "CAST(date_trunc('month', booked_on) AS date)",
}
SUMS = (
    "CREATE TEMPORARY TABLE moved AS SELECT account_id, month, sum(debit) AS debit,"
    " sum(credit) AS credit, max(id) AS last FROM ("
    "SELECT debit_id AS account_id, {month} AS month, amount_fen AS debit, 0 AS credit, id"
    " FROM ledger_entry UNION ALL SELECT credit_id, {month}, 0, amount_fen, id FROM ledger_entry)"
    " AS legs GROUP BY account_id, month",
    "DELETE FROM ledger_turnover",
    "INSERT INTO ledger_turnover (account_id, month, debit_fen, credit_fen, last_entry_id)"
    " SELECT account_id, month, debit, credit, last FROM moved",
    "DELETE FROM ledger_use",
    "INSERT INTO ledger_use (purpose_id, month, spent_on, amount_fen, last_entry_id)"
    " SELECT purpose_id, {month}, spent_on, sum(amount_fen), max(id) FROM ledger_entry"
    " WHERE spent_on IS NOT NULL GROUP BY purpose_id, {month}, spent_on",
    "UPDATE ledger_account SET balance_fen ="
    " (SELECT coalesce(sum(debit - credit), 0) FROM moved WHERE account_id = ledger_account.id),"
    " last_entry_id = (SELECT coalesce(max(last), 0) FROM moved WHERE account_id = ledger_account.id)"
    " WHERE kind <> 'purse'",
    "UPDATE ledger_account SET balance_fen = (SELECT coalesce(sum(a.balance_fen), 0)"
    " FROM ledger_account a WHERE a.purse_id = ledger_account.id), last_entry_id = (SELECT"
    " coalesce(max(a.last_entry_id), 0) FROM ledger_account a WHERE a.purse_id = ledger_account.id)"
    " WHERE kind = 'purse'",
    "DROP TABLE moved",
)


def on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


@contextmanager
def asleep() -> Iterator[None]:
    """Inside, no trigger of the ledger wakes."""
    run = db.session.connection().exec_driver_sql
    if not on_sqlite():
        run("SET LOCAL session_replication_role = replica")
        yield
        run("SET LOCAL session_replication_role = origin")
        return
    named = ", ".join(f"'{table}'" for table in SLEEPING)
    of_these = f"FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({named})"
    triggers = run(f"SELECT name, sql {of_these}").all()
    for name, _ in triggers:
        run(f"DROP TRIGGER {name}")
    yield
    for _, text in triggers:
        run(text)


def fill(fund: Settled, begin: int, last: int, of_last_month: int) -> None:
    """Entries `begin` to `last`, and everything that follows from them."""
    accounts = sa.select(LedgerAccount.code, LedgerAccount.id)
    codes = dict(db.session.execute(accounts.where(LedgerAccount.fund_id == fund.fund_id)).all())
    first, second = fund.purposes
    values = {
        "fund": fund.fund_id, "first": first, "second": second, "actor": fund.staff.user_id,
        "bank": codes["bank"], "payable": codes["payable"], "begin": begin, "last": last,
        "month": of_last_month, "older": last - of_last_month - begin + 1,
    } | {
        f"{name}_{which}": codes[Address(kind, purpose, source).code]
        for which, purpose in (("first", first), ("second", second))
        for name, kind, source in (
            ("donation", "income", "donation"), ("sale", "income", "sale"),
            ("spending", "spending", None),
        )
    }  # fmt: skip
    month = MONTH[db.engine.dialect.name]
    with transaction(), asleep():
        text = ENTRIES.format(**(SQLITE if on_sqlite() else POSTGRESQL))
        db.session.execute(sa.text(text), values)
        for statement in SUMS:
            db.session.execute(sa.text(statement.format(month=month)))
        if not on_sqlite():
            name = "pg_get_serial_sequence('ledger_entry', 'id')"
            db.session.execute(sa.text(f"SELECT setval({name}, {last})"))
    tidy = "ANALYZE" if on_sqlite() else "VACUUM ANALYZE"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(tidy)


def addresses(fund: Settled) -> dict[str, str]:
    """What a citizen opens."""
    number = db.session.get_one(Fund, fund.fund_id).number
    first, second = fund.purposes
    own, every = f"/funds/{number}", f"/funds/{number}/entries"
    return {
        "register": "/funds",
        "fund": own,
        "entries": every,
        "entries, deep": f"{every}?after={MIDDLE}",
        "a purpose": f"{every}?purpose={second}",
        "a purpose, deep": f"{every}?purpose={second}&after={MIDDLE}",
        "a kind": f"{every}?kind=payment",
        "a kind that is absent": f"{every}?kind=refund",
        "kind and purpose, deep": f"{every}?kind=allocation&purpose={first}&after={MIDDLE}",
        "income": f"{every}?kind=income",
        "income from sales, deep": f"{every}?source=sale&after={MIDDLE}",
        "income of goods": f"{every}?kind=goods",
        "spending": f"{every}?kind=spending",
        "a use, deep": f"{every}?use=award&after={MIDDLE}",
        "a use of a purpose": f"{every}?use=relief&purpose={second}",
        "bank": f"{every}?kind=bank",
        "available, deep": f"{every}?kind=available&after={MIDDLE}",
        "a month": f"{every}?month=2026-02",
        "spending of a month": f"{every}?kind=spending&month=2026-02",
        "donations": f"{own}/donations",
        "statement": f"{own}/statement",
        "statement of a year": f"{own}/statement?since=2025-01&until=2025-12",
        "CSV of a month": f"{every}.csv?month=2026-02",
        "one entry": "/entries/500",
    }


def cost(read: Callable[[], Any]) -> tuple[int, int, float]:
    """Statements, work and milliseconds."""
    statements, work, of_server = min(_work(read) for _ in range(3))
    spent = []
    for _ in range(TIMES):
        before = time.process_time()
        read()
        spent.append(time.process_time() - before)
    return statements, work, median(spent) * 1000 + of_server


def _work(read: Callable[[], Any]) -> tuple[int, int, float]:
    seen: list[tuple[str, Any]] = []
    steps = [0]

    def step() -> int:
        steps[0] += STEP
        return 0

    def note(connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        if on_sqlite():
            connection.connection.driver_connection.set_progress_handler(step, STEP)
        if text.startswith(("SELECT", "WITH", "INSERT", "UPDATE")) and " FOR " not in text:
            seen.append((text, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
        if on_sqlite():
            db.engine.dispose()
    if on_sqlite():
        return len(seen), steps[0], 0.0
    plans = [_plan(*one) for one in seen if one[0].startswith(("SELECT", "WITH"))]
    pages = sum(p["Plan"]["Shared Hit Blocks"] + p["Plan"]["Shared Read Blocks"] for p in plans)
    return len(seen), pages, sum(p["Planning Time"] + p["Execution Time"] for p in plans)


def _plan(text: str, values: Any) -> dict[str, Any]:
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) {text}"
    found = db.session.connection().exec_driver_sql(explain, values).scalar_one()
    plan: dict[str, Any] = (found if isinstance(found, list) else json.loads(found))[0]
    return plan


def measured(client: FlaskClient, fund: Settled, run: int) -> dict[str, tuple[int, int, float]]:
    """The cost of each address, and of posting one entry."""

    def opened(path: str) -> Callable[[], Any]:
        def get() -> None:
            with client.get(path) as answer:
                assert answer.status_code == 200, (path, answer.status_code)
                assert answer.get_data()

        return get

    found = {name: cost(opened(path)) for name, path in addresses(fund).items()}
    counter = iter(range(10_000))

    def post() -> int:
        return fund.receive(100, f"gift:{run}-{next(counter)}")

    found["post an entry"] = cost(post)
    return found


def told(few: dict[str, Any], many: dict[str, Any]) -> Iterator[str]:
    """The table."""
    yield f"{'':26} {'statements':>12} {'work':>20} {'ms':>16} {'work x':>7} {'ms x':>6}"
    for name, (statements, work, spent) in many.items():
        s, w, t = few[name]
        yield (
            f"{name:26} {s:>5} {statements:>6} {w:>9} {work:>10} {t:>7.1f} {spent:>8.1f}"
            f" {work / max(w, 1):>7.2f} {spent / t:>6.2f}"
        )


def say(*lines: str) -> None:
    """To the terminal, at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(name: str, many: int) -> None:
    """Both sizes in one run."""
    portal = build(name)
    app: Flask = portal.app
    with clock.freeze(START), app.app_context():
        fund = make_fund()
        costs, begin = [], 1
        for run, last in enumerate((FEW, many)):
            started = time.monotonic()
            fill(fund, begin, last, OF_LAST_MONTH if begin == 1 else 0)
            checked = time.monotonic()
            verdict = recount()
            say(
                f"{last} entries in {checked - started:.1f} s, recounted in"
                f" {time.monotonic() - checked:.1f} s: {verdict.difference or 'all is well'}"
            )
            db.session.remove()
            costs.append(measured(app.test_client(), fund, run))
            begin = 1 + db.session.scalar(sa.text("SELECT max(id) FROM ledger_entry"))
        say(name, *told(*costs))
        verdict = recount()
        say(f"{verdict.entries} entries: {verdict.difference or 'all is well'}")
        db.session.remove()
        db.engine.dispose()
    portal.database.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite", int([*sys.argv, MANY, MANY][2]))

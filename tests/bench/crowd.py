"""Sixty-four people at one fund at once: attempts, and what was lost, doubled, overdrawn.

python -m tests.bench.crowd [sqlite|postgresql] [ATTEMPTS]

Then the same fund spent from naively (look, then write), with the database's guard and without it:
the second must go wrong, or the first proves nothing.
"""

import sys
import time

import sqlalchemy as sa

from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.checking import recount
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from tests.factories.funds import make_fund
from tests.support import crowd
from tests.support.apps import Portal, build
from tests.support.clocks import START

PEOPLE, ATTEMPTS, NAIVE = 64, 10_000, 400
UNGUARDED = {
    "sqlite": ("DROP TRIGGER ledger_entry_fits",),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION ledger_entry_fits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM 1 FROM ledger_account WHERE fund_id = NEW.fund_id ORDER BY id FOR NO KEY UPDATE;"
        " NEW.id := nextval(pg_get_serial_sequence('ledger_entry', 'id')); RETURN NEW; END $$",
        "ALTER TABLE ledger_account DROP CONSTRAINT ck_ledger_account_balance_fen",
    ),
}


def say(*lines: object) -> None:
    """To the terminal, at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def everything(portal: Portal, attempts: int) -> None:
    """All kinds of attempts, many people."""
    fund = crowd.endowed_fund()
    first = db.session.scalar(sa.text("SELECT max(id) FROM ledger_entry"))
    people = crowd.Crowd(fund, seed=1)
    db.session.rollback()
    started, worked = time.monotonic(), time.process_time()
    with crowd.connections(PEOPLE):
        outcomes = crowd.together(portal.app, PEOPLE, attempts, people.act)
    took = time.monotonic() - started
    lost, doubled = people.lost_and_doubled(first)
    verdict = recount()
    say(
        f"{attempts} attempts by {PEOPLE} people in {took:.0f} s"
        f" ({time.process_time() - worked:.0f} s of CPU here)",
        *(f"  {count:6} {outcome}" for outcome, count in sorted(outcomes.items())),
        f"told of {len(people.told)} entries; lost {lost}, there untold or doubled {doubled}",
        f"on the wrong side of zero: {crowd.wrong_balances() or 'nothing'}",
        f"recounted {verdict.entries} entries: {verdict.difference or 'all is well'}",
        f"flask funds check: {portal.app.test_cli_runner().invoke(args=['funds', 'check']).output}",
    )


def naively(portal: Portal, guarded: bool) -> None:
    """Look first, then write."""
    fund = make_fund()
    fund.receive(NAIVE // 4, f"gift:naive-{guarded}")
    if not guarded:
        with transaction():
            for text in UNGUARDED[portal.database.name]:
                db.session.execute(sa.text(text))
    act = crowd.naive_spending(fund, 1)
    db.session.remove()
    with crowd.connections(PEOPLE, lenient=not guarded):
        outcomes = crowd.together(portal.app, PEOPLE, NAIVE, act)
    left = ledger.purses(fund.fund_id)[fund.purpose]
    errors = sum(count for o, count in outcomes.items() if o not in ("accepted", "refused"))
    say(
        f"naive, {'with' if guarded else 'without'} the guard: money for {NAIVE // 4},"
        f" {NAIVE} attempts, {outcomes['accepted']} accepted, {outcomes['refused']} refused by"
        f" looking, {errors} by the database; left {left}",
    )
    db.session.rollback()


def main(name: str, attempts: int) -> None:
    """On a database of its own."""
    portal = build(name)
    with clock.freeze(START), portal.app.app_context():
        say(name)
        everything(portal, attempts)
        for guarded in (True, False):
            naively(portal, guarded)
        db.session.remove()
        db.engine.dispose()
    portal.database.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite", int([*sys.argv, ATTEMPTS, ATTEMPTS][2]))

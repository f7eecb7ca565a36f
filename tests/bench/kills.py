"""Fifty processes killed while they post: what they had told of, and what is in the ledger.

python -m tests.bench.kills [sqlite|postgresql] [KILLS]
"""

import random
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa

from charity_portal import schema
from charity_portal.app import create_app
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries.checking import recount
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from tests.factories.funds import make_fund
from tests.support.apps import settings_for
from tests.support.clocks import START
from tests.support.databases import empty_database
from tests.support.posters import Posters

KILLS, LONGEST = 50, 40


def half_rounds() -> int:
    """Promises without the payment that belongs to the same transaction."""
    payment = sa.orm.aliased(LedgerEntry)
    unpaid = ~sa.exists().where(payment.settles_id == LedgerEntry.id)
    count = sa.select(sa.func.count()).select_from(LedgerEntry)
    return db.session.scalar(count.where(LedgerEntry.kind == "allocation", unpaid)) or 0


def main(name: str, kills: int) -> None:
    """On a database of its own."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(empty_database(name, Path(folder)), Path(folder)))
        with clock.freeze(START), app.app_context():
            schema.upgrade()
            fund = make_fund()
            fund.receive(1_000_000_00, "gift:1")
            db.session.remove()
            posters, told, broken = Posters(app), [], 0
            for run in range(kills):
                told += posters.killed(fund, run, chance.randint(0, LONGEST), chance.random() / 20)
                broken += recount().difference is not None
                db.session.remove()
            posters.close()
            found = sa.select(LedgerEntry.source).where(LedgerEntry.kind == "allocation")
            stored = list(db.session.scalars(found))
            sys.stdout.write(
                f"{name}: {kills} kills, {len(told)} rounds acknowledged, {len(stored)} stored;"
                f" acknowledged but lost {len(set(told) - set(stored))}, doubled"
                f" {len(stored) - len(set(stored))}, half a round {half_rounds()}, stored and never"
                f" told {len(set(stored) - set(told))}; the recount found a difference {broken} times,"
                f" at the end: {recount().difference or 'all is well'}\n"
            )
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite", int([*sys.argv, KILLS, KILLS][2]))

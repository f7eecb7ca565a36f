"""Many people at one fund in the same moment, each with a connection of their own, doing everything
that may be done with its money: gifts, promises, payments, goods handed out, refunds, payouts of
principal, corrections, and causes told twice.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.models.ledger import LedgerAccount, LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules.accounts import CREDIT_SIDE, DEBIT_SIDE, PURSE, Address
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.services import moving, posting
from charity_portal.kernel.database import db, prepare_engine, transaction
from charity_portal.kernel.errors import PortalError
from tests.factories.funds import PAPER, Settled, make_fund

PURPOSES = (
    Purpose("助老", ("award", "activity")), Purpose("急难", ("relief",)),
    Purpose("本金", spendable=False),
)  # fmt: skip
USES = ("award", "relief")
KINDS = {
    "receive": 8, "receive goods": 4, "endow": 2, "allocate": 22, "pay": 16, "hand out": 12,
    "refund": 8, "pay out": 6, "reverse": 12, "repeat": 10,
}  # fmt: skip


def endowed_fund() -> Settled:
    """A fund in which all of that can happen, with some money, goods and principal to begin with."""
    fund = make_fund(nature="endowed", payout_bp=5_000, purposes=PURPOSES)
    for number, purpose in enumerate(fund.purposes):
        fund.receive(2_000, f"gift:first-{number}", purpose=purpose)
    fund.receive(500, "gift:first-goods", in_kind=True)
    return fund


@contextmanager
def connections(count: int, lenient: bool = False) -> Iterator[None]:
    """Inside, the app has so many connections to give; `lenient` ones of SQLite heed no CHECK."""
    kept = db.engine
    wider = sa.create_engine(kept.url, pool_size=count, pool_timeout=300)
    db.engines[None] = prepare_engine(wider)
    if lenient and kept.dialect.name == "sqlite":
        sa.event.listen(wider, "connect", _heed_no_check)
    try:
        yield
    finally:
        db.session.remove()
        wider.dispose()
        db.engines[None] = kept


def _heed_no_check(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA ignore_check_constraints=ON")


def together(app: Flask, people: int, attempts: int, act: Callable[[int], str]) -> Counter[str]:
    """`act(number)` for every number once, by so many threads that begin at once; what it said."""
    outcomes: Counter[str] = Counter()
    numbers, turn = iter(range(attempts)), threading.Lock()
    start = threading.Barrier(people)

    def take() -> int | None:
        with turn:
            return next(numbers, None)

    def work() -> None:
        with app.app_context():
            start.wait(60)
            while (number := take()) is not None:
                try:
                    outcome = act(number)
                except Exception as error:  # noqa: BLE001  (told among the outcomes, which are looked at)
                    outcome = f"{type(error).__name__}: {error}"[:200]
                with turn:
                    outcomes[outcome] += 1
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@dataclass
class Crowd:
    """What the people know: the entries that they were told of, with the cause of each."""

    fund: Settled
    seed: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def act(self, number: int) -> str:
        """One attempt: its kind, and whether it happened or by which rule it was refused."""
        chance = random.Random(self.seed * 1_000_003 + number)
        kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
        try:
            with transaction():
                entry = self._step(kind, number, chance)
                found = (entry.id, entry.source)
        except PortalError as refusal:
            return f"{kind}: {type(refusal).__name__}"
        if kind == "repeat":
            return "repeat: as before" if found in self.told else f"repeat: another entry {found}"
        with self.turn:
            self.told.append(found)
        return f"{kind}: done"

    def _step(self, kind: str, number: int, chance: random.Random) -> LedgerEntry:
        fund, key = self.fund, self.fund.fund_id
        which, amount, source = chance.randrange(2), chance.randint(1, 90), f"{kind}:{number}"
        purpose = fund.purposes[which]
        if kind in ("receive", "receive goods", "endow"):
            place = fund.purposes[2] if kind == "endow" else purpose
            goods = kind == "receive goods"
            return moving.receive(fund.staff, key, amount, place, source, PAPER, in_kind=goods)
        if kind in ("allocate", "hand out"):
            goods, use = kind == "hand out", USES[which]
            amount += 60
            return moving.allocate(
                fund.staff, key, None, amount, purpose, source, PAPER, use, goods
            )
        if kind == "refund":
            return moving.refund(fund.staff, key, None, amount, purpose, source, PAPER)
        if kind == "pay out":
            return moving.pay_out(fund.staff, key, amount, purpose, source, PAPER)
        return self._on_earlier(kind, chance)

    def _on_earlier(self, kind: str, chance: random.Random) -> LedgerEntry:
        with self.turn:
            known = list(self.told)
        fitting = [one for one in known if kind != "pay" or one[1].startswith("allocate")]
        entry_id, _source = chance.choice(fitting or [(-1, "")])
        if kind == "pay":
            return moving.pay(self.fund.staff, entry_id, PAPER)
        if kind == "reverse":
            return posting.reverse(self.fund.staff, entry_id, "v", "记错")
        earlier = ledger.entry(entry_id)
        if earlier is None:
            raise PortalError
        again = ledger.posting_of(earlier)
        return posting.post(self.fund.staff, again)

    def lost_and_doubled(self, before: int) -> tuple[int, int]:
        """Entries told of that are not there, and entries there that nobody was told of."""
        there = {
            (key, source)
            for key, source in db.session.execute(sa.select(LedgerEntry.id, LedgerEntry.source))
            if key > before
        }
        told = set(self.told)
        return len(told - there) + len(self.told) - len(told), len(there - told)


def wrong_balances() -> list[tuple[str, int]]:
    """Accounts on the wrong side of zero, and the sum of all when it is not zero."""
    kinds = {**dict.fromkeys(DEBIT_SIDE, 1), **dict.fromkeys(CREDIT_SIDE, -1)}
    rows = db.session.execute(
        sa.select(LedgerAccount.code, LedgerAccount.kind, LedgerAccount.balance_fen)
    ).all()
    total = sum(balance for _, kind, balance in rows if kind != PURSE)
    below = [(code, fen) for code, kind, fen in rows if kinds.get(kind, 0) * fen < 0]
    return below + ([("all accounts", total)] if total else [])


def naive_spending(fund: Settled, amount: int) -> Callable[[int], str]:
    """Spending as one would write it without thinking of others: look, and then write."""
    rows = db.session.execute(
        sa.select(LedgerAccount.code, LedgerAccount.id).where(LedgerAccount.fund_id == fund.fund_id)
    )
    codes = dict(rows.all())
    spending = codes[Address("spending", fund.purpose).code]

    def act(number: int) -> str:
        left = ledger.purses(fund.fund_id)[fund.purpose]
        db.session.rollback()
        if left < amount:
            return "refused"
        with transaction():
            db.session.add(
                LedgerEntry(
                    fund_id=fund.fund_id, purpose_id=fund.purpose, kind="allocation",
                    debit_id=spending, credit_id=codes["payable"], amount_fen=amount,
                    booked_on=date(2026, 3, 2), source=f"naive:{number}", voucher="v",
                    description="d", spent_on="award", actor_id=fund.staff.user_id,
                )
            )  # fmt: skip
        return "accepted"

    return act

"""Any sequence of operations keeps the ledger whole: a machine plays the portal against a model."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from charity_portal.funds.models.ledger import LedgerAccount, LedgerEntry, LedgerUse
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.checking import recount
from charity_portal.funds.rules.accounts import PURSE, REFUNDED
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.services import funds, months, moving, posting
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import PortalError
from tests.factories.funds import make_fund

MANY = int(os.environ.get("SEQUENCES", "12"))
AMOUNTS = st.integers(1, 500)
USES = ("award", "relief", "fundraising")
PURPOSES = (Purpose("助老", ("award", "fundraising")), Purpose("急难", ("relief",)))
DAYS = st.sampled_from([date(2026, 1, 15), date(2026, 2, 3), date(2026, 3, 2)])
WHICH = st.integers(0, 11)
SIDES = st.booleans()


@dataclass
class Known:
    """One entry as the model remembers it."""

    id: int
    kind: str
    purse: int
    amount: int
    goods: bool = False
    use: str = ""
    allocation: "Known | None" = None
    reversed: bool = False
    paid: bool = False


@dataclass
class Model:
    """What a fund should have."""

    purses: list[int] = field(default_factory=lambda: [0, 0])
    spent: list[int] = field(default_factory=lambda: [0, 0])
    uses: Counter[str] = field(default_factory=Counter)
    bank: int = 0
    goods: int = 0
    payable: int = 0
    entries: list[Known] = field(default_factory=list)
    state: str = "active"
    closed: date | None = None

    def spend(self, purse: int, use: str, amount: int) -> None:
        self.purses[purse], self.spent[purse] = (
            self.purses[purse] - amount,
            self.spent[purse] + amount,
        )
        self.uses[use] += amount

    def open_on(self, day: date) -> bool:
        return self.closed is None or day.replace(day=1) > self.closed


class Ledger(RuleBasedStateMachine):
    """Operations on one fund, right and wrong ones alike."""

    def __init__(self) -> None:
        super().__init__()
        self.fund, self.model, self.count = make_fund(purposes=PURPOSES), Model(), 0

    def expect(self, allowed: bool, step: Callable[[], LedgerEntry]) -> LedgerEntry | None:
        """The step happens exactly when the model allows it."""
        try:
            with transaction():
                done = step()
        except PortalError as refusal:
            assert not allowed, f"refused: {refusal!r}"
            return None
        assert allowed, "was accepted"
        return done

    def source(self, kind: str) -> str:
        self.count += 1
        return f"{kind}:{self.fund.fund_id}-{self.count}"

    @rule(amount=AMOUNTS, purse=st.integers(0, 1), day=DAYS, goods=SIDES)
    def receive(self, amount: int, purse: int, day: date, goods: bool) -> None:
        m, paper, source = self.model, Paper("v", "d", day), self.source("gift")
        entry = self.expect(
            m.open_on(day),
            lambda: moving.receive(
                self.fund.staff, self.fund.fund_id, amount, self.fund.purposes[purse], source,
                paper, in_kind=goods,
            ),
        )  # fmt: skip
        if entry is not None:
            m.purses[purse] += amount
            m.goods, m.bank = m.goods + amount * goods, m.bank + amount * (not goods)
            m.entries.append(Known(entry.id, "income", purse, amount, goods))

    @rule(
        amount=AMOUNTS,
        purse=st.integers(0, 1),
        day=DAYS,
        goods=SIDES,
        use=st.sampled_from(USES),
    )
    def allocate(self, amount: int, purse: int, day: date, goods: bool, use: str) -> None:
        m, paper, source = self.model, Paper("v", "d", day), self.source("award")
        covered = m.purses[purse] >= amount and (not goods or m.goods >= amount)
        earmarked = use in PURPOSES[purse].uses
        entry = self.expect(
            m.open_on(day) and covered and earmarked and m.state == "active",
            lambda: moving.allocate(
                self.fund.staff, self.fund.fund_id, None, amount, self.fund.purposes[purse],
                source, paper, use, goods,
            ),
        )  # fmt: skip
        if entry is not None:
            m.spend(purse, use, amount)
            m.goods, m.payable = m.goods - amount * goods, m.payable + amount * (not goods)
            kind = "handout" if goods else "allocation"
            m.entries.append(Known(entry.id, kind, purse, amount, goods, use))

    @rule(amount=AMOUNTS, purse=st.integers(0, 1), day=DAYS)
    def refund(self, amount: int, purse: int, day: date) -> None:
        m, paper, source = self.model, Paper("v", "d", day), self.source("reclaim")
        entry = self.expect(
            m.open_on(day) and m.spent[purse] >= amount,
            lambda: moving.refund(
                self.fund.staff, self.fund.fund_id, None, amount, self.fund.purposes[purse],
                source, paper,
            ),
        )  # fmt: skip
        if entry is not None:
            m.spend(purse, REFUNDED, -amount)
            m.bank += amount
            m.entries.append(Known(entry.id, "refund", purse, amount, use=REFUNDED))

    @rule(which=WHICH)
    def pay(self, which: int) -> None:
        m, known = self.model, self.pick(which, "allocation")
        if known is None:
            return
        allowed = not known.paid and not known.reversed and m.bank >= known.amount
        paper = Paper("v", "d")
        entry = self.expect(allowed, lambda: moving.pay(self.fund.staff, known.id, paper))
        if entry is not None:
            known.paid, m.bank = True, m.bank - known.amount
            m.payable -= known.amount
            m.entries.append(
                Known(entry.id, "payment", known.purse, known.amount, allocation=known)
            )

    @rule(which=WHICH)
    def reverse(self, which: int) -> None:
        m, known = self.model, self.pick(which)
        if known is None:
            return
        held = m.goods if known.goods else m.bank
        covered = True
        if known.kind in ("income", "refund"):
            covered = m.purses[known.purse] >= known.amount and held >= known.amount
        elif known.kind in ("allocation", "handout"):
            covered = m.spent[known.purse] >= known.amount
        entry = self.expect(
            covered and not known.reversed and not known.paid and known.kind != "reversal",
            lambda: posting.reverse(self.fund.staff, known.id, "v", "记错"),
        )
        if entry is not None:
            known.reversed = True
            self.take_back(known)
            m.entries.append(Known(entry.id, "reversal", known.purse, known.amount))

    def take_back(self, known: Known) -> None:
        m, amount = self.model, known.amount
        if known.kind == "income":
            m.purses[known.purse] -= amount
            m.goods, m.bank = m.goods - amount * known.goods, m.bank - amount * (not known.goods)
        elif known.kind == "allocation":
            m.spend(known.purse, known.use, -amount)
            m.payable -= amount
        elif known.kind == "handout":
            m.spend(known.purse, known.use, -amount)
            m.goods += amount
        elif known.kind == "refund":
            m.spend(known.purse, REFUNDED, amount)
            m.bank -= amount
        else:
            assert known.allocation is not None
            known.allocation.paid = False
            m.bank, m.payable = m.bank + amount, m.payable + amount

    def pick(self, which: int, kind: str = "") -> Known | None:
        there = [known for known in self.model.entries if kind in ("", known.kind)]
        return there[which % len(there)] if there else None

    @rule(which=WHICH)
    def repeat(self, which: int) -> None:
        """The same cause again changes nothing."""
        known = self.pick(which, "income")
        if known is None:
            return
        db.session.rollback()
        row = ledger.entry(known.id)
        assert row is not None
        again = ledger.posting_of(row)
        entry = self.expect(True, lambda: posting.post(self.fund.staff, again))
        assert entry is not None and entry.id == known.id

    @rule(suspending=SIDES)
    def change_state(self, suspending: bool) -> None:
        step = funds.suspend if suspending else funds.resume
        allowed = self.model.state == ("active" if suspending else "suspended")
        if self.expect(allowed, lambda: step(self.fund.staff, self.fund.fund_id, "整改")):
            self.model.state = "suspended" if suspending else "active"

    @rule(month=st.sampled_from([date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]))
    def close(self, month: date) -> None:
        allowed = month.month < 3 and self.model.open_on(month)
        host_id = self.fund.host_id
        if self.expect(allowed, lambda: months.close_month(self.fund.staff, host_id, month)):
            self.model.closed = month

    @invariant()
    def the_fund_is_as_the_model_says(self) -> None:
        db.session.rollback()
        m, balance = self.model, ledger.balance(self.fund.fund_id)
        assert list(ledger.purses(self.fund.fund_id).values()) == m.purses
        found = (balance.bank_fen, balance.goods_fen, balance.payable_fen)
        assert found == (m.bank, m.goods, m.payable)
        kept = sa.select(LedgerUse.spent_on, sa.func.sum(LedgerUse.amount_fen))
        kept = kept.where(LedgerUse.purpose_id.in_(self.fund.purposes)).group_by(LedgerUse.spent_on)
        assert {use: int(fen) for use, fen in db.session.execute(kept) if fen} == {
            use: fen for use, fen in m.uses.items() if fen
        }

    @invariant()
    def all_accounts_add_up_to_zero_and_none_is_below_it(self) -> None:
        total = sa.select(sa.func.sum(LedgerAccount.balance_fen)).where(
            LedgerAccount.fund_id == self.fund.fund_id, LedgerAccount.kind != PURSE
        )
        assert not db.session.scalar(total)

    def teardown(self) -> None:
        if MANY < 100:  # else once for all: it looks at every fund there is
            assert recount().difference is None


def test_no_sequence_of_operations_breaks_the_ledger(app: Flask) -> None:
    """A slice: SEQUENCES=2000 runs so many, longer ones."""
    limits = settings(max_examples=MANY, stateful_step_count=25 if MANY < 100 else 40)
    run_state_machine_as_test(Ledger, settings=limits)
    assert recount().difference is None
    assert (db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) or 0) >= 10

"""The one door into the ledger, and the one way to take something back.

Whoever posts holds the fund until the transaction ends, so that what is checked here still holds
when the database checks it again. A cause that was posted before gives the same entry again.
Who posts to several funds in one transaction takes them in the order of their ids.
"""

import dataclasses
from collections.abc import Sequence

import sqlalchemy as sa

from charity_portal.funds.errors import (
    AlreadyReversed,
    EarmarkBroken,
    MonthClosed,
    NotReversible,
    Overdrawn,
    PurposeElsewhere,
    SourceTaken,
)
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerAccount, LedgerBook, LedgerEntry
from charity_portal.funds.queries import funds, ledger
from charity_portal.funds.rules import entries as rules
from charity_portal.funds.rules import months
from charity_portal.funds.rules.accounts import REVERSAL, SPENDS, Address
from charity_portal.funds.rules.entries import Posting
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import NotFound, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, can, require


@dataclasses.dataclass(frozen=True)
class _Account:
    """An account as it stands: its id, and debits minus credits."""

    id: int
    balance_fen: int


def post(actor: Actor, posting: Posting) -> LedgerEntry:
    """Post an entry as the books are kept. Raises what `enter` raises, and Forbidden."""
    require(actor, "funds:entry:post", hold(posting.fund_id))
    return enter(actor, posting)


def reverse(actor: Actor, entry_id: int, voucher: str, reason: str) -> LedgerEntry:
    """Take an entry back today by its mirror image: the only correction there is.

    Raises AlreadyReversed, NotReversible, Overdrawn when what it brought is spent.
    """
    original = ledger.entry(entry_id)
    if original is None:
        raise NotFound
    fund = hold(original.fund_id)
    promise = original.kind in SPENDS and can(actor, "funds:entry:allocate", fund)
    if not promise:  # who promises may take a promise back; all else is for who keeps the books
        require(actor, "funds:entry:reverse", fund)
    if original.kind == REVERSAL:
        raise NotReversible
    if ledger.reversal_of(entry_id) is not None:
        raise AlreadyReversed
    if any(reversed_by is None for _, reversed_by in ledger.payments_of(entry_id)):
        raise NotReversible(say("这笔拨付已经付款，请先冲销付款。"))
    posted = ledger.posting_of(original)
    mirror = dataclasses.replace(
        posted,
        kind=REVERSAL,
        debit=posted.credit,
        credit=posted.debit,
        booked_on=clock.today(),
        source=f"reversal:{entry_id}",
        voucher=voucher,
        description=reason,
        spent_on=None,
        settles_id=None,
        reverses_id=entry_id,
    )
    return enter(actor, mirror)


def hold(fund_id: int) -> Fund:
    """The fund as it is now, kept from other postings until the transaction ends.

    FOR NO KEY UPDATE: foreign keys of other rows to the fund need not wait.
    """
    wanted = sa.select(Fund).where(Fund.id == fund_id).with_for_update(key_share=True)
    fund = db.session.scalar(wanted.execution_options(populate_existing=True))
    if fund is None:
        raise NotFound
    return fund


def enter(actor: Actor, posting: Posting) -> LedgerEntry:
    """Post an entry that the caller has authorized; the earlier one when its source is known.

    Raises Invalid, SourceTaken, WrongState, PurposeElsewhere, EarmarkBroken, MonthClosed, Overdrawn.
    """
    rules.check(posting, clock.today())
    fund = hold(posting.fund_id)
    known = ledger.by_source(posting.source)
    if known is not None:
        return _again(posting, known)
    _admit(fund, posting)
    accounts = _accounts(posting)
    balances = {code: account.balance_fen for code, account in accounts.items()}
    available = rules.short_of(posting, balances)
    if available is not None:
        raise Overdrawn(available, posting.amount_fen)
    entry = _write(actor, posting, accounts)
    audit.record(
        actor,
        f"funds.entry.{posting.kind}",
        entry,
        after={
            "fund": fund.id,
            "purpose": posting.purpose_id,
            "amount_fen": posting.amount_fen,
            "source": posting.source,
            "booked_on": posting.booked_on,
        },
    )
    jobs.announce(actor, f"funds.{posting.kind}_posted", id=entry.id)
    return entry


def enter_income(actor: Actor, postings: Sequence[Posting]) -> list[LedgerEntry]:
    """Post many entries of one fund's income at once, in a few statements: what `enter` checks, for a
    list of gifts. The caller has authorized them, audits them, and names causes that are new.

    Raises Invalid, WrongState, PurposeElsewhere, MonthClosed.
    """
    for posting in postings:
        rules.check(posting, clock.today())
    fund = hold(postings[0].fund_id)
    if any(p.kind != "income" or p.fund_id != fund.id for p in postings):
        raise PurposeElsewhere
    for posting in {(p.purpose_id, p.booked_on): p for p in postings}.values():
        _admit(fund, posting)
    places = {(p.debit, p.credit): p for p in postings}
    accounts = {place: _accounts(posting) for place, posting in places.items()}
    entries = [_made(actor, p, accounts[p.debit, p.credit]) for p in postings]
    db.session.add_all(entries)
    db.session.flush()
    for entry in entries:
        jobs.announce(actor, "funds.income_posted", id=entry.id)
    return entries


def _again(posting: Posting, known: LedgerEntry) -> LedgerEntry:
    if not rules.same(posting, ledger.posting_of(known)):
        raise SourceTaken(posting.source, known.id)
    return known


def _admit(fund: Fund, posting: Posting) -> None:
    """Raise unless the fund, the purpose and the month take the entry."""
    if not rules.is_open(fund.state, posting.kind, posting.spent_on):
        raise WrongState(
            say("基金当前状态为“%(state)s”，不能记这笔账。", state=Fund.MACHINE.word(fund.state))
        )
    earmark = funds.earmark(fund.id, posting.purpose_id)
    if earmark is None:
        raise PurposeElsewhere
    if posting.kind in SPENDS and not earmark.allows(posting.spent_on):
        raise EarmarkBroken
    book = sa.select(LedgerBook.host_id).where(LedgerBook.host_id == fund.host_id)
    db.session.execute(book.with_for_update(read=True))  # a closing waits for us, or we for it
    if months.is_closed(posting.booked_on, ledger.last_closed(fund.host_id)):
        raise MonthClosed


def _accounts(posting: Posting) -> dict[str, _Account]:
    """Both accounts of a posting and their purses, by code; PurposeElsewhere when one is missing."""
    sides: tuple[Address, ...] = (posting.debit, posting.credit)
    codes = {touched.code for side in sides for touched in (side, side.purse) if touched}
    rows = db.session.execute(
        sa.select(LedgerAccount.id, LedgerAccount.code, LedgerAccount.balance_fen).where(
            LedgerAccount.fund_id == posting.fund_id, LedgerAccount.code.in_(codes)
        )
    ).all()
    if len(rows) < len(codes):
        raise PurposeElsewhere
    return {code: _Account(key, balance_fen) for key, code, balance_fen in rows}


def _write(actor: Actor, posting: Posting, accounts: dict[str, _Account]) -> LedgerEntry:
    entry = _made(actor, posting, accounts)
    db.session.add(entry)
    db.session.flush()
    return entry


def _made(actor: Actor, posting: Posting, accounts: dict[str, _Account]) -> LedgerEntry:
    copied = (n for n in Posting.__dataclass_fields__ if n not in ("debit", "credit"))
    return LedgerEntry(
        **{name: getattr(posting, name) for name in copied},
        debit_id=accounts[posting.debit.code].id,
        credit_id=accounts[posting.credit.code].id,
        actor_id=actor.user_id,
        by_system=actor.system,
    )

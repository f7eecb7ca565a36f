"""Money and goods that come in and go out: what other domains call.

`payee` is the organization that receives, None where a person does: the `source` (`wish:12`) leads
to whom, and the ledger names nobody. All amounts in fen; `purpose` is the id of a fund's purpose.
Each returns the entry; a `source` that was posted before returns that entry again.
"""

from dataclasses import dataclass
from datetime import date

from charity_portal.funds.errors import AlreadyPaid, AlreadyReversed, EarmarkBroken, Overdrawn
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import funds, ledger
from charity_portal.funds.queries.principal import room
from charity_portal.funds.rules.accounts import Address
from charity_portal.funds.rules.entries import Posting
from charity_portal.funds.services.posting import enter, hold
from charity_portal.kernel import clock
from charity_portal.kernel.errors import NotFound, WrongState
from charity_portal.kernel.permissions import Actor, require


@dataclass(frozen=True)
class Paper:
    """What stands behind an entry: the voucher's number, what it says, and the day it counts for
    (today when none is given)."""

    voucher: str
    description: str
    booked_on: date | None = None

    @property
    def day(self) -> date:
        """The day that the entry is booked on."""
        return self.booked_on or clock.today()


def receive(
    actor: Actor,
    fund_id: int,
    amount_fen: int,
    purpose: int,
    source: str,
    paper: Paper,
    income_source: str = "donation",
    in_kind: bool = False,
) -> LedgerEntry:
    """Record income that has arrived: money, or goods at their fair value.

    Raises Invalid, SourceTaken, WrongState, PurposeElsewhere, MonthClosed.
    """
    require(actor, "funds:entry:post", hold(fund_id))
    posting = income(fund_id, amount_fen, purpose, source, paper, income_source, in_kind)
    return enter(actor, posting)


def income(
    fund_id: int,
    amount_fen: int,
    purpose: int,
    source: str,
    paper: Paper,
    income_source: str = "donation",
    in_kind: bool = False,
) -> Posting:
    """What `receive` posts."""
    return Posting(
        fund_id=fund_id,
        purpose_id=purpose,
        kind="income",
        debit=Address("goods" if in_kind else "bank"),
        credit=Address("income", purpose, income_source),
        amount_fen=amount_fen,
        booked_on=paper.day,
        source=source,
        voucher=paper.voucher,
        description=paper.description,
    )


def allocate(
    actor: Actor,
    fund_id: int,
    payee: int | None,
    amount_fen: int,
    purpose: int,
    source: str,
    paper: Paper,
    use: str = "award",
    goods: bool = False,
) -> LedgerEntry:
    """Promise money out of a purse (to be paid with `pay`), or hand out goods.

    Raises Overdrawn, EarmarkBroken, WrongState, SourceTaken, PurposeElsewhere, MonthClosed, Invalid.
    """
    require(actor, "funds:entry:allocate", hold(fund_id))
    posting = Posting(
        fund_id=fund_id,
        purpose_id=purpose,
        kind="handout" if goods else "allocation",
        debit=Address("spending", purpose),
        credit=Address("goods" if goods else "payable"),
        amount_fen=amount_fen,
        booked_on=paper.day,
        source=source,
        voucher=paper.voucher,
        description=paper.description,
        spent_on=use,
        payee_id=payee,
    )
    return enter(actor, posting)


def pay(actor: Actor, allocation_id: int, paper: Paper) -> LedgerEntry:
    """Pay an allocation in full from the bank. Raises AlreadyPaid, AlreadyReversed, Overdrawn."""
    allocation = ledger.entry(allocation_id)
    if allocation is None or allocation.kind != "allocation":
        raise NotFound
    require(actor, "funds:entry:post", hold(allocation.fund_id))
    if ledger.reversal_of(allocation_id) is not None:
        raise AlreadyReversed
    payments = ledger.payments_of(allocation_id)
    if any(reversed_by is None for _, reversed_by in payments):
        raise AlreadyPaid
    posting = Posting(
        fund_id=allocation.fund_id,
        purpose_id=allocation.purpose_id,
        kind="payment",
        debit=Address("payable"),
        credit=Address("bank"),
        amount_fen=allocation.amount_fen,
        booked_on=paper.day,
        source=f"payment:{allocation_id}:{len(payments) + 1}",
        voucher=paper.voucher,
        description=paper.description,
        payee_id=allocation.payee_id,
        settles_id=allocation_id,
    )
    return enter(actor, posting)


def refund(
    actor: Actor,
    fund_id: int,
    payee: int | None,
    amount_fen: int,
    purpose: int,
    source: str,
    paper: Paper,
) -> LedgerEntry:
    """Record money that came back from what was spent (a reclaimed grant, an overpaid invoice): it
    lowers the spending of its purpose, and cannot be more than that.

    Raises Overdrawn, Invalid, SourceTaken, WrongState, PurposeElsewhere, MonthClosed.
    """
    require(actor, "funds:entry:post", hold(fund_id))
    posting = Posting(
        fund_id=fund_id,
        purpose_id=purpose,
        kind="refund",
        debit=Address("bank"),
        credit=Address("spending", purpose),
        amount_fen=amount_fen,
        booked_on=paper.day,
        source=source,
        voucher=paper.voucher,
        description=paper.description,
        payee_id=payee,
    )
    return enter(actor, posting)


def pay_out(
    actor: Actor, fund_id: int, amount_fen: int, purpose: int, source: str, paper: Paper
) -> LedgerEntry:
    """Move part of an endowed fund's principal to a purpose, within the agreed share of a year.

    The share is of the principal as it would be without this year's payouts. Raises Overdrawn with
    what is left of it, EarmarkBroken for an expendable fund.
    """
    fund, principal = _endowed(actor, fund_id, ("active",))
    if ledger.by_source(source) is None:
        left = room(fund, principal, paper.day.year).left_fen
        if amount_fen > left:
            raise Overdrawn(left, amount_fen)
    return enter(actor, _payout(fund_id, principal, amount_fen, purpose, source, paper))


def release_principal(
    actor: Actor, fund_id: int, purpose: int, source: str, paper: Paper
) -> LedgerEntry:
    """Move all principal of a fund that is to end to a purpose, so that it can go where the agreement
    says. Raises WrongState while the fund is running, EarmarkBroken for an expendable fund.
    """
    _, principal = _endowed(actor, fund_id, ("draft", "suspended"))
    known = ledger.by_source(source)
    amount_fen = known.amount_fen if known else ledger.purses(fund_id)[principal]
    return enter(actor, _payout(fund_id, principal, amount_fen, purpose, source, paper))


def _endowed(actor: Actor, fund_id: int, states: tuple[str, ...]) -> tuple[Fund, int]:
    """The fund and the id of its principal's purpose."""
    fund = hold(fund_id)
    require(actor, "funds:entry:allocate", fund)
    principal = funds.principal_purpose(fund_id)
    if principal is None:
        raise EarmarkBroken
    if fund.state not in states:
        raise WrongState
    return fund, principal.id


def _payout(
    fund_id: int, principal: int, amount_fen: int, purpose: int, source: str, paper: Paper
) -> Posting:
    return Posting(
        fund_id=fund_id,
        purpose_id=purpose,
        kind="payout",
        debit=Address("moved", principal),
        credit=Address("moved", purpose),
        amount_fen=amount_fen,
        booked_on=paper.day,
        source=source,
        voucher=paper.voucher,
        description=paper.description,
    )

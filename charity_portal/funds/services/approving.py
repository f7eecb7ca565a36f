"""What follows a committee's decision: a second person approves, a third pays, the papers close it.

Whoever acts here holds the fund first, so that several in one moment find the same money only once.
"""

from dataclasses import dataclass
from datetime import date

from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.queries import ledger, spending, votes
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules.entries import LONGEST
from charity_portal.funds.services import moving, posting
from charity_portal.funds.services.measures import weigh
from charity_portal.funds.services.moving import Paper
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.funds.services.spending import held, said_reason
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.states import fire

LONGEST_EXCEPTION = 1000
LONGEST_VOUCHER = 60


@dataclass(frozen=True)
class Payment:
    """What finance says of a payment: the voucher's number and the day."""

    voucher: str
    paid_on: date


def approve(actor: Actor, request_id: int, exception: str = "") -> SpendingRequest:
    """Promise the money out of its purse; goods leave the fund at once.

    `exception` answers a supervisor's objection and a share that would be exceeded; it is published,
    and Invalid is raised on it when it is needed and missing. Raises what `moving.allocate` raises.
    """
    request = held(request_id)
    needed = exception_needed(request)
    words = exception.strip()
    fire(actor, request, "approve", amount_fen=request.amount_fen)
    if needed and not words:
        said = say("请写明理由：监督员有异议或者比例将超过规定时，批准应当说明，该说明会公开。")
        raise Invalid(fields={"exception": [said]})
    if len(words) > LONGEST_EXCEPTION:
        raise Invalid(fields={"exception": [say("不能超过 %(n)s 个字。", n=LONGEST_EXCEPTION)]})
    _unnamed(request, exception=words)
    refuse_donor_names(title=request.title, exception=words)
    entry = moving.allocate(
        actor,
        request.fund_id,
        request.payee_id,
        request.amount_fen,
        request.purpose_id,
        spending.source_of(request),
        Paper(request.number, request.title),
        use=request.use,
        goods=request.in_kind,
    )
    request.exception = words or None
    request.approved_by, request.approved_at = actor.user_id, clock.now()
    request.allocation_id = entry.id
    db.session.flush()
    return request


def exception_needed(request: SpendingRequest) -> bool:
    """Whether approving needs words. With the fund held: the shares are kept from others, too."""
    objected = any(o.opinion == "objects" for o in votes.opinions_on(request.id))
    day = clock.today()
    return weigh(request.host_id, request.use, request.amount_fen, day).exceeds or objected


def refuse(actor: Actor, request_id: int, reason: str) -> None:
    """Not approve, with a reason. Raises Invalid, WrongState."""
    fire(actor, held(request_id), "refuse", reason=said_reason(reason))


def revoke(actor: Actor, request_id: int, reason: str) -> None:
    """Take an approval back before it is paid: the promise is reversed and the money free again."""
    request = held(request_id)
    fire(actor, request, "revoke", reason=said_reason(reason))
    assert request.allocation_id is not None
    _take_back(actor, request, request.allocation_id, say("撤销批准"))


def pay(actor: Actor, request_id: int, payment: Payment) -> SpendingRequest:
    """Pay what was approved, in full. Raises Invalid (`voucher`, `paid_on`), what `moving.pay` does."""
    request = held(request_id)
    if request.in_kind:
        raise WrongState(say("物资不付款，请登记发放。"))
    _check_payment(request, payment)
    fire(actor, request, "pay", amount_fen=request.amount_fen)
    assert request.allocation_id is not None
    paper = Paper(payment.voucher.strip(), request.title, payment.paid_on)
    entry = moving.pay(actor, request.allocation_id, paper)
    request.payment_id, request.paid_by = entry.id, actor.user_id
    request.paid_on = payment.paid_on
    db.session.flush()
    return request


def bounce(actor: Actor, request_id: int, reason: str) -> None:
    """Say that a payment came back (a wrong account): it is reversed, and what was approved waits to
    be paid again. Raises Invalid, WrongState for goods."""
    request = held(request_id)
    if request.in_kind or request.payment_id is None:
        raise WrongState
    fire(actor, request, "bounce", reason=said_reason(reason))
    _take_back(actor, request, request.payment_id, say("付款退回"))
    request.payment_id = request.paid_by = request.paid_on = None
    db.session.flush()


def hand_out(actor: Actor, request_id: int, handed_on: date) -> SpendingRequest:
    """Say that the goods, which left the fund when they were approved, reached those they are for."""
    request = held(request_id)
    if not request.in_kind:
        raise WrongState(say("资金支出请登记付款。"))
    _check_day(request, handed_on)
    fire(actor, request, "hand_out", amount_fen=request.amount_fen)
    request.paid_by, request.paid_on = actor.user_id, handed_on
    db.session.flush()
    return request


def close(actor: Actor, request_id: int) -> SpendingRequest:
    """Say that the vouchers are complete. Raises Invalid (`close`) while they are not."""
    request = held(request_id)
    kinds = [voucher.kind for voucher, _ in spending.vouchers(request_id)]
    fire(actor, request, "close", vouchers=len(kinds))
    if found := rules.closing_problems(request.payee_kind, kinds):
        raise Invalid(fields={"close": found})
    return request


def _take_back(actor: Actor, request: SpendingRequest, entry_id: int, why: Text) -> None:
    """Reverse an entry, unless somebody did so in the ledger already."""
    if ledger.reversal_of(entry_id) is None:
        words = f"{why.in_source()}：{request.title}"[:LONGEST]
        posting.reverse(actor, entry_id, request.number, words)


def _check_payment(request: SpendingRequest, payment: Payment) -> None:
    number = payment.voucher.strip()
    if not number:
        raise Invalid(fields={"voucher": [say("请填写凭证号。")]})
    if len(number) > LONGEST_VOUCHER:
        raise Invalid(fields={"voucher": [say("不能超过 %(n)s 个字。", n=LONGEST_VOUCHER)]})
    _unnamed(request, voucher=number)
    refuse_donor_names(voucher=number)
    _check_day(request, payment.paid_on)


def _check_day(request: SpendingRequest, day: date) -> None:
    approved = clock.local(request.approved_at).date() if request.approved_at else day
    if not approved <= day <= clock.today():
        said = say("应当在批准之日（%(day)s）到今天之间。", day=approved.isoformat())
        raise Invalid(fields={"paid_on": [said]})


def _unnamed(request: SpendingRequest, **texts: str) -> None:
    """What becomes public does not name the person who is paid."""
    if request.payee_kind != "person":
        return
    for field, text in texts.items():
        if rules.names_person(text, request.payee_name):
            raise Invalid(fields={field: [say("这里的文字会公开，不要写个人收款人的姓名。")]})

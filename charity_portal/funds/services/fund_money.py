"""What the office posts for a fund by itself: interest, the principal's payouts, what is left at the
end, and the correction of an entry.

`key` is made when the form is drawn; it is part of the source, so that a form sent twice posts once.
"""

from charity_portal.funds.errors import NotReversible
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import funds, ledger
from charity_portal.funds.rules import correcting
from charity_portal.funds.services import moving, posting
from charity_portal.funds.services.moving import Paper
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.kernel.errors import Conflict, Invalid, NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor


def credit_interest(
    actor: Actor, fund_id: int, amount_fen: int, purpose: int, key: str, paper: Paper
) -> LedgerEntry:
    """Record interest or another yield of a fund's money, in the purpose that it is for."""
    _plain(paper)
    source = f"interest:{fund_id}:{key}"
    return moving.receive(actor, fund_id, amount_fen, purpose, source, paper, "interest")


def pay_out(
    actor: Actor, fund_id: int, amount_fen: int, purpose: int, key: str, paper: Paper
) -> LedgerEntry:
    """Move part of an endowed fund's principal to a purpose, within the year's limit."""
    _plain(paper)
    return moving.pay_out(actor, fund_id, amount_fen, purpose, f"payout:{fund_id}:{key}", paper)


def release(actor: Actor, fund_id: int, purpose: int, key: str, paper: Paper) -> LedgerEntry:
    """Move all principal of a fund that is to end to a purpose."""
    _plain(paper)
    return moving.release_principal(actor, fund_id, purpose, f"release:{fund_id}:{key}", paper)


def dispose(
    actor: Actor,
    fund_id: int,
    amount_fen: int,
    purpose: int,
    key: str,
    paper: Paper,
    payee: int | None = None,
    goods: bool = False,
) -> LedgerEntry:
    """Pass on what is left in a purpose as the agreement says: promised here and paid by `settle`;
    goods leave at once. `payee` is an organization of the register, None for another receiver.
    """
    _plain(paper)
    if funds.principal_purpose(fund_id) is not None and ledger.balance(fund_id).principal_fen:
        raise Conflict(say("请先将本金转入一项用途，再处理剩余财产。"))
    source = f"surplus:{fund_id}:{key}"
    return moving.allocate(
        actor, fund_id, payee, amount_fen, purpose, source, paper, "surplus", goods
    )


def settle(actor: Actor, entry_id: int, paper: Paper) -> LedgerEntry:
    """Pay what `dispose` promised; by another person. Raises AlreadyPaid, AlreadyReversed."""
    promise = ledger.entry(entry_id)
    if promise is None or not correcting.is_surplus(promise.source):
        raise NotFound
    if promise.actor_id is not None and promise.actor_id == actor.user_id:
        raise Conflict(say("批准和付款应由两人办理。"))
    _plain(paper)
    return moving.pay(actor, entry_id, paper)


def take_back(actor: Actor, entry_id: int, voucher: str, reason: str) -> LedgerEntry:
    """Reverse an entry, as long as nothing but the books knows of it. Raises NotReversible with the
    place where it is taken back otherwise, and all that `posting.reverse` raises."""
    entry = ledger.entry(entry_id)
    if entry is None:
        raise NotFound
    if elsewhere := correcting.owner(ledger.cause(entry), entry.kind):
        raise NotReversible(elsewhere)
    said = {"voucher": voucher, "reason": reason}
    if empty := [name for name, text in said.items() if not text.strip()]:
        raise Invalid(fields={name: [say("请填写此项。")] for name in empty})
    refuse_donor_names(**said)
    return posting.reverse(actor, entry_id, voucher.strip(), reason.strip())


def _plain(paper: Paper) -> None:
    refuse_donor_names(voucher=paper.voucher, description=paper.description)

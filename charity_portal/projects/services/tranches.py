"""A tranche on its way: confirmed by an officer, approved by a second person, paid by a third.

Money moves only through the ledger: approving is an allocation there (source `tranche:7`), paying is
its payment. Each step is one transaction, and the row is held from its beginning to its end.
"""

from datetime import date

import sqlalchemy as sa

from charity_portal.funds.queries import causes, ledger, naming, purses
from charity_portal.funds.queries.causes import Booked
from charity_portal.funds.services import moving, posting
from charity_portal.funds.services.moving import Paper
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.kernel import clock, files
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import UnfitPurse
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import Reclaim, Tranche
from charity_portal.projects.rules import paying, paying_letters
from charity_portal.projects.rules.letters import About, Letter
from charity_portal.projects.rules.paying_letters import Which
from charity_portal.projects.services import letters
from charity_portal.projects.services.taking import require_step
from charity_portal.projects.services.tranche_plans import purse_problem

LONGEST_EVIDENCE, LONGEST_REASON = 1000, 500
PAGE = "projects_awards.show"


def release(actor: Actor, tranche_id: int, evidence: str, file: Prepared | None = None) -> Tranche:
    """Confirm that the condition is met, saying how one knows; `file` is put down beside it."""
    tranche = locked(Tranche, tranche_id)
    require(actor, "projects:tranche:release", tranche)
    require_step(tranche, "release")
    words = written(evidence, "evidence", LONGEST_EVIDENCE)
    fire(actor, tranche, "release", amount_fen=tranche.amount_fen)
    tranche.evidence = words
    tranche.evidence_file_id = files.keep(actor, file).id if file is not None else None
    tranche.released_by, tranche.released_at = actor.user_id, clock.now()
    db.session.flush()
    return tranche


def unrelease(actor: Actor, tranche_id: int, reason: str) -> Tranche:
    """Send a confirmation back: the condition is not met after all."""
    tranche = locked(Tranche, tranche_id)
    require(actor, "projects:tranche:send-back", tranche)
    require_step(tranche, "unrelease")
    why = written(reason)
    fire(actor, tranche, "unrelease", reason=why)
    _forget_release(tranche)
    _post(actor, tranche, paying_letters.sent_back(_about(tranche), _which(tranche), why))
    return tranche


def approve(actor: Actor, tranche_id: int) -> Tranche:
    """Promise the money out of its purse; never by who confirmed the condition.

    Raises Overdrawn, EarmarkBroken, MonthClosed, WrongState as the ledger does, UnfitPurse.
    """
    tranche = locked(Tranche, tranche_id)
    require(actor, "projects:tranche:allocate", tranche)
    require_step(tranche, "allocate")
    organization_id = tranche.application.organization_id
    purse = purses.purses_of([tranche.purpose_id])[tranche.purpose_id]
    if (problem := purse_problem(purse, organization_id)) is not None:
        raise UnfitPurse(problem)
    entry = moving.allocate(
        actor,
        tranche.fund_id,
        organization_id,
        tranche.amount_fen,
        tranche.purpose_id,
        _source(tranche),
        Paper(
            voucher_of(tranche),
            described(tranche.application, say("（第%(n)s期）", n=tranche.position)),
        ),
        use=paying.USE,
    )
    fire(actor, tranche, "allocate", entry=entry.id, amount_fen=tranche.amount_fen)
    tranche.allocation_id, tranche.approved_by = entry.id, actor.user_id
    db.session.flush()
    return tranche


def pay(actor: Actor, tranche_id: int, voucher: str, booked_on: date) -> Tranche:
    """Pay what was approved, in full, on the day of the voucher; never by who approved.

    Raises Overdrawn, MonthClosed, AlreadyReversed as the ledger does.
    """
    tranche = locked(Tranche, tranche_id)
    require(actor, "projects:tranche:pay", tranche)
    require_step(tranche, "pay")
    allocation = ledger.entry(tranche.allocation_id or 0)
    if allocation is not None and booked_on < allocation.booked_on:
        raise Invalid(fields={"booked_on": [say("付款日期不能早于批准拨付的日期。")]})
    refuse_donor_names(voucher=voucher)
    paper = Paper(
        voucher.strip(),
        described(tranche.application, say("（第%(n)s期）付款", n=tranche.position)),
        booked_on,
    )
    entry = moving.pay(actor, tranche.allocation_id or 0, paper)
    fire(actor, tranche, "pay", entry=entry.id, amount_fen=tranche.amount_fen)
    tranche.payment_id = entry.id
    _post(actor, tranche, paying_letters.paid(_about(tranche), _which(tranche), booked_on))
    return tranche


def stop(actor: Actor, tranche_id: int, reason: str) -> Tranche:
    """Pay no more of this part; a promise that was not paid goes back into its purse."""
    tranche = locked(Tranche, tranche_id)
    require(actor, "projects:tranche:stop", tranche)
    require_step(tranche, "stop")
    why = written(reason)
    promise = tranche.allocation_id
    if promise is not None and ledger.reversal_of(promise) is None:
        posting.reverse(
            actor,
            promise,
            voucher_of(tranche),
            described(tranche.application, say("（第%(n)s期）停拨", n=tranche.position)),
        )
    fire(actor, tranche, "stop", reason=why, entry=promise)
    tranche.allocation_id = tranche.approved_by = None
    _post(actor, tranche, paying_letters.stopped(_about(tranche), _which(tranche), why))
    return tranche


def resume(actor: Actor, tranche_id: int, reason: str) -> Tranche:
    """Take a stopped part up again; its condition is confirmed anew."""
    tranche = locked(Tranche, tranche_id)
    require(actor, "projects:tranche:stop", tranche)
    require_step(tranche, "resume")
    why = written(reason)
    fire(actor, tranche, "resume", reason=why)
    _forget_release(tranche)
    _post(actor, tranche, paying_letters.resumed(_about(tranche), _which(tranche), why))
    return tranche


def follow_reversal(actor: Actor, entry_id: int) -> str | None:
    """Bring tranches and demands to where the ledger is after a reversal there; what was moved.

    A payment taken back is to be paid again, an allocation taken back is to be approved again, and a
    refund taken back has not come back.
    """
    reversal = causes.booked([entry_id]).get(entry_id)
    if reversal is None or reversal.reverses_id is None:
        return None
    original = causes.booked([reversal.reverses_id])[reversal.reverses_id]
    if original.kind == "refund":
        return _unreturn(actor, original)
    column = Tranche.payment_id if original.kind == "payment" else Tranche.allocation_id
    key = db.session.scalar(sa.select(Tranche.id).where(column == original.id))
    if key is None:
        return None
    tranche = locked(Tranche, key)
    if original.kind == "payment" and tranche.state == "paid":
        fire(actor, tranche, "unpay", entry=original.id)
        tranche.payment_id = None
    elif original.kind != "allocation" or tranche.state != "allocated":
        return None
    if ledger.reversal_of(tranche.allocation_id or 0) is not None:
        fire(actor, tranche, "unallocate", entry=tranche.allocation_id)
        tranche.allocation_id = tranche.approved_by = None
    return f"tranche:{key}"


def _unreturn(actor: Actor, refund: Booked) -> str | None:
    kind, _, rest = refund.source.partition(":")
    key = rest.partition(":")[0]
    if kind != "reclaim" or not key.isdigit():
        return None
    reclaim = locked(Reclaim, int(key))
    if reclaim.state == "settled":
        fire(actor, reclaim, "reopen", entry=refund.id)
    reclaim.returned_fen -= refund.amount_fen
    db.session.flush()
    return f"reclaim:{key}"


def written(text: str, field: str = "reason", longest: int = LONGEST_REASON) -> str:
    """A reason or evidence as it is kept. Raises Invalid on the field."""
    words = text.strip()
    if not words:
        raise Invalid(fields={field: [say("请填写此项。")]})
    if len(words) > longest:
        raise Invalid(fields={field: [say("不能超过 %(n)s 个字。", n=longest)]})
    return words


def voucher_of(tranche: Tranche) -> str:
    """What a decision about a tranche is filed under: the award's number and the part."""
    return f"{tranche.application.number}-{tranche.position}"


def described(application: Application, tail: Text) -> str:
    """What the ledger says in public: call and project; the number alone where a title names a donor."""
    end = tail.in_source()
    full = paying.describe(application.call.title_zh, application.title, end)
    if naming.donor_named_in(full):
        return say("公益项目资助 %(number)s", number=application.number).in_source() + end
    return full


def _source(tranche: Tranche) -> str:
    """The cause of the next allocation: what was taken back before keeps its own."""
    source, n = f"tranche:{tranche.id}", 1
    while (known := ledger.by_source(source)) and ledger.reversal_of(known.id) is not None:
        n += 1
        source = f"tranche:{tranche.id}:{n}"
    return source


def _forget_release(tranche: Tranche) -> None:
    tranche.released_by = tranche.released_at = None
    db.session.flush()


def _which(tranche: Tranche) -> Which:
    return Which(tranche.position, tranche.condition, tranche.amount_fen)


def _about(tranche: Tranche) -> About:
    return letters.about(tranche.application, PAGE)


def _post(actor: Actor, tranche: Tranche, letter: Letter) -> None:
    db.session.flush()
    letters.post_to_payee(actor, tranche.application, letter)

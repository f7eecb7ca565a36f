"""Money of an award that has to come back: demanded, received through the ledger, or waived."""

from dataclasses import dataclass
from datetime import date

from charity_portal.funds.queries import purses
from charity_portal.funds.services import moving
from charity_portal.funds.services.moving import Paper
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import Text, money, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import ReclaimMoved
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import Reclaim
from charity_portal.projects.queries import award_money
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules import paying_letters
from charity_portal.projects.rules.letters import About, Letter
from charity_portal.projects.rules.paying_letters import Demanded
from charity_portal.projects.services import bars, letters
from charity_portal.projects.services.taking import require_step
from charity_portal.projects.services.tranches import PAGE, described, written

LONGEST_LETTER_DAYS = 366


@dataclass(frozen=True)
class Demand:
    """What is asked back. `bar_years` keeps the organization from applying, None leaves it free;
    `seen_fen` is what could be asked back when the page was opened."""

    amount_fen: int
    reason: str
    due_on: date
    seen_fen: int
    bar_years: int | None = None


@dataclass(frozen=True)
class Refund:
    """What came back: to which purse, by which voucher, on which day. `part` counts the refunds of a
    demand from 1, so that one sent twice is recorded once."""

    part: int
    amount_fen: int
    purpose_id: int
    voucher: str
    booked_on: date


def demand(actor: Actor, application_id: int, wanted: Demand) -> Reclaim:
    """Ask for money back, at most what was paid and not asked back yet; a letter says so.

    Raises Invalid on the fields, ReclaimMoved when something was paid or demanded meanwhile.
    """
    application = locked(Application, application_id)
    require(actor, "projects:reclaim:demand", application)
    why = written(wanted.reason)
    claimable = award_money.sums(application_id).claimable_fen
    if claimable != wanted.seen_fen:
        raise ReclaimMoved
    if problems := _problems(wanted, claimable):
        raise Invalid(fields=problems)
    row = Reclaim(
        number=next_number("ZJK", clock.today().year, width=4),
        application_id=application_id,
        amount_fen=wanted.amount_fen,
        reason=why,
        due_on=wanted.due_on,
        demanded_by=actor.user_id,
    )
    row.application = application
    db.session.add(row)
    db.session.flush()
    after = {"application": application_id, "amount_fen": row.amount_fen, "due_on": row.due_on}
    audit.record(actor, "projects.reclaim.demand", row, after=after, reason=why)
    bar = None
    if wanted.bar_years is not None:
        bar = bars.impose(actor, application, wanted.bar_years, why)
    said = Demanded(row.number, row.amount_fen, row.due_on, why, bar.until if bar else None)
    _post(actor, application, paying_letters.reclaimed(_about(application), said))
    return row


def _problems(wanted: Demand, claimable_fen: int) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    if wanted.amount_fen <= 0:
        found["amount"] = [say("金额应大于零。")]
    elif wanted.amount_fen > claimable_fen:
        most = money(claimable_fen)
        found["amount"] = [say("最多可追缴 %(most)s（已付款减去已追缴）。", most=most)]
    days = (wanted.due_on - clock.today()).days
    if not 1 <= days <= LONGEST_LETTER_DAYS:
        found["due_on"] = [say("日期应在今天之后一年之内。")]
    return found


def receive(actor: Actor, reclaim_id: int, refund: Refund) -> Reclaim:
    """Record what came back as a refund in the ledger; the demand settles itself when all is there.

    Raises Invalid on the fields, ReclaimMoved when that part is recorded already, and what the
    ledger raises (MonthClosed, WrongState).
    """
    known = queries.reclaim(reclaim_id)
    if known is None:
        raise NotFound
    locked(Application, known.application_id)  # demands of one award share its purses
    reclaim = locked(Reclaim, reclaim_id)
    require(actor, "projects:reclaim:receive", reclaim)
    require_step(reclaim, "settle")
    before = award_money.refunds([reclaim_id])
    if refund.part != len(before) + 1:
        raise ReclaimMoved
    _refuse(reclaim, refund)
    refuse_donor_names(voucher=refund.voucher)
    application = reclaim.application
    tail = say("（退回资助款 %(number)s，第%(n)s笔）", number=reclaim.number, n=refund.part)
    entry = moving.refund(
        actor,
        purses.purses_of([refund.purpose_id])[refund.purpose_id].fund_id,
        application.organization_id,
        refund.amount_fen,
        refund.purpose_id,
        f"reclaim:{reclaim_id}:{refund.part}",
        Paper(
            refund.voucher.strip(),
            described(application, tail),
            refund.booked_on,
        ),
    )
    reclaim.returned_fen += refund.amount_fen
    db.session.flush()
    audit.record(
        actor,
        "projects.reclaim.receive",
        reclaim,
        before={"returned_fen": reclaim.returned_fen - refund.amount_fen},
        after={"returned_fen": reclaim.returned_fen, "entry": entry.id},
    )
    left = reclaim.amount_fen - reclaim.returned_fen
    if not left:
        fire(actor, reclaim, "settle", entry=entry.id)
    said = paying_letters.came_back(_about(application), reclaim.number, refund.amount_fen, left)
    _post(actor, application, said)
    return reclaim


def _refuse(reclaim: Reclaim, refund: Refund) -> None:
    """Raise Invalid unless the amount fits the demand and the purse that it came from."""
    found: dict[str, list[Text]] = {}
    left = reclaim.amount_fen - reclaim.returned_fen
    if not 0 < refund.amount_fen <= left:
        found["amount"] = [say("金额应大于零，且不超过尚需退回的 %(left)s。", left=money(left))]
    spent = purses_of(reclaim.application_id)
    if refund.purpose_id not in spent:
        found["purse"] = [say("请选择退回到哪个资金来源。")]
    elif refund.amount_fen > spent[refund.purpose_id]:
        most = money(spent[refund.purpose_id])
        found["amount"] = [say("该资金来源为本项目实付 %(most)s，退回不能超过此数。", most=most)]
    if found:
        raise Invalid(fields=found)


def purses_of(application_id: int) -> dict[int, int]:
    """What each purse paid for an award and has not got back, in fen, by purpose."""
    asked = queries.reclaims_of([application_id]).get(application_id, [])
    returned = award_money.refunds(r.id for r in asked)
    return award_money.purses_left(queries.tranches(application_id), returned)


def waive(actor: Actor, reclaim_id: int, reason: str) -> Reclaim:
    """Ask for no more of it; what came back stays."""
    reclaim = locked(Reclaim, reclaim_id)
    require(actor, "projects:reclaim:waive", reclaim)
    require_step(reclaim, "waive")
    why = written(reason)
    left = reclaim.amount_fen - reclaim.returned_fen
    fire(actor, reclaim, "waive", reason=why, left_fen=left)
    application = reclaim.application
    _post(actor, application, paying_letters.waived(_about(application), reclaim.number, left, why))
    return reclaim


def _about(application: Application) -> About:
    return letters.about(application, PAGE)


def _post(actor: Actor, application: Application, letter: Letter) -> None:
    db.session.flush()
    letters.post_to_payee(actor, application, letter)

"""Reading spending requests: lists, one with what stands behind it, and its public words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.funds import Fund, FundMember, FundPurpose
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.models.spending import (
    SpendingOpinion,
    SpendingRequest,
    SpendingVote,
    SpendingVoucher,
)
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules.establishing import COMMITTEE
from charity_portal.funds.rules.spending import Relations
from charity_portal.funds.rules.voting import Tally, kept_tally
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations import queries as organizations

ACTIONS: Mapping[str, Text] = {
    "spending_request.ask": say("起草申请"),
    "spending_request.revise": say("修改申请"),
    "spending_request.extend": say("延长表决期限"),
    "spending_vote.cast": say("表决"),
    "spending_vote.minutes": say("按会议纪要登记表决"),
    "spending_opinion.give": say("监督员发表意见"),
    "spending_voucher.add": say("上传凭证"),
    "spending_voucher.remove": say("删除凭证"),
}


@dataclass(frozen=True)
class SpendingFilter:
    """What a list of requests is narrowed down to; empty means all."""

    state: str = ""
    use: str = ""
    text: str = ""
    fund_id: int | None = None
    overdue: bool = False


@dataclass(frozen=True)
class Event:
    """One line of a request's history: `note` is the reason that was given."""

    at: datetime
    what: Text
    who: str
    note: str | None


@dataclass(frozen=True)
class PublicVoucher:
    """What everybody reads of a paper: its kind and words, never the file."""

    kind: str
    description: str
    added_on: date


@dataclass(frozen=True)
class PublicSpending:
    """What everybody reads of a request that led to an entry. `tally` is None where no vote was
    needed; `opinions` are the supervisors' words (rules.voting.OPINIONS) in the order given."""

    number: str
    title: str
    use: str
    state: str
    in_kind: bool
    payee_kind: str
    requested_on: date
    approved_on: date | None
    paid_on: date | None
    tally: Tally | None
    opinions: tuple[str, ...]
    conflict: str | None
    exception: str | None
    vouchers: tuple[PublicVoucher, ...]


def source_of(request: SpendingRequest) -> str:
    """The cause that its entry carries."""
    return f"spending:{request.number}"


def request(request_id: int) -> SpendingRequest | None:
    """The row with its fund and purpose; for this domain's own pages."""
    wanted = sa.select(SpendingRequest).where(SpendingRequest.id == request_id)
    return db.session.scalar(wanted.options(joinedload(SpendingRequest.purpose)))


def voucher(voucher_id: int) -> SpendingVoucher | None:
    """The row with its request; for this domain's own pages."""
    wanted = sa.select(SpendingVoucher).where(SpendingVoucher.id == voucher_id)
    return db.session.scalar(wanted.options(joinedload(SpendingVoucher.request)))


def vouchers(request_id: int) -> list[tuple[SpendingVoucher, StoredFile]]:
    """The papers of a request with their files, the first first; removed ones not."""
    rows = db.session.execute(
        sa.select(SpendingVoucher, StoredFile)
        .join(StoredFile, StoredFile.id == SpendingVoucher.file_id)
        .where(SpendingVoucher.request_id == request_id, SpendingVoucher.removed_at.is_(None))
        .order_by(SpendingVoucher.id)
    )
    return [(row, stored) for row, stored in rows]


def requests_page(
    wanted: SpendingFilter, after: str | None = None, size: int = 50
) -> Page[SpendingRequest]:
    """One screenful of requests, the latest first."""
    return page(_found(wanted), order=_LATEST, after=after, size=size)


def everything(wanted: SpendingFilter) -> Iterator[SpendingRequest]:
    """All of them, for a file."""
    return iter(db.session.scalars(_found(wanted).order_by(*_LATEST)))


def own_page(
    user_id: int,
    host_ids: Collection[int],
    state: str = "",
    after: str | None = None,
    size: int = 50,
) -> Page[SpendingRequest]:
    """Requests that concern a person: of funds with a seat of theirs, of their charities, their own."""
    found = _found(SpendingFilter(state=state)).where(
        sa.or_(
            SpendingRequest.requested_by == user_id,
            SpendingRequest.fund_id.in_(_seated(user_id)),
            SpendingRequest.fund_id.in_(sa.select(Fund.id).where(Fund.host_id.in_(host_ids))),
        )
    )
    return page(found, order=_LATEST, after=after, size=size)


def waiting_for(user_id: int) -> list[SpendingRequest]:
    """Votes that wait for what this person has not said yet, the one that ends first on top."""
    said = sa.exists().where(
        SpendingVote.request_id == SpendingRequest.id, SpendingVote.member_id == FundMember.id
    )
    spoken = sa.exists().where(
        SpendingOpinion.request_id == SpendingRequest.id,
        SpendingOpinion.member_id == FundMember.id,
    )
    in_time = SpendingRequest.vote_until >= clock.today()
    silent = sa.or_(
        sa.and_(FundMember.seat.in_(COMMITTEE), ~said, in_time),
        sa.and_(FundMember.seat == "supervisor", ~spoken),
    )
    wanted = (
        sa.select(SpendingRequest)
        .join(FundMember, FundMember.fund_id == SpendingRequest.fund_id)
        .where(
            SpendingRequest.state == "voting",
            FundMember.user_id == user_id,
            FundMember.until.is_(None),
            silent,
        )
        .options(joinedload(SpendingRequest.purpose))
    )
    return list(db.session.scalars(wanted.order_by(SpendingRequest.vote_until, SpendingRequest.id)))


def funds_to_ask(user_id: int | None, host_ids: Collection[int], everywhere: bool) -> list[Fund]:
    """Running funds of which somebody may want money: all, or those they have a part in."""
    found = sa.select(Fund).where(Fund.state == "active").order_by(Fund.number)
    if not everywhere:
        found = found.where(sa.or_(Fund.id.in_(_seated(user_id)), Fund.host_id.in_(host_ids)))
    return list(db.session.scalars(found))


def campaigns_of(fund_id: int) -> list[Campaign]:
    """Campaigns of a fund that spending may name, the newest first."""
    wanted = sa.select(Campaign).where(
        Campaign.fund_id == fund_id, Campaign.state.in_(("running", "ended"))
    )
    return list(db.session.scalars(wanted.order_by(Campaign.id.desc())))


def committee(fund_id: int) -> list[FundMember]:
    """Who decides now: the chair and the members, in the order of their seats."""
    wanted = sa.select(FundMember).where(
        FundMember.fund_id == fund_id,
        FundMember.until.is_(None),
        FundMember.seat.in_(COMMITTEE),
    )
    return list(db.session.scalars(wanted.order_by(FundMember.id)))


def relations(fund_id: int, payee_id: int | None, requested_by: int | None) -> Relations:
    """Who of those who decide is related to a payee now."""
    if payee_id is None:
        return Relations()
    seats = {member.id: member.user_id for member in committee(fund_id)}
    people = {account for account in (*seats.values(), requested_by) if account is not None}
    insiders = {
        b.user_id
        for b in organizations.belongings(people)
        if b.organization_id == payee_id and b.ended_at is None
    }
    initiator = db.session.scalar(sa.select(Fund.initiator_id).where(Fund.id == fund_id))
    return rules.relations(payee_id, initiator, seats, requested_by, insiders)


def public_by_source(source: str) -> PublicSpending | None:
    """What everybody may read of the request that caused an entry; None for other causes. The entries
    that pay or take back that entry lead to it through what they settle or reverse."""
    kind, _, number = source.partition(":")
    row = (
        db.session.scalar(
            sa.select(SpendingRequest).where(
                SpendingRequest.number == number, SpendingRequest.allocation_id.is_not(None)
            )
        )
        if kind == "spending"
        else None
    )
    return _public(row) if row is not None else None


def history(row: SpendingRequest) -> list[Event]:
    """Who did what with a request and when, newest first."""
    entries = audit.history(row)
    people = accounts.names({e.actor_id for e in entries if e.actor_id is not None})
    return [
        Event(e.at, _word(e.action), people.get(e.actor_id or 0, ""), e.reason) for e in entries
    ]


def entries_of(row: SpendingRequest) -> list[LedgerEntry]:
    """What the ledger says of a request: its promise, the payments, what was taken back."""
    if row.allocation_id is None:
        return []
    first = row.allocation_id
    paid = sa.select(LedgerEntry.id).where(LedgerEntry.settles_id == first)
    wanted = sa.select(LedgerEntry).where(
        sa.or_(
            LedgerEntry.id == first,
            LedgerEntry.settles_id == first,
            LedgerEntry.reverses_id == first,
            LedgerEntry.reverses_id.in_(paid),
        )
    )
    return list(db.session.scalars(wanted.order_by(LedgerEntry.id)))


_LATEST: list[sa.ColumnElement[Any]] = [
    SpendingRequest.requested_at.desc(),
    SpendingRequest.id.desc(),
]


def _seated(user_id: int | None) -> sa.Select[int]:
    return sa.select(FundMember.fund_id).where(
        FundMember.user_id == user_id, FundMember.until.is_(None)
    )


def _found(wanted: SpendingFilter) -> sa.Select[SpendingRequest]:
    found = sa.select(SpendingRequest).options(joinedload(SpendingRequest.purpose))
    if wanted.fund_id is not None:
        found = found.where(SpendingRequest.fund_id == wanted.fund_id)
    if wanted.state:
        found = found.where(SpendingRequest.state == wanted.state)
    if wanted.use:
        found = found.where(SpendingRequest.use == wanted.use)
    if wanted.overdue:
        last = clock.today() - timedelta(days=rules.VOUCHERS_WITHIN)
        late = (SpendingRequest.state == "paid", SpendingRequest.paid_on < last)
        found = found.where(*late)
    if text := wanted.text.strip():
        names = (SpendingRequest.number, SpendingRequest.title)
        found = found.where(sa.or_(*(name.icontains(text, autoescape=True) for name in names)))
    return found


def _public(row: SpendingRequest) -> PublicSpending:
    opinions = sa.select(SpendingOpinion.opinion).where(SpendingOpinion.request_id == row.id)
    papers = tuple(
        PublicVoucher(paper.kind, paper.description, clock.local(paper.added_at).date())
        for paper, _ in vouchers(row.id)
    )
    return PublicSpending(
        number=row.number,
        title=row.title,
        use=row.use,
        state=row.state,
        in_kind=row.in_kind,
        payee_kind=row.payee_kind,
        requested_on=clock.local(row.requested_at).date(),
        approved_on=clock.local(row.approved_at).date() if row.approved_at else None,
        paid_on=row.paid_on,
        tally=kept_tally(row.tally) if row.tally else None,
        opinions=tuple(db.session.scalars(opinions.order_by(SpendingOpinion.given_at))),
        conflict=row.conflict,
        exception=row.exception,
        vouchers=papers,
    )


def _word(action: str) -> Text:
    """What an action on a request is called."""
    name = action.removeprefix("funds.")
    if name in ACTIONS:
        return ACTIONS[name]
    step = name.removeprefix("spending_request.")
    labels = {t.action: t.label for t in SpendingRequest.MACHINE.transitions}
    return labels[step]


def purposes_to_spend(fund_id: int) -> list[tuple[FundPurpose, int]]:
    """What a fund's money may be spent on, each with what stands in its purse, in fen."""
    standing = ledger.purses(fund_id)
    rows = db.session.scalars(
        sa.select(FundPurpose)
        .where(FundPurpose.fund_id == fund_id, FundPurpose.spendable)
        .order_by(FundPurpose.id)
    )
    return [(row, standing.get(row.id, 0)) for row in rows]


def goods_of(fund_id: int) -> int:
    """The value of the goods that a fund has, in fen."""
    return ledger.balance(fund_id).goods_fen

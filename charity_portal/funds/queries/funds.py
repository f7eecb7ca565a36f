"""Reading funds: the agreement, purposes, people, and what hangs on them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.funds.models.funds import (
    DonationChannel,
    Fund,
    FundAmendment,
    FundInstalment,
    FundMember,
    FundPurpose,
)
from charity_portal.funds.models.ledger import LedgerAccount, LedgerBook
from charity_portal.funds.rules.accounts import PURSE
from charity_portal.funds.rules.entries import Earmark
from charity_portal.funds.rules.establishing import (
    HOSTS,
    Agreement,
    Host,
    Instalment,
    Member,
    Purpose,
)
from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import language
from charity_portal.organizations import queries as organizations


@dataclass(frozen=True)
class FundCard:
    """A fund for outsiders."""

    id: int
    number: str
    name: str
    kind: str
    nature: str
    state: str
    host_id: int


def fund(fund_id: int) -> Fund | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(Fund, fund_id)


def by_number(number: str) -> Fund | None:
    """The fund of that number (JJ-…)."""
    return db.session.scalar(sa.select(Fund).where(Fund.number == number))


def cards(fund_ids: set[int]) -> dict[int, FundCard]:
    """The funds with these ids, for outsiders."""
    rows = db.session.scalars(sa.select(Fund).where(Fund.id.in_(fund_ids)))
    english = language() == "en"
    return {
        f.id: FundCard(
            f.id,
            f.number,
            f.name_en if english and f.name_en else f.name_zh,
            f.kind,
            f.nature,
            f.state,
            f.host_id,
        )
        for f in rows
    }


def register_page(
    host_id: int | None = None,
    kind: str = "",
    state: str = "",
    after: str | None = None,
    text: str = "",
) -> Page[Fund]:
    """One screenful of funds, the newest first. `text` is looked for in number, names, initiator."""
    return page(selection(host_id, kind, state, text), order=[Fund.id.desc()], after=after)


def everything(
    host_id: int | None = None, kind: str = "", state: str = "", text: str = ""
) -> list[Fund]:
    """All funds that a search finds, in the order of the list; a city has some thousands at most."""
    found = selection(host_id, kind, state, text)
    return list(db.session.scalars(found.order_by(Fund.id.desc())))


def selection(
    host_id: int | None = None, kind: str = "", state: str = "", text: str = ""
) -> sa.Select[Fund]:
    """The funds that a search finds."""
    found = sa.select(Fund)
    if host_id is not None:
        found = found.where(Fund.host_id == host_id)
    if kind:
        found = found.where(Fund.kind == kind)
    if state:
        found = found.where(Fund.state == state)
    if words := text.strip():
        columns = (Fund.number, Fund.name_zh, Fund.name_en, Fund.initiator)
        found = found.where(sa.or_(*(c.icontains(words, autoescape=True) for c in columns)))
    return found


def choices() -> list[tuple[int, str]]:
    """The funds that still take entries, with number and name for the reader, the newest first."""
    columns = (Fund.id, Fund.number, Fund.name_zh, Fund.name_en)
    rows = db.session.execute(
        sa.select(*columns).where(Fund.state != "ended").order_by(Fund.id.desc())
    )
    english = language() == "en"
    return [
        (key, f"{number} {name_en if english and name_en else name_zh}")
        for key, number, name_zh, name_en in rows
    ]


def public_channels(host_id: int) -> list[DonationChannel]:
    """How one gives to a hosting charity today, in the order that its people chose."""
    wanted = sa.select(DonationChannel).where(
        DonationChannel.host_id == host_id,
        sa.or_(DonationChannel.until.is_(None), DonationChannel.until > clock.today()),
    )
    return list(db.session.scalars(wanted.order_by(DonationChannel.position, DonationChannel.id)))


def purposes(fund_id: int) -> list[FundPurpose]:
    """What a fund's money is for, in the order of the agreement."""
    wanted = sa.select(FundPurpose).where(FundPurpose.fund_id == fund_id)
    return list(db.session.scalars(wanted.order_by(FundPurpose.id)))


def purpose(purpose_id: int) -> FundPurpose | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(FundPurpose, purpose_id)


def is_touched(purpose_id: int) -> bool:
    """Whether anything was ever posted to a purpose's purse."""
    wanted = sa.select(LedgerAccount.id).where(
        LedgerAccount.purpose_id == purpose_id,
        LedgerAccount.fund_id
        == sa.select(FundPurpose.fund_id).where(FundPurpose.id == purpose_id).scalar_subquery(),
        LedgerAccount.kind == PURSE,
        LedgerAccount.last_entry_id > 0,
    )
    return db.session.scalar(wanted) is not None


def principal_purpose(fund_id: int) -> FundPurpose | None:
    """Where an endowed fund's principal stands; None for an expendable fund."""
    wanted = sa.select(FundPurpose).where(
        FundPurpose.fund_id == fund_id, FundPurpose.spendable.is_(False)
    )
    return db.session.scalar(wanted)


def earmark(fund_id: int, purpose_id: int) -> Earmark | None:
    """What a purpose may be spent on; None when it is not a purpose of that fund."""
    row = db.session.get(FundPurpose, purpose_id)
    if row is None or row.fund_id != fund_id:
        return None
    return Earmark(row.spendable, frozenset(row.uses))


def seated(fund_id: int) -> list[FundMember]:
    """Who sits on the committee now, and who supervises it."""
    wanted = sa.select(FundMember).where(FundMember.fund_id == fund_id, FundMember.until.is_(None))
    return list(db.session.scalars(wanted.order_by(FundMember.id)))


def members(fund_id: int) -> list[Member]:
    """The same as plain values."""
    return [Member(m.seat, m.name, m.post, m.user_id) for m in seated(fund_id)]


def instalments(fund_id: int) -> list[Instalment]:
    """What was promised, the first first."""
    wanted = sa.select(FundInstalment).where(FundInstalment.fund_id == fund_id)
    rows = db.session.scalars(wanted.order_by(FundInstalment.due_on))
    return [Instalment(row.due_on, row.amount_fen) for row in rows]


def agreement(row: Fund) -> Agreement:
    """What was agreed of a fund, as it stands now."""
    parts: dict[str, Any] = {
        "purposes": tuple(
            Purpose(p.title_zh, tuple(p.uses), p.title_en, p.spendable) for p in purposes(row.id)
        ),
        "instalments": tuple(instalments(row.id)),
        "members": tuple(members(row.id)),
    }
    plain = (name for name in Agreement.__dataclass_fields__ if name not in parts)
    return Agreement(**{name: getattr(row, name) for name in plain}, **parts)


def amendments(fund_id: int) -> list[FundAmendment]:
    """The papers that changed a fund's agreement, the latest first."""
    wanted = sa.select(FundAmendment).where(FundAmendment.fund_id == fund_id)
    return list(db.session.scalars(wanted.order_by(FundAmendment.id.desc())))


def number_taken(host_id: int, agreement_number: str, besides: int | None = None) -> bool:
    """Whether another fund of the charity stands on an agreement of that number."""
    wanted = sa.select(Fund.id).where(
        Fund.host_id == host_id, Fund.agreement_number == agreement_number, Fund.id != besides
    )
    return db.session.scalar(wanted.limit(1)) is not None


def eligible_hosts() -> dict[int, str]:
    """The charities that may host a fund, with their names for the reader."""
    found: list[int] = []
    for kind in HOSTS:
        search = organizations.Search(kind=kind, charity=True, standing="normal")
        found += [row.id for row in organizations.everything(search)]
    return organizations.names(found)


def hosts() -> dict[int, str]:
    """The charities that host funds, with their names for the reader."""
    return organizations.names(set(db.session.scalars(sa.select(LedgerBook.host_id))))


def book(host_id: int) -> LedgerBook | None:
    """The book of a hosting charity; None for others."""
    return db.session.get(LedgerBook, host_id)


def channel(channel_id: int) -> DonationChannel | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(DonationChannel, channel_id)


def channels(host_id: int) -> list[DonationChannel]:
    """All ways to give that a charity ever had, those in use first."""
    wanted = sa.select(DonationChannel).where(DonationChannel.host_id == host_id)
    order = (DonationChannel.until.is_not(None), DonationChannel.position, DonationChannel.id)
    return list(db.session.scalars(wanted.order_by(*order)))


def host(organization_id: int) -> Host | None:
    """The charity that hosts (or is to host) a fund, as the rules look at it."""
    profile = organizations.profile(organization_id)
    if profile is None:
        return None
    return Host(profile.kind, profile.is_charity, profile.archived, profile.standing)

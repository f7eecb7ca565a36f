"""Reading donors, pledges and donations. Names stay sealed here; `queries.naming` opens them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.bank import BankMatch
from charity_portal.funds.models.donations import Donation, DonationList, Donor, Pledge
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import naming
from charity_portal.funds.rules.giving import DonorFacts, name_key, number_key
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.secrets import blind_indexes

_MANY = 1000
_NEWEST: list[Any] = [Donation.received_on.desc(), Donation.id.desc()]


@dataclass(frozen=True)
class PublicGift:
    """A gift as everybody may see it; `name` is what its donor may be called."""

    id: int
    number: str
    fund_id: int
    purpose_id: int
    campaign_id: int | None
    received_on: date
    amount_fen: int
    form: str
    income_source: str
    goods: str | None
    quantity: str | None
    valuation: str | None
    entry_id: int
    name: str


@dataclass(frozen=True)
class DonationFilter:
    """What a list of donations is narrowed down to; empty means all. Both days are included."""

    fund_id: int | None = None
    donor_id: int | None = None
    campaign_id: int | None = None
    form: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    receipt_missing: bool = False


@dataclass(frozen=True)
class Totals:
    """How many gifts, and over what, in fen."""

    count: int
    amount_fen: int


def donor(donor_id: int) -> Donor | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(Donor, donor_id)


def donation(donation_id: int) -> Donation | None:
    """The row with its donor, fund and purpose; for this domain's own pages."""
    wanted = sa.select(Donation).where(Donation.id == donation_id)
    parts = (joinedload(Donation.donor), joinedload(Donation.fund), joinedload(Donation.purpose))
    return db.session.scalar(wanted.options(*parts))


def pledge(pledge_id: int) -> Pledge | None:
    """The row with its donor, fund and purpose; for this domain's own pages."""
    wanted = sa.select(Pledge).where(Pledge.id == pledge_id)
    parts = (joinedload(Pledge.donor), joinedload(Pledge.fund), joinedload(Pledge.purpose))
    return db.session.scalar(wanted.options(*parts))


def by_cause(cause: str) -> Donation | None:
    """The gift that this cause made."""
    return db.session.scalar(sa.select(Donation).where(Donation.cause == cause))


def by_entry(entry_id: int) -> Donation | None:
    """The gift that this entry stands for."""
    return db.session.scalar(sa.select(Donation).where(Donation.entry_id == entry_id))


def donor_by_code(code: str) -> Donor | None:
    """The donor with this code."""
    indexes = blind_indexes("donor.code", number_key(code))
    return db.session.scalar(sa.select(Donor).where(Donor.code_index.in_(indexes)).limit(1))


def same_donor(facts: DonorFacts) -> Donor | None:
    """Who must be meant: the same code, else the same kind, name and telephone number."""
    if facts.code:
        return donor_by_code(facts.code)
    wanted = sa.select(Donor).where(
        Donor.kind == facts.kind,
        Donor.name_index.in_(blind_indexes("donor.name", name_key(facts.name))),
    )
    if facts.phone:
        phones = blind_indexes("donor.phone", number_key(facts.phone))
        wanted = wanted.where(Donor.phone_index.in_(phones))
    elif facts.kind == "person":
        return None  # two people may bear one name
    return db.session.scalar(wanted.order_by(Donor.id).limit(1))


def same_donors(facts: Sequence[DonorFacts]) -> list[Donor | None]:
    """`same_donor` for many at once, in a few statements."""
    names = {f: blind_indexes("donor.name", name_key(f.name)) for f in set(facts)}
    codes = {f: blind_indexes("donor.code", number_key(f.code)) for f in set(facts) if f.code}
    by_name = _by_index(Donor.name_index, names.values())
    by_code = _by_index(Donor.code_index, codes.values())

    def find(told: DonorFacts) -> Donor | None:
        if told.code:
            return _first(by_code, codes[told])
        if told.kind == "person" and not told.phone:
            return None
        phones = blind_indexes("donor.phone", number_key(told.phone))
        found = [row for index in names[told] for row in by_name.get(index, ())]
        fits = (
            row
            for row in sorted(found, key=lambda row: row.id)
            if row.kind == told.kind and (not told.phone or row.phone_index in phones)
        )
        return next(fits, None)

    return [find(told) for told in facts]


def _by_index(column: Any, wanted: Iterable[list[str]]) -> dict[str, list[Donor]]:
    indexes = sorted({index for some in wanted for index in some})
    found: dict[str, list[Donor]] = {}
    for i in range(0, len(indexes), _MANY):
        for row in db.session.scalars(sa.select(Donor).where(column.in_(indexes[i : i + _MANY]))):
            found.setdefault(getattr(row, column.key), []).append(row)
    return found


def _first(found: dict[str, list[Donor]], indexes: list[str]) -> Donor | None:
    return next((row for index in indexes for row in found.get(index, ())), None)


def donors_page(kind: str = "", text: str = "", after: str | None = None) -> Page[Donor]:
    """One screenful of donors, the newest first; `text` is a whole name, number, telephone or code."""
    found = sa.select(Donor)
    if kind:
        found = found.where(Donor.kind == kind)
    if text.strip():
        found = found.where(_is(text.strip()))
    return page(found, order=[Donor.id.desc()], after=after)


def _is(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Donor.number == text.upper(),
        Donor.name_index.in_(blind_indexes("donor.name", name_key(text))),
        Donor.phone_index.in_(blind_indexes("donor.phone", number_key(text))),
        Donor.code_index.in_(blind_indexes("donor.code", number_key(text))),
    )


def find_donors(text: str, limit: int = 20) -> list[Donor]:
    """Donors with exactly this name, number, telephone number or code."""
    wanted = sa.select(Donor).where(_is(text.strip())).order_by(Donor.id).limit(limit)
    return list(db.session.scalars(wanted)) if text.strip() else []


def donations_page(
    filters: DonationFilter, after: str | None = None, size: int = 50
) -> Page[Donation]:
    """One screenful of donations, the latest day first, with donor and fund."""
    found = sa.select(Donation).where(*_narrowed(filters))
    parts = (joinedload(Donation.donor), joinedload(Donation.fund), joinedload(Donation.purpose))
    return page(found.options(*parts), order=_NEWEST, after=after, size=size)


def totals(filters: DonationFilter) -> Totals:
    """How many gifts were received (returned ones left out), and over what."""
    wanted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Donation.amount_fen), 0))
    wanted = wanted.where(*_narrowed(filters), Donation.state == "received")
    count, amount = db.session.execute(wanted).one()
    return Totals(int(count), int(amount))


def _narrowed(filters: DonationFilter) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    for name in ("fund_id", "donor_id", "campaign_id", "form", "state"):
        if value := getattr(filters, name):
            wanted.append(getattr(Donation, name) == value)
    if filters.since is not None:
        wanted.append(Donation.received_on >= filters.since)
    if filters.until is not None:
        wanted.append(Donation.received_on <= filters.until)
    if filters.receipt_missing:
        wanted += [Donation.receipt_number.is_(None), Donation.state == "received"]
        wanted.append(Donation.donor_id.is_not(None))
    return wanted


def public_page(
    fund_id: int | None,
    after: str | None = None,
    campaign_id: int | None = None,
    size: int = 50,
) -> Page[PublicGift]:
    """One screenful of the gifts to a fund, or to a campaign, the latest first; returned ones are
    left out. Two statements, however many gifts there are.
    """
    found = sa.select(Donation).where(Donation.state == "received")
    if campaign_id is not None:
        found = found.where(Donation.campaign_id == campaign_id)
    if campaign_id is None or fund_id is not None:
        found = found.where(Donation.fund_id == fund_id)
    cut = page(found, order=_NEWEST, after=after, size=size)
    return Page(_public(cut.items), cut.next_cursor, cut.first)


def _public(rows: list[Donation]) -> list[PublicGift]:
    names = naming.public_names(rows)
    copied = [name for name in PublicGift.__dataclass_fields__ if name != "name"]
    return [PublicGift(**{n: getattr(row, n) for n in copied}, name=names[row.id]) for row in rows]


def unmatched(host_id: int, amount_fen: int | None = None, limit: int = 200) -> list[Donation]:
    """Gifts of money to the funds of a charity whose entry no bank line stands for yet."""
    wanted = (
        sa.select(Donation)
        .join(Fund, Fund.id == Donation.fund_id)
        .where(
            Fund.host_id == host_id,
            Donation.form != "in_kind",
            Donation.state == "received",
            ~sa.exists().where(BankMatch.entry_id == Donation.entry_id),
        )
        .options(joinedload(Donation.donor), joinedload(Donation.fund))
    )
    if amount_fen is not None:
        wanted = wanted.where(Donation.amount_fen == amount_fen)
    return list(db.session.scalars(wanted.order_by(*_NEWEST).limit(limit)))


def received(pledge_id: int) -> int:
    """What arrived for a promise, in fen."""
    return received_for([pledge_id]).get(pledge_id, 0)


def received_for(pledge_ids: list[int]) -> dict[int, int]:
    """What arrived for these promises, in fen; promises without a gift are absent."""
    wanted = sa.select(Donation.pledge_id, sa.func.sum(Donation.amount_fen)).where(
        Donation.pledge_id.in_(pledge_ids), Donation.state == "received"
    )
    rows = db.session.execute(wanted.group_by(Donation.pledge_id))
    return {key: int(amount) for key, amount in rows if key is not None}


def pledges_page(
    fund_id: int | None = None,
    donor_id: int | None = None,
    state: str = "",
    due_before: date | None = None,
    after: str | None = None,
) -> Page[Pledge]:
    """One screenful of promises, those due first first; `due_before` finds the overdue ones."""
    found = sa.select(Pledge).options(joinedload(Pledge.donor), joinedload(Pledge.fund))
    if fund_id is not None:
        found = found.where(Pledge.fund_id == fund_id)
    if donor_id is not None:
        found = found.where(Pledge.donor_id == donor_id)
    if state:
        found = found.where(Pledge.state == state)
    if due_before is not None:
        found = found.where(Pledge.state == "open", Pledge.due_on < due_before)
    return page(found, order=[Pledge.due_on, Pledge.id], after=after)


def gifts_for(pledge_id: int) -> list[Donation]:
    """The gifts that keep a promise, the first first."""
    wanted = sa.select(Donation).where(Donation.pledge_id == pledge_id)
    return list(db.session.scalars(wanted.order_by(Donation.received_on, Donation.id)))


def open_pledges(donor_id: int | None = None, fund_id: int | None = None) -> list[Pledge]:
    """Promises that wait for money, those due first first."""
    wanted = sa.select(Pledge).where(Pledge.state == "open")
    wanted = wanted.options(joinedload(Pledge.donor), joinedload(Pledge.fund))
    if donor_id is not None:
        wanted = wanted.where(Pledge.donor_id == donor_id)
    if fund_id is not None:
        wanted = wanted.where(Pledge.fund_id == fund_id)
    return list(db.session.scalars(wanted.order_by(Pledge.due_on, Pledge.id).limit(200)))


def gifts_of(donor_id: int, since: date | None, until: date | None) -> list[Donation]:
    """What a donor gave in a period, returned gifts too, the first first, with fund and purpose."""
    filters = DonationFilter(donor_id=donor_id, since=since, until=until)
    wanted = sa.select(Donation).where(*_narrowed(filters))
    wanted = wanted.options(joinedload(Donation.fund), joinedload(Donation.purpose))
    return list(db.session.scalars(wanted.order_by(Donation.received_on, Donation.id)))


def donation_list(list_id: int) -> DonationList | None:
    """A list of gifts that was handed in."""
    return db.session.get(DonationList, list_id)


def donation_lists(limit: int = 50) -> list[DonationList]:
    """The latest lists of gifts that were handed in."""
    wanted = sa.select(DonationList).options(joinedload(DonationList.fund))
    return list(db.session.scalars(wanted.order_by(DonationList.id.desc()).limit(limit)))

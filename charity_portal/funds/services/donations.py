"""Gifts that arrived: recorded together with their entry, corrected, given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.funds.models.donations import Donation, Donor
from charity_portal.funds.queries import campaigns
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.rules.entries import Posting
from charity_portal.funds.rules.giving import NAMINGS, gift_problems, receipt_problems
from charity_portal.funds.rules.giving import Gift as Gift
from charity_portal.funds.services import donors, moving, pledges, posting
from charity_portal.funds.services.naming import refuse_donor_names, refuse_hidden_names
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, Invalid, NotFound
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number, next_numbers
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire


@dataclass(frozen=True)
class Correction:
    """What may be put right of a gift after it was recorded."""

    naming: str
    public_name: str = ""
    receipt_number: str = ""
    receipt_on: date | None = None
    note: str = ""


def record(actor: Actor, gift: Gift) -> Donation:
    """Record a gift and post its entry; the earlier gift when the same cause made one before.

    Raises Invalid by field of Gift, and what `moving.receive` raises.
    """
    require(actor, "funds:donation:record")
    if found := gift_problems(gift, clock.today()):
        raise Invalid(fields=found)
    fund = posting.hold(gift.fund_id)
    require(actor, "funds:entry:post", fund)
    known = queries.by_cause(gift.cause)
    if known is not None:
        return known
    donor = _donor(actor, gift)
    _check_links(gift, donor)
    donation = _write(actor, gift, donor)
    refuse_hidden_names(goods=gift.goods, quantity=gift.quantity)
    refuse_donor_names(voucher=gift.voucher)
    if donation.pledge_id is not None:
        pledges.follow(actor, donation.pledge_id)
    audit.record(
        actor,
        "funds.donation.record",
        donation,
        after={
            "number": donation.number,
            "fund": gift.fund_id,
            "amount_fen": gift.amount_fen,
            "naming": gift.naming,
            "entry": donation.entry_id,
        },
    )
    jobs.announce(actor, "funds.donation_received", id=donation.id)
    return donation


def give_back(actor: Actor, donation_id: int, reason: str) -> Donation:
    """Take a gift's entry back because it is returned to its donor.

    Raises Overdrawn when it is spent, WrongState when it was returned before.
    """
    donation = queries.donation(donation_id)
    if donation is None:
        raise NotFound
    said = donors.stated(reason)
    posting.hold(donation.fund_id)
    fire(actor, donation, "give_back", reason=said)
    voucher = donation.number
    text = say("退回捐赠 %(number)s", number=donation.number).in_source()
    posting.reverse(actor, donation.entry_id, voucher, text)
    if donation.pledge_id is not None:
        pledges.follow(actor, donation.pledge_id)
    return donation


def correct(actor: Actor, donation_id: int, given: Correction, rev: int) -> Donation:
    """Put right what the donor agreed to and the number of the official receipt.

    Raises Invalid by field, Conflict when somebody else changed the gift meanwhile.
    """
    require(actor, "funds:donation:edit")
    donation = locked(Donation, donation_id)
    if donation.rev != rev:
        raise Conflict
    found: dict[str, list[Text]] = {}
    for field, text in receipt_problems(
        given.receipt_number, given.receipt_on, donation.received_on
    ):
        found.setdefault(field, []).append(text)
    donor = db.session.get(Donor, donation.donor_id) if donation.donor_id else None
    _check_naming(given.naming, donor, found)
    _check_receipt(given.receipt_number, donation.id, found)
    if found:
        raise Invalid(fields=found)
    before = {"naming": donation.naming, "receipt_number": donation.receipt_number}
    donation.naming = given.naming
    donation.public_name = given.public_name.strip() or None
    donation.note = given.note.strip() or None
    donation.receipt_number = given.receipt_number.strip() or None
    donation.receipt_on = given.receipt_on
    donation.rev += 1
    db.session.flush()
    refuse_donor_names(receipt_number=given.receipt_number)
    after = {"naming": donation.naming, "receipt_number": donation.receipt_number}
    audit.record(actor, "funds.donation.correct", donation, before=before, after=after)
    return donation


def _donor(actor: Actor, gift: Gift) -> Donor | None:
    if gift.donor_id is not None:
        found = db.session.get(Donor, gift.donor_id)
        if found is None:
            raise Invalid(fields={"donor_id": [say("没有这位捐赠人。")]})
        return found
    return donors.known_or_new(actor, gift.donor) if gift.donor is not None else None


def _check_links(gift: Gift, donor: Donor | None) -> None:
    """Raise unless pledge, campaign, naming and receipt fit the gift."""
    found: dict[str, list[Text]] = {}
    _check_naming(gift.naming, donor, found)
    _check_receipt(gift.receipt_number, None, found)
    if gift.pledge_id is not None:
        pledge = queries.pledge(gift.pledge_id)
        fits = pledge is not None and donor is not None and pledge.donor_id == donor.id
        if pledge is None or not fits or pledge.fund_id != gift.fund_id:
            found.setdefault("pledge_id", []).append(say("该认捐不是这位捐赠人对这个基金的认捐。"))
        elif pledge.state == "cancelled":
            found.setdefault("pledge_id", []).append(say("该认捐已经取消。"))
    if gift.campaign_id is not None:
        campaign = campaigns.campaign(gift.campaign_id)
        if campaign is None or campaign.fund_id != gift.fund_id:
            found.setdefault("campaign_id", []).append(say("该活动不属于这个基金。"))
        elif campaign.state not in campaigns.TAKES_GIFTS:
            found.setdefault("campaign_id", []).append(say("该活动尚未开始，或已经结算、取消。"))
    if found:
        raise Invalid(fields=found)


def _check_naming(naming: str, donor: Donor | None, found: dict[str, list[Text]]) -> None:
    if naming not in NAMINGS:
        found.setdefault("naming", []).append(say("请选择是否同意公开。"))
    elif naming == "named" and donor is None:
        found.setdefault("naming", []).append(say("没有登记捐赠人的捐赠，不能公开姓名。"))
    elif naming == "named" and donor is not None and donor.refuses_naming:
        found.setdefault("naming", []).append(
            say("捐赠人已声明不公开，任何一笔捐赠都不能公开姓名。")
        )


def _check_receipt(number: str, own_id: int | None, found: dict[str, list[Text]]) -> None:
    if not number:
        return
    taken = db.session.scalar(sa.select(Donation.id).where(Donation.receipt_number == number))
    if taken is not None and taken != own_id:
        found.setdefault("receipt_number", []).append(say("该票据号码已登记在另一笔捐赠上。"))


def _write(actor: Actor, gift: Gift, donor: Donor | None) -> Donation:
    """The entry, and the gift that it stands for."""
    number = next_number("JZ", clock.today().year, width=6)
    entry = posting.enter(actor, _posting(gift, number))
    donation = _made(actor, gift, number, donor, entry.id)
    db.session.add(donation)
    db.session.flush()
    return donation


def record_all(actor: Actor, gifts: Sequence[Gift]) -> list[Donation]:
    """Record the gifts of one list to one fund, all or none, in a few statements. The caller checked
    the rows, named causes that are new, and audits them.
    """
    require(actor, "funds:donation:import")
    told = [gift.donor for gift in gifts if gift.donor is not None]
    known = iter(donors.known_or_new_all(actor, told))
    givers = [next(known) if gift.donor is not None else None for gift in gifts]
    numbers = next_numbers("JZ", clock.today().year, len(gifts), width=6)
    postings = [_posting(gift, number) for gift, number in zip(gifts, numbers, strict=True)]
    entries = posting.enter_income(actor, postings)
    rows = [
        _made(actor, gift, number, donor, entry.id)
        for gift, number, donor, entry in zip(gifts, numbers, givers, entries, strict=True)
    ]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        jobs.announce(actor, "funds.donation_received", id=row.id)
    return rows


def _posting(gift: Gift, number: str) -> Posting:
    text = say("接受捐赠 %(number)s", number=number).in_source()
    return moving.income(
        gift.fund_id,
        gift.amount_fen,
        gift.purpose_id,
        f"donation:{number}",
        moving.Paper(gift.voucher.strip() or number, text, gift.received_on),
        income_source=gift.income_source,
        in_kind=gift.form == "in_kind",
    )


def _made(actor: Actor, gift: Gift, number: str, donor: Donor | None, entry_id: int) -> Donation:
    return Donation(
        number=number,
        cause=gift.cause,
        donor_id=donor.id if donor is not None else None,
        entry_id=entry_id,
        recorded_by=actor.user_id,
        **{name: getattr(gift, name) for name in _PLAIN},
        **{name: getattr(gift, name).strip() or None for name in _TEXTS},
    )


_PLAIN = (
    "fund_id", "purpose_id", "campaign_id", "pledge_id", "form", "income_source", "amount_fen",
    "received_on", "naming", "receipt_on",
)  # fmt: skip
_TEXTS = (
    "goods", "quantity", "valuation", "valuation_note", "public_name", "note", "receipt_number",
)  # fmt: skip

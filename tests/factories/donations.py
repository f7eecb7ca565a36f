"""Donors, gifts and promises for tests."""

import itertools
from datetime import date
from typing import Any

from charity_portal.funds.models.donations import Donation, DonationList, Donor, Pledge
from charity_portal.funds.rules.giving import DonorFacts, Gift, Promise
from charity_portal.funds.services import donation_lists, donations, donors, pledges
from charity_portal.kernel.database import transaction
from charity_portal.kernel.tables import Row, Sheet
from tests.factories.examples import Example, World
from tests.factories.funds import Settled, make_fund, make_staff

DAY = date(2026, 3, 2)
_serials = itertools.count(1)


def make_donor(refuses: bool = False, **given: Any) -> Donor:
    """A person who gives; `given` replaces what is told of them, `refuses` to be named."""
    staff = make_staff("finance")
    facts = DonorFacts(**({"kind": "person", "name": f"测试捐赠人{next(_serials)}号"} | given))
    with transaction():
        donor = donors.add(staff, facts)
        if refuses:
            donors.refuse_naming(staff, donor.id, "本人来函")
    return donor


def gift(fund: Settled, **given: Any) -> Gift:
    """A gift of 100 yuan by bank transfer without a donor; `given` replaces what is told of it."""
    plain = {
        "cause": f"test:{next(_serials)}",
        "fund_id": fund.fund_id,
        "purpose_id": fund.purpose,
        "amount_fen": 10_000,
        "form": "bank",
        "received_on": DAY,
    }
    if given.get("form") == "in_kind":
        plain |= {"goods": "棉被", "quantity": "20 床", "valuation": "invoice"}
    return Gift(**(plain | given))


def make_donation(
    fund: Settled | None = None, donor: Donor | None = None, **given: Any
) -> Donation:
    """A gift, from a donor when one is given (then `naming` may be given too)."""
    fund = fund or make_fund()
    given |= {"donor_id": donor.id} if donor is not None else {}
    with transaction():
        return donations.record(fund.staff, gift(fund, **given))


def make_pledge(fund: Settled | None = None, donor: Donor | None = None, **given: Any) -> Pledge:
    """A promise of 500 yuan, due in a month."""
    fund, donor = fund or make_fund(), donor or make_donor()
    plain = {
        "donor_id": donor.id,
        "fund_id": fund.fund_id,
        "purpose_id": fund.purpose,
        "amount_fen": 50_000,
        "due_on": date(2026, 4, 1),
    }
    staff = make_staff("officer", "finance")
    with transaction():
        return pledges.pledge(staff, Promise(**(plain | given)))


HEADER = ["到账日期", "金额（元）", "姓名或单位名称", "电话", "用途", "是否同意公开"]


def make_list(fund: Settled, *rows: tuple[str, ...]) -> DonationList:
    """A list that was handed in, of rows under HEADER; not yet checked."""
    lines = [Row(n, dict(zip(HEADER, cells, strict=True))) for n, cells in enumerate(rows, 2)]
    with transaction():
        return donation_lists.hand_in(fund.staff, fund.fund_id, Sheet(HEADER, lines), "zh")


def _shared(world: World, name: str) -> Any:
    """A donor with a pledge and a gift, made once a sweep; ids only."""
    if "donations" not in world.made:
        fund, donor = make_fund(), make_donor()
        ids = {
            "donor_id": donor.id,
            "pledge_id": make_pledge(fund, donor).id,
            "donation_id": make_donation(fund, donor).id,
            "list_id": make_list(fund).id,
        }
        world.made["donations"] = ids
    return world.made["donations"][name]


EXAMPLES: dict[str, Example] = {
    "donor_id": lambda world: _shared(world, "donor_id"),
    "donation_id": lambda world: _shared(world, "donation_id"),
    "list_id": lambda world: _shared(world, "list_id"),
    "pledge_id": lambda world: _shared(world, "pledge_id"),
}

"""Donors who refuse to be named and left their names everywhere they could, and one who agreed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from charity_portal.funds.models.donations import Donation, Donor
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.services import donations, donors, papers
from charity_portal.funds.services.papers import Order
from charity_portal.kernel import files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from tests.factories import bank, campaigns
from tests.factories.donations import make_donation, make_donor, make_list, make_pledge
from tests.factories.funds import Settled, make_fund

PERSON = {
    "name": "欧阳鹤鸣",
    "phone": "13954507788",
    "address": "烟台市鲸歌路七十七号",
}
COMPANY = {
    "kind": "organization",
    "name": "烟台鲸歌琥珀灯塔商贸有限公司",
    "phone": "0535-6671234",
    "code": make_uscc("370602", 765_432, "9"),
    "address": "烟台市珊瑚巷九号",
}
OTHERWISE = ("琥珀小筑", "Heming Amberlight", "匿名君子兰", "灯塔水手长", "落款云岫散人")
CANARIES = (
    *(value for who in (PERSON, COMPANY) for value in who.values() if value != "organization"),
    "鹤鸣",
    "鲸歌",
    *OTHERWISE,
)
"""What must be found nowhere in public: all that is known of those who refuse."""
AGREED, AGREED_AS = "清风明月读书会", "清风读书会"


@dataclass(frozen=True)
class Canaries:
    """A fund and two campaigns to which they gave."""

    fund: Settled
    fund_number: str
    donors: tuple[int, int]
    donations: tuple[int, ...]
    numbers: tuple[str, ...]
    campaign_numbers: tuple[str, ...]
    papers: tuple[str, ...]

    @property
    def entries(self) -> list[int]:
        """The entries that their gifts made."""
        found = [queries.donation(key) for key in self.donations]
        return [row.entry_id for row in found if row is not None]


def make_canaries(run_jobs: Any) -> Canaries:
    """All of it; `run_jobs` does what is due."""
    fund = make_fund(host_id=campaigns.make_raiser(), name_zh="珍珠社区慈善基金")
    person, company = make_donor(**PERSON), make_donor(**COMPANY)
    sale = campaigns.make_campaign(fund=fund)
    match = campaigns.make_campaign(fund=fund, kind="matching", matcher_id=company.id)
    appeal = campaigns.make_campaign(fund=fund, kind="appeal", emergency=True)
    given = [
        *_gifts(fund, person, campaign_id=sale.id, public_name="琥珀小筑"),
        *_gifts(fund, company, campaign_id=match.id, public_name="Heming Amberlight"),
        *_gifts(fund, person, campaign_id=appeal.id),
        make_donation(fund, person, naming="unnamed", public_name="匿名君子兰", note="灯塔水手长"),
    ]
    promise = make_pledge(
        fund, company, campaign_id=match.id, naming="named", public_name="落款云岫散人"
    )
    given.append(make_donation(fund, company, naming="named", pledge_id=promise.id))
    agreed = make_donor(kind="organization", name=AGREED)
    given += _gifts(fund, agreed, campaign_id=sale.id, public_name=AGREED_AS)
    returned = make_donation(fund, person, naming="named")
    with transaction():
        for who in (person, company):
            donors.refuse_naming(fund.staff, who.id, "本人来函")
        donations.give_back(fund.staff, returned.id, "汇错账户")
    campaigns.make_bulletin(appeal)
    bank.keep(fund, [bank.Move("2026-03-02", 100, PERSON["name"], PERSON["phone"])])
    _lists(fund, run_jobs)
    rows = (sale, match, appeal)
    return Canaries(
        fund,
        sale.fund.number,
        (person.id, company.id),
        tuple(row.id for row in given),
        tuple(row.number for row in given),
        tuple(row.number for row in rows),
        _papers(fund, person, given[0]),
    )


def _gifts(fund: Settled, donor: Donor, **given: Any) -> list[Donation]:
    """A gift of every form, each with consent to be named."""
    told = {"received_on": date(2026, 3, 1), "note": "灯塔水手长"} | given
    return [
        make_donation(fund, donor, naming="named", form=form, **told)
        for form in ("bank", "cash", "in_kind")
    ]


def _papers(fund: Settled, donor: Donor, gift: Donation) -> tuple[str, ...]:
    """The numbers of a donor's papers, which whoever holds one may verify; their files say nothing."""
    days = {"since": date(2026, 1, 1), "until": date(2026, 3, 2)}
    orders = (
        Order("donor_statement", "zh", donor_id=donor.id, **days),
        Order("certificate", "zh", donation_id=gift.id),
    )
    blank = files.prepare_own(b"nothing", "paper.pdf", "application/pdf")
    numbers = []
    for order in orders:
        with transaction():
            paper, job = papers.ask(fund.staff, order)
            db.session.delete(job)
        with transaction():
            papers.attach(paper.id, blank)
        numbers.append(paper.number)
    return tuple(numbers)


def _lists(fund: Settled, run_jobs: Any) -> None:
    """One list that is refused for its faults, and one that waits to be imported."""
    who = (PERSON["name"], PERSON["phone"], "助老")
    make_list(fund, ("2026-03-01", "12.50", *who, "不同意"))
    make_list(fund, ("2026-13-01", PERSON["name"], *who, PERSON["name"]))
    run_jobs()

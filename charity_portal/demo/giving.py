"""Who gives to the city's funds: donors, gifts, pledges, and the campaigns that ask for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from charity_portal.demo import evenings, sources
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.services import (
    bulletins,
    campaigns,
    donation_lists,
    donations,
    donors,
    matching,
    pledges,
)
from charity_portal.funds.services.campaigns import Plan
from charity_portal.funds.services.donations import Gift
from charity_portal.funds.services.donors import DonorFacts
from charity_portal.funds.services.pledges import Promise
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.tables import Row, Sheet

YUAN = 100
GOODS = ("米面粮油", "冬季棉被", "图书和文具", "护理用品")
LATE = 2
"""Working days after a gift arrived on which finance records it."""


def all_of(city: City) -> Iterator[Story]:
    """Every gift of every fund, every campaign, and promises in all their states."""
    yield _donors(city)
    for row in sources.rows("funds", "fund"):
        for gift in row["gifts"]:
            yield _arrival(city, row["key"], gift)
    for row in sources.rows("funds", "campaign"):
        yield _campaign(city, row)
    yield _promises(city)
    yield _returned(city)
    yield _lists(city)


def _donors(city: City) -> Story:
    yield city.at(-475, 9)
    for place, row in enumerate(sources.rows("funds", "donor")):
        facts = DonorFacts(row["kind"], row["name"], f"0535-0000{600 + place}")
        with transaction():
            donor = donors.add(city.person("officer"), facts)
            city.donors[row["key"]] = donor.id
        if row.get("refuses"):
            with transaction():
                donors.refuse_naming(
                    city.person("officer"), donor.id, "本人书面表示不希望公开姓名（名称）。"
                )


def _arrival(city: City, fund: str, gift: Sequence[Any], campaign: int | None = None) -> Story:
    yield city.at(gift[0] + LATE, 10 + gift[4] % 6, gift[4] % 59)
    give(city, fund, gift, campaign)


def give(
    city: City, fund: str, gift: Sequence[Any], campaign: int | None = None,
    pledge: int | None = None,
) -> int:  # fmt: skip
    """Finance records a gift as a row of the data tells it; the id of the donation."""
    day, who, form, source, yuan, purpose = gift
    fund_id, arrived = city.funds[fund], city.calendar.day(day)
    goods = form == "in_kind"
    with transaction():
        told = Gift(
            cause=f"demo:{fund}:{day}:{yuan}:{purpose}",
            fund_id=fund_id,
            purpose_id=queries.purposes(fund_id)[purpose].id,
            amount_fen=yuan * YUAN,
            form=form,
            received_on=arrived,
            donor_id=city.donors[who] if who else None,
            income_source=source,
            campaign_id=campaign,
            pledge_id=pledge,
            goods=GOODS[yuan % len(GOODS)] if goods else "",
            quantity="一批" if goods else "",
            valuation="invoice" if goods else "",
            naming="named" if who and not _hides(who) else "unnamed",
            receipt_number=f"鲁财捐 {arrived:%Y%m%d}{yuan % 10_000:04d}{purpose}" if who else "",
            receipt_on=arrived if who else None,
        )
        return donations.record(city.person("finance"), told).id


def _hides(who: str) -> bool:
    return any(row["key"] == who and row.get("refuses") for row in sources.rows("funds", "donor"))


def _campaign(city: City, row: Mapping[str, Any]) -> Story:
    """Planned three weeks ahead; started, ended and settled as far as its fate goes."""
    emergency = row["kind"] == "appeal"
    yield city.at(min(row["starts"] - (2 if emergency else 20), -1), 11)
    officer, fund_id = city.person("officer"), city.funds[row["fund"]]
    with transaction():
        campaign = campaigns.create(officer, fund_id, row["kind"], _plan(city, row, fund_id))
        campaign_id = campaign.id
    if row["fate"] == "draft":
        return
    yield city.at(row["starts"] - 1, 14)
    if row["fate"] == "cancelled":
        with transaction():
            campaigns.cancel(officer, campaign_id, "场地临时检修，活动取消。")
        return
    with transaction():
        campaigns.start(city.person("approver"), campaign_id)
    yield from _course(city, row, campaign_id)


def _course(city: City, row: Mapping[str, Any], campaign_id: int) -> Story:
    officer = city.person("officer")
    steps = [(gift[0] + LATE, gift) for gift in row["gifts"] if gift[3] != "matching"]
    if row["kind"] == "appeal":
        steps += [(row["starts"] + 4, 1), (row["starts"] + 8, 2)]
    for day, what in sorted(steps, key=lambda step: step[0]):
        yield city.at(day, 16, 20)
        if isinstance(what, int):
            with transaction():
                text = "款物已由慈善总会接收登记，正在按受灾情况核定发放名单。"
                english = "Money and goods are with the federation; the list of families is being drawn up."
                bulletins.publish(officer, campaign_id, what, text, english)
        else:
            give(city, row["fund"], what, campaign_id)
    if row["fate"] == "running":
        return
    yield city.at(max(row["ends"] + 1, steps[-1][0] + 1), 9)
    with transaction():
        campaigns.end(officer, campaign_id)
    matched = [gift for gift in row["gifts"] if gift[3] == "matching"]
    if matched:
        with transaction():
            pledge = matching.call_in(officer, campaign_id, clock.today() + timedelta(days=14))
            pledge_id = pledge.id
        yield city.at(max(row["ends"], matched[0][0]) + LATE + 4, 15)
        give(city, row["fund"], matched[0], campaign_id, pledge_id)
    if row["fate"] == "settled":
        yield city.at(row["ends"] + 20, 10)
        with transaction():
            campaigns.settle(
                city.person("approver"), campaign_id,
                "活动所得全部转入清荷社区慈善基金，用于微心愿采购。感谢参加的居民和商户。",
                "All takings went to the Qinghe fund and were spent on small wishes. Thank you.",
            )  # fmt: skip


def _plan(city: City, row: Mapping[str, Any], fund_id: int) -> Plan:
    public = row["kind"] in ("appeal", "matching")
    starts = city.calendar.day(row["starts"])
    is_matching = row["kind"] == "matching"
    return Plan(
        purpose_id=queries.purposes(fund_id)[0].id,
        title_zh=row["title"],
        title_en=row["title_en"],
        summary_zh=f"{row['title']}所得扣除必要成本后，全部用于基金约定的用途，收支情况向社会公布。",
        summary_en="All proceeds after necessary cost go to the fund's purposes and are accounted for.",
        starts_on=starts,
        ends_on=city.calendar.day(row["ends"]),
        reach="public",
        place="福山区" if not public else None,
        filing_number=f"51370611{starts:%y%m%d}A{row['starts'] % 100:02d}",
        filed_on=min(starts - timedelta(days=14), clock.today()),
        target_fen=60_000 * YUAN if row["kind"] == "appeal" else None,
        emergency=row["kind"] == "appeal",
        matcher_id=city.donors["gangwan"] if is_matching else None,
        match_bp=10_000 if is_matching else None,
        match_cap_fen=20_000 * YUAN if is_matching else None,
    )


def _promises(city: City) -> Story:
    """One to come, one overdue, one taken back; the matcher's was kept."""
    yield city.at(-44, 10)
    officer = city.person("officer")
    for who, fund, yuan, days in (
        ("ruixue", "linfeng", 10_000, 120),
        ("haiyuan", "meiyuan", 5_000, 20),
        ("beidou", "nanyuan", 8_000, 90),
    ):
        fund_id = city.funds[fund]
        with transaction():
            promise = Promise(
                donor_id=city.donors[who],
                fund_id=fund_id,
                purpose_id=queries.purposes(fund_id)[0].id,
                amount_fen=yuan * YUAN,
                due_on=clock.today() + timedelta(days=days),
                agreement_number=f"捐赠协议〔{clock.today().year}〕{yuan // 1000:02d}号",
            )
            last = pledges.pledge(officer, promise).id
    yield city.at(-26, 11)
    with transaction():
        pledges.cancel(officer, last, "捐赠人经营发生变化，书面说明无法履行。")


def _returned(city: City) -> Story:
    """Somebody gave to the wrong fund and asks for it back."""
    yield city.at(-33, 10)
    donation = give(city, "nanyuan", [-33, "p8", "bank", "donation", 1000, 0])
    yield city.at(-31, 10)
    with transaction():
        reason = "捐赠人转账时选错基金，书面申请退回。"
        donations.give_back(city.person("finance"), donation, reason)


def _lists(city: City) -> Story:
    """Lists of small gifts: imported, refused for a fault, put aside, to be confirmed, just arrived."""
    yield city.at(-16, 15, 10)
    kept = _hand_in(city, -17, ("200.00", "360.00", "100.00"))
    evenings.catch_up(city)
    with transaction():
        donation_lists.confirm(city.person("finance"), kept, "zh")
    evenings.catch_up(city)
    yield city.at(-10, 15, 10)
    _hand_in(city, -11, ("50.00", "两百"))
    evenings.catch_up(city)
    yield city.at(-5, 15, 10)
    aside = _hand_in(city, -6, ("80.00",))
    evenings.catch_up(city)
    with transaction():
        donation_lists.discard(city.person("finance"), aside)
    yield city.at(-2, 15, 10)
    _hand_in(city, -3, ("20.00", "150.00", "66.00"))
    evenings.catch_up(city)
    yield city.present
    _hand_in(city, -1, ("30.00",))


def _hand_in(city: City, day: int, amounts: Sequence[str]) -> int:
    """Finance hands in a list of gifts without names to one fund, all of one day."""
    titles = ["到账日期", "金额（元）", "用途", "捐赠方式", "流水号"]
    purpose = queries.purposes(city.funds["tingtao"])[0].title_zh
    arrived = city.calendar.day(day)
    rows = []
    for n, amount in enumerate(amounts, 2):
        cells = (arrived.isoformat(), amount, purpose, "现金", f"{-day}-{n}")
        rows.append(Row(n, dict(zip(titles, cells, strict=True))))
    with transaction():
        sheet = Sheet(titles, rows)
        return donation_lists.hand_in(city.person("finance"), city.funds["tingtao"], sheet, "zh").id

"""The community funds of the city: agreements, people with seats, and each fund's way."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from charity_portal.demo import sources
from charity_portal.demo.city import City
from charity_portal.demo.register import HOST
from charity_portal.demo.timeline import Story
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries import ledger
from charity_portal.funds.services import channels, funds, moving
from charity_portal.funds.services.channels import Channel
from charity_portal.funds.services.funds import Agreement, Instalment, Member, Purpose
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction

YUAN = 100
NEIGHBOURS = ("邻里互助与微心愿", "Neighbourhood help and small wishes")
CANTEEN = ("爱心食堂", "Community canteen")
COSTS = ("管理费用", "Management cost")
PURPOSES = {
    "community": (
        (*NEIGHBOURS, ("wish", "relief", "activity")),
        (*CANTEEN, ("activity", "award")),
        (*COSTS, ("management", "fundraising")),
    ),
    "seed": (("小微公益项目资助", "Grants to micro-projects", ("award",)),),
    "emergency": (
        ("急难救助", "Emergency relief", ("relief",)),
        ("困难群众补充医疗保险", "Supplementary medical insurance", ("insurance",)),
    ),
    "named": (("邻里关爱", "Care among neighbours", ("activity", "relief", "wish")),),
}
BURSARIES = (("本金", "Principal", ()), ("助学", "Bursaries", ("bursary",)))
SURNAMES = "丁于卫马牛王方尹石田白冯毕朱任刘江许孙严苏杜李杨吴"
GIVEN = ("明山", "玉兰", "守义", "桂香", "建安", "秋菊", "福来", "海燕", "立本", "春和", "长青")
POSTS = ("居民代表", "社区工作者", "捐赠人代表", "老党员代表", "专业社工")
SHOWN = ("qinghe", "jiujinan")
"""Funds whose chair and supervisor have accounts to look around with."""


def all_of(city: City) -> Iterator[Story]:
    """The charity's channels, and every fund from its agreement on."""
    yield _channels(city)
    for place, row in enumerate(sources.rows("funds", "fund")):
        yield _life(city, place, row)


def _channels(city: City) -> Story:
    yield city.at(-469, 12)
    for channel in (
        Channel(
            kind="account", name_zh="对公捐赠专户", name_en="Donation account",
            detail_zh="户名：福山区慈善总会；开户行：鲁东银行福山支行（演示）；账号：9500 0000 0000 0001",
            detail_en="Name: Fushan Charity Federation; bank: Ludong Bank, Fushan (demo); "
            "account: 9500 0000 0000 0001",
        ),
        Channel(
            kind="counter", name_zh="慈善总会接收窗口", name_en="The federation's counter",
            detail_zh="福山区清洋路 1 号一楼，工作日 9:00—17:00",
            detail_en="1 Qingyang Road, Fushan, ground floor, weekdays 9:00 to 17:00",
        ),
    ):  # fmt: skip
        with transaction():
            channels.add(city.person("finance"), city.organizations[HOST], channel)


def _life(city: City, place: int, row: Mapping[str, Any]) -> Story:
    """Opened, begun once the first money is there; two come to rest again, one is still prepared."""
    yield city.at(row["opened"], 9 + place % 8, place * 7 % 60)
    with transaction():
        fund = funds.open_fund(city.person("officer"), _agreement(city, place, row))
        city.funds[row["key"]] = fund.id
    if not row["gifts"]:
        return
    yield city.at(row["opened"] + 6, 15, place)
    with transaction():
        funds.activate(city.person("approver"), city.funds[row["key"]])
    if row["nature"] == "endowed":
        yield city.at(-195, 10)
        _pay_out(city, row["key"])
    elif row["key"] == "heping":
        yield city.at(-45, 16)
        with transaction():
            reason = "管理委员会换届，换届完成前暂停使用。"
            funds.suspend(city.person("approver"), city.funds["heping"], reason)
    elif row["key"] == "qiushi":
        yield city.at(-30, 14)
        _wind_up(city, "qiushi")


def _pay_out(city: City, key: str) -> None:
    """A year's share of the principal becomes bursaries."""
    fund_id = city.funds[key]
    bursaries = queries.purposes(fund_id)[1].id
    with transaction():
        paper = Paper("划转-2026-001", "按协议划转本年度可用收益")
        source = f"payout:{fund_id}:1"
        moving.pay_out(city.person("approver"), fund_id, 10_000 * YUAN, bursaries, source, paper)


def _wind_up(city: City, key: str) -> None:
    """What is left goes to the charity's projects of the same kind, then the fund ends."""
    fund_id = city.funds[key]
    approver = city.person("approver")
    with transaction():
        funds.suspend(approver, fund_id, "协议期满，双方同意终止。")
    purpose, left = next(iter(ledger.purses(fund_id).items()))
    paper = Paper("划转-2026-014", "剩余财产按协议用于目的相近的邻里互助项目")
    with transaction():
        allocation = moving.allocate(
            approver, fund_id, city.organizations[HOST], left, purpose, f"surplus:{fund_id}", paper,
            use="surplus",
        )  # fmt: skip
    with transaction():
        moving.pay(city.person("finance"), allocation.id, Paper("付-2026-0930", "剩余财产划转"))
    with transaction():
        funds.end(approver, fund_id, "协议期满，剩余财产已经处理完毕。")


def _agreement(city: City, place: int, row: Mapping[str, Any]) -> Agreement:
    opened, neighbourhood = clock.today(), row["place"]
    endowed = row["nature"] == "endowed"
    first = row["gifts"][0][4] * YUAN if row["gifts"] else 10_000 * YUAN
    return Agreement(
        kind=row["kind"],
        nature=row["nature"],
        payout_bp=800 if endowed else None,
        host_id=city.organizations[HOST],
        name_zh=row["name"],
        name_en=row["name_en"],
        mission_zh=f"帮助{neighbourhood}的困难居民，支持居民自己商量、自己办的公益服务。",
        mission_en=f"To help residents of {row['place_en']} in hardship and what they do together.",
        initiator=f"{neighbourhood}居民委员会" if row["kind"] == "community" else "福山区慈善总会",
        agreement_number=f"福慈基金〔{opened.year}〕{place + 1:02d}号",
        signed_on=opened,
        naming="以社区名称命名" if row["kind"] == "community" else "按协议约定命名",
        end_conditions="协议期满不再续签，或者连续两年无法开展活动，经双方书面同意后终止。",
        surplus_rule="用于依托慈善组织目的相同或者相近的慈善项目，并向社会公布。",
        minimum_fen=first // 2,
        vote_from_fen=5_000 * YUAN if row["kind"] == "emergency" else 0,
        purposes=tuple(_purposes(BURSARIES if endowed else PURPOSES[row["kind"]])),
        instalments=(Instalment(opened + timedelta(days=30), first // 2),)
        if place % 5 == 0
        else (),
        members=tuple(_members(city, place, row["key"])),
    )


def _purposes(rows: Sequence[tuple[str, str, tuple[str, ...]]]) -> Iterator[Purpose]:
    for title, english, uses in rows:
        yield Purpose(title, uses, english, spendable=bool(uses))


def _members(city: City, place: int, key: str) -> Iterator[Member]:
    """Five on the committee and a supervisor outside it; names are made from two lists."""
    for number in range(6):
        surname = SURNAMES[(place * 5 + number * 7) % len(SURNAMES)]
        name = surname + GIVEN[(place + number * 3) % len(GIVEN)]
        seat = "chair" if number == 0 else "supervisor" if number == 5 else "member"
        post = "街道办事处民政干部" if number == 5 else POSTS[number]
        if key in SHOWN and seat != "member":
            person = city.person(seat)
            yield Member(seat, person.name, post, person.user_id)
        else:
            yield Member(seat, name, post)

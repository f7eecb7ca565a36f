"""How awards of the contest are paid from the Golden Seed fund: part by part, stopped, asked back."""

from collections.abc import Iterator
from datetime import date, timedelta

from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.funds.queries import funds as queries
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.money import split_by
from charity_portal.projects.queries import award_money
from charity_portal.projects.queries import tranches as reading
from charity_portal.projects.services import reclaims, tranche_plans, tranches
from charity_portal.projects.services.reclaims import Demand, Refund
from charity_portal.projects.services.tranche_plans import Part

YUAN = 100
PAID_FROM = "jinzhongzi"
AWARDS = (1, 2, 3, 4, 5, 6)
"""Places of the paid awards in the contest's list; what becomes of each is told below."""
CONDITIONS = ("agreement", "midterm", "closing")
SHARES = (50, 40, 10)


def all_of(city: City) -> Iterator[Story]:
    """Six awards: all have their first part; what follows differs."""
    for place in AWARDS:
        yield _first_part(city, place)
    yield _second_parts(city)
    yield _asked_back(city)
    yield _forgiven(city)


def _first_part(city: City, place: int) -> Story:
    yield city.at(-28, 10, place)
    application_id = city.application("contest", place)
    award = reading.award(application_id)
    assert award is not None
    purpose = queries.purposes(city.funds[PAID_FROM])[0].id
    days = [clock.today() + timedelta(days=days) for days in (14, 120, 240)]
    parts = [
        Part(condition, amount, day, purpose)
        for condition, amount, day in zip(
            CONDITIONS, split_by(award.amount_fen, SHARES), days, strict=True
        )
    ]
    with transaction():
        seen = tranche_plans.mark(reading.tranches(application_id))
        tranche_plans.plan(city.person("officer"), application_id, parts, seen)
    yield city.at(-27, 14, place)
    _release(city, place, 0, "资助协议已由双方签字盖章。")
    yield city.at(-26, 15, place)
    _approve(city, place, 0)
    yield city.at(-25, 10, place)
    with transaction():
        paid = clock.today()
        tranches.pay(
            city.person("finance"), _part(city, place, 0), f"付-{paid.year}-1{place:03d}", paid
        )


def _second_parts(city: City) -> Story:
    """One confirmed, one approved, one stopped, whose organization has to give money back."""
    yield city.at(-6, 10, 30)
    _release(city, 3, 1, "中期评估得分 91 分，评估合格。")
    yield city.at(-5, 14, 30)
    _approve(city, 3, 1)
    yield city.at(-4, 15, 30)
    with transaction():
        reason = "中期评估不合格：服务记录缺失，经费与预算不符。"
        tranches.stop(city.person("approver"), _part(city, 4, 1), reason)
    yield city.at(-3, 9, 30)
    _release(city, 2, 1, "中期评估得分 86 分，评估合格。")
    yield city.at(-2, 11, 30)
    due = clock.today() + timedelta(days=30)
    _demand(city, 4, 12_000, "中期评估不合格，未开展服务部分的经费应予退回。", due, bar_years=3)


def _asked_back(city: City) -> Story:
    """What was left over came back."""
    yield city.at(-20, 10, 40)
    reason = "场地由街道免费提供，场租结余应予退回。"
    reclaim_id = _demand(city, 5, 4_000, reason, clock.today() + timedelta(days=20))
    yield city.at(-12, 11, 40)
    purpose = queries.purposes(city.funds[PAID_FROM])[0].id
    with transaction():
        refund = Refund(1, 4_000 * YUAN, purpose, f"收-{clock.today().year}-0087", clock.today())
        reclaims.receive(city.person("finance"), reclaim_id, refund)


def _forgiven(city: City) -> Story:
    """A demand that turned out to be wrong."""
    yield city.at(-16, 10, 50)
    reason = "志愿者保险重复列支，应予退回。"
    reclaim_id = _demand(city, 6, 1_200, reason, clock.today() + timedelta(days=20))
    yield city.at(-9, 16, 50)
    with transaction():
        words = "机构补交了两批志愿者的名单和保单，不属于重复列支。"
        reclaims.waive(city.person("approver"), reclaim_id, words)


def _part(city: City, place: int, part: int) -> int:
    return reading.tranches(city.application("contest", place))[part].id


def _release(city: City, place: int, part: int, evidence: str) -> None:
    with transaction():
        tranches.release(city.person("officer"), _part(city, place, part), evidence)


def _approve(city: City, place: int, part: int) -> None:
    with transaction():
        tranches.approve(city.person("approver"), _part(city, place, part))


def _demand(
    city: City, place: int, yuan: int, reason: str, due_on: date, bar_years: int | None = None
) -> int:
    application_id = city.application("contest", place)
    with transaction():
        seen = award_money.sums(application_id).claimable_fen
        wanted = Demand(yuan * YUAN, reason, due_on, seen, bar_years)
        return reclaims.demand(city.person("approver"), application_id, wanted).id

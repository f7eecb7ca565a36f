"""Bulletins of emergency campaigns: frozen, published once, called to mind; and what else is due."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.errors import BulletinAhead
from charity_portal.funds.queries import campaign_duties
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.services import bulletins, matching
from charity_portal.funds.tasks.bulletins import KIND
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.kernel.mail import OutboxMail
from tests.factories.accounts import make_user
from tests.factories.campaigns import (
    make_bulletin,
    make_campaign,
    make_emergency,
    make_raiser,
    row,
)
from tests.factories.donations import make_donation, make_donor
from tests.factories.funds import Settled, make_fund, make_staff
from tests.support.clocks import FrozenClock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund(host_id=make_raiser())


def due() -> list[tuple[str, date, int]]:
    """What is due, how late."""
    return [(duty.kind, duty.due_on, duty.late) for duty in campaign_duties.everything()]


def letters() -> list[OutboxMail]:
    wanted = sa.select(OutboxMail).where(OutboxMail.kind == KIND).order_by(OutboxMail.id)
    return list(db.session.scalars(wanted))


def test_a_bulletin_keeps_the_figures_of_its_day(clock: FrozenClock, fund: Settled) -> None:
    campaign = make_emergency(fund=fund)
    make_donation(fund, campaign_id=campaign.id, amount_fen=30_000)
    make_donation(fund, campaign_id=campaign.id, amount_fen=5_000, form="in_kind")
    first = make_bulletin(campaign)
    clock.set("2026-03-09 10:00")
    make_donation(fund, campaign_id=campaign.id, amount_fen=10_000)
    second = make_bulletin(campaign)
    assert (first.received_fen, first.goods_fen, first.spent_fen) == (35_000, 5_000, 0)
    assert (first.position, first.due_on) == (1, date(2026, 3, 7))
    assert (second.position, second.due_on) == (2, date(2026, 3, 7))
    assert second.received_fen == 45_000
    assert campaign_duties.next_bulletin(campaign, [first, second]) == date(2026, 3, 14)


def test_a_published_bulletin_cannot_be_changed_or_removed(fund: Settled) -> None:
    key = make_bulletin(make_emergency(fund=fund)).id
    for change in (
        "UPDATE campaign_bulletin SET received_fen = 1",
        "DELETE FROM campaign_bulletin",
    ):
        with pytest.raises(sa.exc.DatabaseError), transaction():
            db.session.execute(sa.text(f"{change} WHERE id = :id"), {"id": key})


def test_pressing_twice_publishes_once_and_another_text_is_not_lost_silently(
    fund: Settled,
) -> None:
    campaign, officer = make_emergency(fund=fund), make_staff("officer")
    for _ in range(2):
        with transaction():
            bulletins.publish(officer, campaign.id, 1, "款物已登记。")
    with pytest.raises(BulletinAhead), transaction():
        bulletins.publish(officer, campaign.id, 1, "另一段文字。")
    assert len(queries.bulletins(campaign.id)) == 1


def test_a_bulletin_says_something_and_names_no_donor(fund: Settled) -> None:
    campaign, officer = make_emergency(fund=fund), make_staff("officer")
    make_donor(name="测试好心人")
    for text in (" ", "感谢测试好心人。"):
        with pytest.raises(Invalid) as refused, transaction():
            bulletins.publish(officer, campaign.id, 1, text)
        assert set(refused.value.fields) == {"text_zh"}


def test_only_emergency_campaigns_owe_bulletins_and_only_officers_publish(fund: Settled) -> None:
    officer, approver = make_staff("officer"), make_staff("approver")
    quiet, emergency = make_campaign(fund=fund), make_emergency(fund=fund)
    with pytest.raises(WrongState), transaction():
        bulletins.publish(officer, quiet.id, 1, "款物已登记。")
    with pytest.raises(Forbidden), transaction():
        bulletins.publish(approver, emergency.id, 1, "款物已登记。")


def test_a_number_that_skips_one_is_refused(fund: Settled) -> None:
    campaign, officer = make_emergency(fund=fund), make_staff("officer")
    for position in (0, 2):
        with pytest.raises(WrongState), transaction():
            bulletins.publish(officer, campaign.id, position, "款物已登记。")


def test_everything_that_is_due_is_listed_the_most_urgent_first(
    clock: FrozenClock, fund: Settled
) -> None:
    make_emergency(fund=fund, filing_number=None, filed_on=None)
    make_campaign(fund=fund, state="ended")
    campaign = make_campaign(fund=fund, kind="matching")
    make_donation(fund, campaign_id=campaign.id)
    finance = make_staff("finance", "officer")
    with transaction():
        matching.call_in(finance, campaign.id, date(2026, 3, 20))
    clock.set("2026-03-08 09:00")
    assert due() == [
        ("bulletin", date(2026, 3, 7), 1),
        ("filing", date(2026, 3, 12), 0),
        ("pledge", date(2026, 3, 20), 0),
        ("settling", date(2026, 6, 2), 0),
    ]


def test_the_officer_is_reminded_the_day_before_and_the_approver_when_it_is_late(
    clock: FrozenClock, fund: Settled, worker: object
) -> None:
    planner, approver = make_user(roles=("officer",)), make_user(roles=("approver",))
    other = make_user(roles=("officer",))
    campaign = make_emergency(fund=fund)
    with transaction():
        row_ = db.session.merge(campaign)
        row_.created_by = planner.id
    told = []
    clock.set("2026-03-05 09:00")
    assert campaign_duties.pressing(campaign_duties.everything()) == []
    for moment in ("2026-03-06 09:00", "2026-03-09 09:00"):
        clock.set(moment)
        before = len(letters())
        worker(recurring=True)  # type: ignore[operator]
        told.append({letter.recipient for letter in letters()[before:]})
    assert told == [{planner.email}, {planner.email, approver.email}]
    assert other.email not in set().union(*told)
    assert "已逾期 2 天" in letters()[-1].body
    assert campaign.number in letters()[-1].body


def test_campaigns_end_by_themselves_in_the_night(
    clock: FrozenClock, fund: Settled, worker: object
) -> None:
    campaign = make_campaign(fund=fund)
    clock.set("2026-04-01 03:00")
    worker(recurring=True)  # type: ignore[operator]
    assert row(campaign.id).state == "ended"

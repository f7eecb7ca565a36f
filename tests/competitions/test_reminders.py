"""Reminders: to those who owe reviews, by code only, three days and one day before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.services import reminders
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import WrongState
from charity_portal.kernel.mail import OutboxMail
from tests.factories.editions import OFFICER, make_open, make_running
from tests.support.clocks import FrozenClock
from tests.support.working import Worker


def letters() -> list[OutboxMail]:
    wanted = sa.select(OutboxMail).where(OutboxMail.kind == reminders.KIND)
    return list(db.session.scalars(wanted.order_by(OutboxMail.id)))


def test_everybody_with_unsealed_reviews_is_written_to_with_links(app: Flask) -> None:
    edition, stage, reviews = make_running(applications=2, members=5)
    done = reviews[:2]
    with transaction():
        ids = ", ".join(str(r.id) for r in done)
        db.session.execute(sa.text(f"UPDATE review SET state = 'sealed' WHERE id IN ({ids})"))
    with transaction():
        assert reminders.remind(OFFICER, stage.id) == 4
    body = letters()[0].body
    open_one = reviews[2]
    assert f"/reviews/{open_one.id}" in body and "/reviews\n" in body and "P-0" in body
    assert edition.title_zh in letters()[0].title


def test_a_letter_names_no_applicant(app: Flask) -> None:
    _edition, stage, _reviews = make_running(applications=2, members=5)
    with transaction():
        reminders.remind(OFFICER, stage.id)
    for letter in letters():
        assert "春晓" not in letter.body and "SB-" not in letter.body and "银龄" not in letter.body


def test_nobody_is_reminded_of_a_stage_that_is_not_open(app: Flask) -> None:
    stage = make_open().stages[0]
    with pytest.raises(WrongState), transaction():
        reminders.remind(OFFICER, stage.id)


def test_the_portal_reminds_three_days_and_one_day_before_and_once_a_day(
    app: Flask, clock: FrozenClock, worker: Worker
) -> None:
    make_running(applications=1, members=5, days=6)
    sent = []
    for _day in range(7):
        worker(recurring=True)
        worker(recurring=True)
        sent.append(len(letters()))
        clock.advance(days=1)
    assert sent == [0, 0, 0, 5, 5, 10, 10]


def test_a_stage_past_due_is_left_alone(app: Flask) -> None:
    _edition, stage, _reviews = make_running(applications=1, members=5)
    with transaction():
        db.session.get_one(type(stage), stage.id).due_at = clock.now() - timedelta(hours=1)
    assert reminders.due_soon(clock.today()) == []

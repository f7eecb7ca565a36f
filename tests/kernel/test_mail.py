"""Letters go out once the change that caused them is kept, and can be read before they go."""

import smtplib
from email.message import EmailMessage
from typing import ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import mail
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM
from tests.support.clocks import FrozenClock
from tests.support.working import Worker


def post(hold: bool = False) -> int:
    with transaction():
        return mail.post(SYSTEM, "a@example.org", "题目", "正文", "tests", 7, hold=hold).id


def state(mail_id: int) -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxMail.state).where(OutboxMail.id == mail_id)).one()


def test_without_a_server_a_letter_is_kept_to_be_read(app: Flask, worker: Worker) -> None:
    mail_id = post()
    assert worker() == 1
    assert state(mail_id) == "kept"
    assert [letter.id for letter in mail.letters("tests", 7)] == [mail_id]


def test_a_letter_is_lost_with_the_change_that_caused_it(app: Flask, worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        mail.post(SYSTEM, "a@example.org", "题目", "正文", "tests")
        _ = 1 // 0
    assert worker() == 0


def test_a_held_letter_waits_until_it_is_released_once(app: Flask, worker: Worker) -> None:
    mail_id = post(hold=True)
    assert worker() == 0
    for _ in range(2):
        with transaction():
            mail.release(SYSTEM, mail.letters("tests", 7))
    assert worker() == 1
    assert state(mail_id) == "kept"


class Server:
    """Stands where the network would be; notes what reaches it."""

    sent: ClassVar[list[EmailMessage]] = []
    fails = 0

    def __init__(self, host: str, port: int, timeout: int) -> None:
        assert (host, port) == ("mail.example.org", 2525)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def login(self, user: str, password: str) -> None:
        assert (user, password) == ("portal", "p@ss")

    def send_message(self, message: EmailMessage) -> None:
        if Server.fails:
            Server.fails -= 1
            raise smtplib.SMTPServerDisconnected
        Server.sent.append(message)


def test_with_a_server_a_letter_is_sent_again_after_a_failure(
    app: Flask, worker: Worker, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Server)
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://portal:p%40ss@mail.example.org:2525")
    monkeypatch.setattr(Server, "sent", [])
    monkeypatch.setattr(Server, "fails", 1)
    mail_id = post()
    worker(failing=True)
    assert state(mail_id) == "queued"
    clock.advance(minutes=5)
    worker()
    assert state(mail_id) == "sent"
    [message] = Server.sent
    assert message["Subject"] == "题目"
    assert message["Message-ID"] == f"<letter-{mail_id}@mail.example.org>"
    assert message.get_content().strip() == "正文"


def test_letters_of_long_ago_are_removed_and_waiting_ones_are_not(
    app: Flask, worker: Worker, clock: FrozenClock
) -> None:
    gone, waiting = post(), post(hold=True)
    worker()
    clock.advance(days=181)
    fresh = post()
    worker(recurring=True)
    left = set(db.session.scalars(sa.select(OutboxMail.id)))
    assert left == {waiting, fresh}
    assert gone not in left

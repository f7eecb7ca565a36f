"""Letters leave through an outbox: a row in the same transaction, sent by a job, shown to staff.

Sending over SMTP is at least once: each letter carries its own Message-ID, so a receiver can tell a
repetition. Without MAIL_URL letters are kept and can be read in the office.
"""

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.kernel import clock, jobs
from charity_portal.kernel.database import Id, Model, Stamp, db, one_of
from charity_portal.kernel.i18n import Text
from charity_portal.kernel.permissions import Actor

STATES = ("held", "queued", "sent", "kept")
KEPT_FOR = timedelta(days=180)


class OutboxMail(Model):
    """A letter: held for preview, queued, sent, or kept because no mail server is configured."""

    __tablename__ = "outbox_mail"
    id: Mapped[Id]
    kind: Mapped[str]
    subject_id: Mapped[int | None]
    recipient: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    sent_at: Mapped[Stamp | None]

    __table_args__ = (
        one_of("state", STATES),
        sa.Index("ix_outbox_mail_kind", "kind", "subject_id"),
    )


def post(
    actor: Actor,
    to: str,
    title: Text | str,
    body: Text | str,
    kind: str,
    subject_id: int | None = None,
    hold: bool = False,
) -> OutboxMail:
    """Put a letter into the outbox; with `hold` it waits for `release` so that staff can read it."""
    mail = OutboxMail(
        kind=kind,
        subject_id=subject_id,
        recipient=to,
        title=str(title),
        body=str(body),
        state="held" if hold else "queued",
    )
    db.session.add(mail)
    db.session.flush()
    if not hold:
        _send_later(actor, mail)
    return mail


def release(actor: Actor, mails: Sequence[OutboxMail]) -> None:
    """Let held letters go."""
    for mail in mails:
        if mail.state == "held":
            mail.state = "queued"
            _send_later(actor, mail)


def _send_later(actor: Actor, mail: OutboxMail) -> None:
    jobs.enqueue(actor, "mail.send", {"id": mail.id}, key=f"mail.send:{mail.id}")


@jobs.handler("mail.send")
def send(run: jobs.Run) -> jobs.Effect | None:
    """Hand one letter to the mail server, or keep it when there is none."""
    mail = db.session.get_one(OutboxMail, run.args["id"])
    if mail.state != "queued":
        return None
    url = current_app.config["MAIL_URL"]
    if url:
        _deliver(url, mail)

    def effect() -> None:
        row = db.session.get_one(OutboxMail, mail.id, populate_existing=True)
        row.state, row.sent_at = ("sent" if url else "kept"), clock.now()

    return effect


def _deliver(url: str, mail: OutboxMail) -> None:
    """SMTP as `smtp://user:password@host:port` or `smtps://…`."""
    server = urlsplit(url)
    message = EmailMessage()
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = mail.recipient
    message["Subject"] = mail.title
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<letter-{mail.id}@{server.hostname}>"
    message.set_content(mail.body)
    connect = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with connect(server.hostname or "localhost", server.port or 0, timeout=20) as smtp:
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


def letters(kind: str, subject_id: int) -> list[OutboxMail]:
    """The letters written about a matter, oldest first."""
    return list(
        db.session.scalars(
            sa.select(OutboxMail)
            .where(OutboxMail.kind == kind, OutboxMail.subject_id == subject_id)
            .order_by(OutboxMail.id)
        )
    )


@jobs.daily("mail.sweep", hour=3)
def sweep(run: jobs.Run) -> jobs.Effect:
    """Letters are not an archive: what left (or was kept) long ago is removed with its addresses."""

    def effect() -> dict[str, int]:
        long_ago = clock.now() - KEPT_FOR
        gone = sa.delete(OutboxMail).where(
            OutboxMail.state.in_(("sent", "kept")), OutboxMail.created_at < long_ago
        )
        removed: Any = db.session.execute(gone)
        return {"removed": removed.rowcount}

    return effect

"""Work for later: a row written together with the change that caused it.

A worker takes a due row under a lease with a fresh token, works outside any transaction, and finishes
in one transaction that first checks the token. A worker that dies loses its lease and another takes
over; one that merely slept finds its token gone and changes nothing. So a job is never lost and its
effect on the database happens once. Effects elsewhere (mail) happen at least once.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.kernel import clock
from charity_portal.kernel.database import (
    Id,
    JsonDict,
    Model,
    Stamp,
    db,
    insert_if_absent,
    one_of,
    transaction,
)
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor

LEASE = timedelta(seconds=60)
BACKOFF = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=10))
STATES = ("queued", "running", "done", "failed")

log = logging.getLogger(__name__)


class Job(Model):
    """One piece of work: what to do, how far it is, what came of it."""

    __tablename__ = "job"
    id: Mapped[Id]
    kind: Mapped[str]
    args: Mapped[JsonDict]
    state: Mapped[str] = mapped_column(default="queued")
    key: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[int | None]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    run_at: Mapped[Stamp] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None]
    lease_until: Mapped[Stamp | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    note: Mapped[JsonDict | None]
    error: Mapped[JsonDict | None]
    result: Mapped[JsonDict | None]
    finished_at: Mapped[Stamp | None]

    __table_args__ = (one_of("state", STATES), sa.Index("ix_job_due", "state", "run_at", "id"))

    @property
    def note_text(self) -> Text | None:
        """What the job is doing, for people."""
        return _text(self.note)

    @property
    def error_text(self) -> Text | None:
        """Why the job failed, for people."""
        return _text(self.error)


class LostLease(Exception):
    """Another worker has taken the job over; nothing of this run may be kept."""


@dataclass(frozen=True)
class Run:
    """What a handler sees of its job."""

    job_id: int
    token: str
    args: dict[str, Any]
    created_by: int | None

    def progress(self, done: int, total: int, note: Text | None = None) -> None:
        """Tell people how far it is and renew the lease; LostLease when somebody took over."""
        with transaction():
            _update(
                self, done=done, total=total, note=_stored(note), lease_until=clock.now() + LEASE
            )


Effect = Callable[[], dict[str, Any] | None]
Handler = Callable[[Run], Effect | None]


@dataclass(frozen=True)
class Schedule:
    """A job that comes back: `slot(now)` names the turn it is due for."""

    kind: str
    slot: Callable[[datetime], str | None]


_handlers: dict[str, Handler] = {}
_subscriptions: dict[str, list[str]] = {}
_schedules: list[Schedule] = []


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind.

    It works outside any transaction and returns the effect to be applied in the finishing one (or
    None). The effect's dict becomes the job's result; its "url" is where the progress page leads.
    """

    def decorate(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return decorate


def subscribe(event: str, kind: str) -> Callable[[Handler], Handler]:
    """Register a handler that runs whenever a lower domain announces `event`."""
    subscribers = _subscriptions.setdefault(event, [])
    if kind not in subscribers:
        subscribers.append(kind)
    return handler(kind)


def every(kind: str, minutes: int) -> Callable[[Handler], Handler]:
    """Register a handler that runs once in each span of so many minutes."""

    def slot(now: datetime) -> str:
        return str(int(now.timestamp()) // (minutes * 60))

    _schedules.append(Schedule(kind, slot))
    return handler(kind)


def daily(kind: str, hour: int) -> Callable[[Handler], Handler]:
    """Register a handler that runs once a day, after that hour on the city's clocks."""

    def slot(now: datetime) -> str | None:
        there = clock.local(now)
        return there.date().isoformat() if there.hour >= hour else None

    _schedules.append(Schedule(kind, slot))
    return handler(kind)


def enqueue(
    actor: Actor,
    kind: str,
    args: dict[str, Any],
    key: str | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Write a job in the open transaction; with a `key` seen before, the earlier job is returned."""
    if key is not None:
        known = db.session.scalar(sa.select(Job).where(Job.key == key))
        if known is not None:
            return known
    job = Job(kind=kind, args=args, key=key, created_by=actor.user_id, run_at=run_at or clock.now())
    db.session.add(job)
    db.session.flush()
    return job


def announce(actor: Actor, event: str, **args: Any) -> None:
    """Tell whoever subscribed, above, that something happened; a job each, in this transaction."""
    for kind in _subscriptions.get(event, []):
        enqueue(actor, kind, args)


def schedule_due() -> int:
    """Write the recurring jobs whose turn has come; a turn is written once however many workers ask."""
    now = clock.now()
    turns = [(s.kind, slot) for s in _schedules if (slot := s.slot(now)) is not None]
    keys = [f"{kind}@{slot}" for kind, slot in turns]
    known = set(db.session.scalars(sa.select(Job.key).where(Job.key.in_(keys))))
    fresh = [(kind, key) for (kind, _), key in zip(turns, keys, strict=True) if key not in known]
    if not fresh:
        return 0
    with transaction():
        for kind, key in fresh:
            insert_if_absent(
                Job, kind=kind, args={}, key=key, state="queued", created_at=now, run_at=now,
                attempts=0, done=0, total=0,
            )  # fmt: skip
    return len(fresh)


def run_due(limit: int = 1000) -> int:
    """Do everything that is due now, in this process; how many jobs were run."""
    for count in range(limit):
        run = _take()
        if run is None:
            return count
        _perform(run)
    return limit


def work(stop: threading.Event, pause: float = 0.5) -> None:
    """Poll for due jobs until told to stop; the worker process lives here."""
    while not stop.is_set():
        schedule_due()
        if not run_due(limit=20):
            db.session.remove()
            stop.wait(pause)


def _due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(Job.state == "queued", Job.run_at <= now),
        sa.and_(Job.state == "running", Job.lease_until < now),
    )


def _take() -> Run | None:
    """Lease the oldest due job. Looking costs a read; only a job that is there costs a write."""
    db.session.rollback()
    if db.session.scalar(sa.select(Job.id).where(_due(clock.now())).limit(1)) is None:
        return None
    with transaction():
        job = db.session.scalar(
            sa.select(Job)
            .where(_due(clock.now()))
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.token = secrets.token_hex(16)
        job.attempts += 1
        job.lease_until = clock.now() + LEASE
        if job.attempts > len(BACKOFF) + 1:
            _set_state(job, "failed", say("多次处理未成功，已停止重试。"))
            return None
        job.state = "running"
        return Run(job.id, job.token, dict(job.args), job.created_by)


def _perform(run: Run) -> None:
    """Do one leased job: slow work first, then its effect in one fenced transaction."""
    kind = db.session.scalar(sa.select(Job.kind).where(Job.id == run.job_id))
    if kind is None:
        log.warning("job %s was removed before it was done", run.job_id)
        return
    try:
        with _kept_alive(run):
            effect = _handlers[kind](run)
        with transaction():
            _update(run, state="done", error=None, lease_until=None, finished_at=clock.now())
            result = effect() if effect is not None else None
            _update(run, result=result)
    except LostLease:
        log.warning("job %s was taken over by another worker", run.job_id)
    except PortalError as refusal:
        _fail(run, refusal.message, again=False)
    except Exception:
        log.exception("job %s (%s) failed", run.job_id, kind)
        _fail(run, say("处理过程中出现错误，系统将自动重试。"), again=True)


@contextmanager
def _kept_alive(run: Run) -> Iterator[None]:
    """Renew the lease from a thread of its own while slow work is going on; it dies with us."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            with app.app_context(), suppress(LostLease), transaction():
                _update(run, lease_until=clock.now() + LEASE)

    thread = threading.Thread(target=renew, name=f"job-{run.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _update(run: Run, **values: Any) -> None:
    mine = sa.and_(Job.id == run.job_id, Job.token == run.token)
    done = db.session.execute(sa.update(Job).where(mine).values(**values))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise LostLease


def _fail(run: Run, why: Text, again: bool) -> None:
    with transaction():
        job = db.session.scalar(
            sa.select(Job).where(Job.id == run.job_id, Job.token == run.token).with_for_update()
        )
        if job is None:
            return
        if again and job.attempts <= len(BACKOFF):
            job.state, job.error = "queued", _stored(why)
            job.run_at = clock.now() + BACKOFF[job.attempts - 1]
        else:
            _set_state(job, "failed", why)


def _set_state(job: Job, state: str, why: Text) -> None:
    job.state, job.error, job.finished_at = state, _stored(why), clock.now()


def _stored(text: Text | None) -> dict[str, Any] | None:
    if text is None:
        return None
    return {
        "msgid": text.msgid,
        "params": {k: v if isinstance(v, int) else str(v) for k, v in text.params.items()},
    }


def _text(stored: dict[str, Any] | None) -> Text | None:
    return Text(stored["msgid"], stored["params"]) if stored else None

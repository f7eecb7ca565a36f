"""Taking over what a funder granted before: a closed call with its applications and awards."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.organizations.services import register as organizations
from charity_portal.projects.errors import HistoryDiffers, Problem
from charity_portal.projects.models.applications import Application, Submission
from charity_portal.projects.models.calls import Call, Track
from charity_portal.projects.models.screening import Award
from charity_portal.projects.rules.history import Grant


@dataclass(frozen=True)
class TakenOver:
    """What an import did: calls touched, grants added, found unchanged, and corrected."""

    call_ids: list[int]
    added: int
    unchanged: int
    corrected: int


@dataclass(frozen=True)
class Known:
    """A grant taken over before, with the rows that hold it."""

    application: Application
    award: Award
    submission: Submission

    def differences(self, grant: Grant, track_id: int | None, payee: int) -> list[Problem]:
        """Where the file says something else now."""
        pairs: list[tuple[str, Any, Any]] = [
            ("title", self.application.title, grant.title),
            ("description", self.application.summary, grant.description),
            ("amountAppliedFor", self.application.amount_requested_fen, grant.requested),
            ("amountAwarded", self.award.amount_fen, grant.awarded),
            ("awardDate", self.award.awarded_on, grant.awarded_on),
            ("plannedDates/startDate", self.award.planned_start, grant.planned_start),
            ("plannedDates/endDate", self.award.planned_end, grant.planned_end),
            ("grantProgramme", self.application.track_id, track_id),
            ("recipientOrganization", self.application.organization_id, payee),
        ]
        return [Problem(grant.row, name, _differs(name, a, b)) for name, a, b in pairs if a != b]


def _differs(name: str, before: Any, after: Any) -> Text:
    if name in ("grantProgramme", "recipientOrganization"):
        return say("与此前导入的内容不同")
    return say("此前为 %(before)s，现为 %(after)s", before=before, after=after)


def take_over(actor: Actor, grants: Sequence[Grant], accept_changes: bool = False) -> TakenOver:
    """Make one concluded call a funder and currency, an application and award a grant.

    What was taken over before is recognised by the funder's own grant number and left alone. Where it
    differs, HistoryDiffers tells the rows and nothing changes, unless `accept_changes`.
    """
    require(actor, "projects:history:import")
    groups: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        groups.setdefault((grant.funder.ref, grant.currency), []).append(grant)
    done = [_take_over_group(actor, group, accept_changes) for group in groups.values()]
    return TakenOver(
        [call_id for part in done for call_id in part.call_ids],
        sum(part.added for part in done),
        sum(part.unchanged for part in done),
        sum(part.corrected for part in done),
    )


def _take_over_group(actor: Actor, grants: Sequence[Grant], accept_changes: bool) -> TakenOver:
    call = _call_for(actor, grants)
    book = _Book(call, _tracks(call, grants), _payees(actor, grants), _known(call))
    fresh = [grant for grant in grants if grant.ref not in book.known]
    differing = _differing(book, grants)
    if differing and not accept_changes:
        raise HistoryDiffers([problem for rows in differing.values() for problem in rows])
    for grant in grants:
        if grant.ref in differing:
            _correct(actor, book, grant)
    _add(book, fresh)
    if fresh or differing:
        _retitle(call)
        audit.record(
            actor,
            "projects.history.take_over",
            call,
            after={
                "added": len(fresh),
                "corrected": len(differing),
                "awarded": sum(g.awarded for g in fresh),
                "currency": call.currency,
            },
        )
        jobs.announce(actor, "projects.history_taken_over", id=call.id)
    unchanged = len(grants) - len(fresh) - len(differing)
    return TakenOver([call.id], len(fresh), unchanged, len(differing))


@dataclass(frozen=True)
class _Book:
    """One funder's call with what is already in it."""

    call: Call
    tracks: Mapping[str, Track]
    payees: Mapping[str, int]
    known: Mapping[str, Known] = field(default_factory=dict)

    def track_id(self, grant: Grant) -> int | None:
        track = self.tracks.get(grant.programme)
        return track.id if track else None

    def payee(self, grant: Grant) -> int:
        return self.payees[_payee_ref(grant)]


def _call_for(actor: Actor, grants: Sequence[Grant]) -> Call:
    funder, currency = grants[0].funder, grants[0].currency
    ref = f"360giving:{funder.ref}:{currency}"
    call = db.session.scalar(sa.select(Call).where(Call.external_ref == ref))
    if call is not None:
        return call
    now = clock.now()
    call = Call(
        number=next_number("ZJ", clock.today().year),
        state="concluded",
        title_zh=funder.name,
        funder_name=funder.name,
        funder_ref=funder.ref,
        fund_source="charity",
        currency=currency,
        per_organization_limit=max(1, len(grants)),
        external_ref=ref,
        created_by=actor.user_id,
        published_at=now,
        concluded_at=now,
    )
    db.session.add(call)
    db.session.flush()
    return call


def _retitle(call: Call) -> None:
    """Name the call after its funder and the years that its awards span."""
    span = sa.select(sa.func.min(Award.awarded_on), sa.func.max(Award.awarded_on)).join(
        Application, Application.id == Award.application_id
    )
    first, last = db.session.execute(span.where(Application.call_id == call.id)).one()
    years = str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    call.title_zh = f"{call.funder_name} 历年资助（{years}）"
    call.title_en = f"{call.funder_name}: grants {years}"


def _tracks(call: Call, grants: Sequence[Grant]) -> dict[str, Track]:
    tracks = {track.title_zh: track for track in call.tracks}
    for title in sorted({grant.programme for grant in grants} - set(tracks) - {""}):
        key = f"p{len(tracks) + 1}"
        track = Track(
            call_id=call.id, key=key, title_zh=title, title_en=title, position=len(tracks)
        )
        db.session.add(track)
        tracks[title] = track
    db.session.flush()
    return tracks


def _payee_ref(grant: Grant) -> str:
    return grant.recipient.ref if grant.recipient else f"{grant.funder.ref}:individuals"


def _payees(actor: Actor, grants: Sequence[Grant]) -> dict[str, int]:
    """Organization ids by identifier; people who received a grant share one unnamed entry a funder."""
    names: dict[str, tuple[str, str | None]] = {}
    for grant in grants:
        if grant.recipient:
            names.setdefault(grant.recipient.ref, (grant.recipient.name, grant.recipient.name))
        else:
            names.setdefault(_payee_ref(grant), ("个人受助者（不具名）", "Individuals (not named)"))
    return {
        ref: organizations.ensure_external(actor, ref, name, name_en)
        for ref, (name, name_en) in names.items()
    }


def _known(call: Call) -> dict[str, Known]:
    rows = db.session.execute(
        sa.select(Application, Award, Submission)
        .join(Award, Award.application_id == Application.id)
        .join(Submission, Submission.application_id == Application.id)
        .where(Application.call_id == call.id, Application.external_ref.is_not(None))
        .order_by(Submission.version)
    )
    return {str(app.external_ref): Known(app, award, last) for app, award, last in rows}


def _differing(book: _Book, grants: Sequence[Grant]) -> dict[str, list[Problem]]:
    found = {}
    for grant in grants:
        if known := book.known.get(grant.ref):
            differences = known.differences(grant, book.track_id(grant), book.payee(grant))
            if differences:
                found[grant.ref] = differences
    return found


def _add(book: _Book, grants: Sequence[Grant]) -> None:
    applications = [
        Application(
            number=grant.ref,
            external_ref=grant.ref,
            call_id=book.call.id,
            organization_id=book.payee(grant),
            track_id=book.track_id(grant),
            state="awarded",
            title=grant.title,
            summary=grant.description,
            amount_requested_fen=grant.requested,
            submitted_at=clock.at_local(grant.awarded_on),
        )
        for grant in grants
    ]
    db.session.add_all(applications)
    db.session.flush()
    for application, grant in zip(applications, grants, strict=True):
        db.session.add(_award(application.id, grant))
        db.session.add(_version(application.id, 1, grant))
    db.session.flush()


def _award(application_id: int, grant: Grant) -> Award:
    return Award(
        application_id=application_id,
        amount_fen=grant.awarded,
        awarded_on=grant.awarded_on,
        planned_start=grant.planned_start,
        planned_end=grant.planned_end,
    )


def _version(application_id: int, version: int, grant: Grant) -> Submission:
    """The source's own row, kept word for word as a submitted version."""
    record = json.loads(json.dumps(grant.record, default=str, ensure_ascii=False))
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Submission(
        application_id=application_id,
        version=version,
        content={"standard": "360giving", "record": record},
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def _correct(actor: Actor, book: _Book, grant: Grant) -> None:
    known = book.known[grant.ref]
    audit.record(
        actor,
        "projects.history.correct",
        known.application,
        before={
            "awarded": known.award.amount_fen,
            "requested": known.application.amount_requested_fen,
        },
        after={"awarded": grant.awarded, "requested": grant.requested},
    )
    known.application.title, known.application.summary = grant.title, grant.description
    known.application.amount_requested_fen = grant.requested
    known.application.organization_id = book.payee(grant)
    known.application.track_id = book.track_id(grant)
    known.award.amount_fen, known.award.awarded_on = grant.awarded, grant.awarded_on
    known.award.planned_start, known.award.planned_end = grant.planned_start, grant.planned_end
    db.session.add(_version(known.application.id, known.submission.version + 1, grant))

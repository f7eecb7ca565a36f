"""A stage's field is settled, its scoring opened, closed, opened again; what is due may move."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from charity_portal.competitions.errors import StageNotReady
from charity_portal.competitions.models.editions import Edition, Stage, StageEntry
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import edition_calls, edition_desk
from charity_portal.competitions.services import conflicts
from charity_portal.kernel import audit, clock, secrets
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import Text, say, time_text
from charity_portal.kernel.permissions import SYSTEM, Actor, require
from charity_portal.kernel.states import fire

LETTERS = {"papers": "P", "visit": "V", "pitch": "R"}
_LONG = 32


def settle_field(actor: Actor, stage_id: int, application_ids: Iterable[int]) -> list[StageEntry]:
    """Decide which applications take part in a stage, and under which codes.

    May be done anew until reviews are assigned. The codes follow from the edition's seed and the
    portal's own key: they tell nothing of number or arrival, and nobody who knows the published seed
    can find out whose they are.
    """
    edition, stage = _locked(stage_id)
    require(actor, "competitions:stage:run", stage)
    _require_judging(edition)
    wanted = sorted(set(application_ids))
    _require_free(stage)
    _require_known(edition, stage, wanted)
    db.session.execute(sa.delete(StageEntry).where(StageEntry.stage_id == stage.id))
    entries = [
        StageEntry(stage_id=stage.id, application_id=application_id, code=code)
        for application_id, code in codes(edition.seed, stage, wanted)
    ]
    db.session.add_all(entries)
    db.session.flush()
    audit.record(
        actor,
        "competitions.edition.settle",
        edition,
        after={"stage": stage.id, "applications": wanted},
    )
    conflicts.detect(SYSTEM, edition.id)
    return entries


def codes(seed: str, stage: Stage, application_ids: Sequence[int]) -> list[tuple[int, str]]:
    """(application id, code) for a field, in the order of the codes."""

    def lot(application_id: int) -> str:
        text = f"{seed}:{stage.id}:{application_id}"
        return secrets.sign("competitions.stage_code", text, _LONG)

    width = max(2, len(str(len(application_ids))))
    letter = LETTERS[stage.kind]
    ordered = sorted(application_ids, key=lot)
    return [(key, f"{letter}-{n:0{width}d}") for n, key in enumerate(ordered, 1)]


def leave(actor: Actor, edition_id: int, application_id: int, reason: str) -> int:
    """Take an application out of every stage that is not over; how many entries were marked.

    Its sealed reviews stay; nothing more is asked of reviewers, and it is not counted.
    """
    edition = locked(Edition, edition_id)
    require(actor, "competitions:stage:run", edition)
    if edition.state not in ("judging", "scored"):
        raise WrongState
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明退出的原因。")]})
    entries = db.session.scalars(
        sa.select(StageEntry)
        .join(Stage, Stage.id == StageEntry.stage_id)
        .where(
            Stage.edition_id == edition.id,
            StageEntry.application_id == application_id,
            StageEntry.left_at.is_(None),
        )
    ).all()
    for entry in entries:
        entry.left_at, entry.left_reason = clock.now(), reason.strip()
    if entries:
        audit.record(
            actor,
            "competitions.edition.leave",
            edition,
            after={"application": application_id},
            reason=reason.strip(),
        )
    db.session.flush()
    return len(entries)


def open_stage(actor: Actor, stage_id: int) -> Stage:
    """Let the scoring of a stage begin: the stages before it are over, its reviews are assigned."""
    edition, stage = _locked(stage_id)
    Stage.MACHINE.step(stage.state, "open")
    _require_judging(edition)
    if any(s.state != "closed" for s in edition.stages if s.position < stage.position):
        raise StageNotReady(say("上一阶段还没有截止，不能开始评分。"))
    figures = edition_desk.progress([stage])[stage.id]
    if not figures.entries:
        raise StageNotReady(say("还没有确定参加本阶段的申请。"))
    if not figures.reviews:
        raise StageNotReady(say("还没有分配评审，不能开始评分。"))
    if stage.due_at is None or stage.due_at <= clock.now():
        raise StageNotReady(say("截止时间已经过去，请先改期。"))
    stage.opened_at = stage.opened_at or clock.now()
    fire(actor, stage, "open", entries=figures.entries, reviews=figures.reviews)
    return stage


def close_stage(actor: Actor, stage_id: int, reason: str = "") -> Stage:
    """End the scoring of a stage. A reason is needed while reviews are missing."""
    _edition, stage = _locked(stage_id)
    Stage.MACHINE.step(stage.state, "close")
    figures = edition_desk.progress([stage])[stage.id]
    if (figures.open or figures.unscored) and not reason.strip():
        text = say(
            "还有 %(open)s 份评审没有提交，%(none)s 项申请没有任何评分。确需截止的，请写明理由。",
            open=figures.open,
            none=figures.unscored,
        )
        raise Invalid(fields={"reason": [text]})
    stage.closed_at = clock.now()
    fire(
        actor,
        stage,
        "close",
        reason=reason.strip() or None,
        sealed=figures.sealed,
        open=figures.open,
    )
    return stage


def reopen_stage(actor: Actor, stage_id: int, reason: str) -> Stage:
    """Open a closed stage again, unless the next one has begun."""
    edition, stage = _locked(stage_id)
    _require_reason(reason, say("请写明重新开放的理由。"))
    _require_judging(edition)
    later = [s for s in edition.stages if s.position > stage.position]
    if any(s.state != "waiting" for s in later):
        raise StageNotReady(say("下一阶段已经开始，不能重新开放。"))
    stage.closed_at = None
    fire(actor, stage, "reopen", reason=reason.strip())
    return stage


def postpone(actor: Actor, stage_id: int, due_at: datetime | None, reason: str) -> Stage:
    """Give reviewers until another moment; the reason stays on record."""
    edition, stage = _locked(stage_id)
    require(actor, "competitions:stage:run", stage)
    if edition.state != "judging" or stage.state == "closed":
        raise WrongState
    fields: dict[str, list[Text]] = {}
    if due_at is None or due_at <= clock.now():
        fields["due_at"] = [say("请填写将来的时间。")]
    if not reason.strip():
        fields["reason"] = [say("请写明理由。")]
    if fields:
        raise Invalid(fields=fields)
    before, stage.due_at = stage.due_at, due_at
    audit.record(
        actor,
        "competitions.stage.postpone",
        stage,
        before={"due_at": before},
        after={"due_at": due_at},
        reason=reason.strip(),
    )
    db.session.flush()
    return stage


def overdue_text(stage: Stage) -> Text | None:
    """What is said where the due date of an open stage has passed."""
    if stage.state == "open" and stage.due_at is not None and stage.due_at <= clock.now():
        return say("已过截止时间 %(time)s。", time=time_text(stage.due_at))
    return None


def _locked(stage_id: int) -> tuple[Edition, Stage]:
    """The edition first, then the stage: every step takes them in this order."""
    known = db.session.get(Stage, stage_id)
    edition = locked(Edition, known.edition_id if known is not None else 0)
    return edition, locked(Stage, stage_id)


def _require_judging(edition: Edition) -> None:
    if edition.state != "judging":
        raise WrongState(say("评审尚未开始，或者已经结束评分。"))


def _require_reason(reason: str, missing: Text) -> None:
    if not reason.strip():
        raise Invalid(fields={"reason": [missing]})


def _require_free(stage: Stage) -> None:
    assigned = sa.select(Review.id).where(Review.stage_id == stage.id).limit(1)
    if stage.state != "waiting" or db.session.scalar(assigned) is not None:
        raise WrongState(say("已经分配评审，参加本阶段的申请不能再变更。"))


def _require_known(edition: Edition, stage: Stage, wanted: Sequence[int]) -> None:
    """The first stage takes what passed screening, a later one what was in the stage before."""
    earlier = [s for s in edition.stages if s.position < stage.position]
    if earlier:
        known = set(edition_desk.entered(earlier[-1]))
    else:
        known = {c.id for c in edition_calls.eligible(edition.call_id)}
    if not wanted or not known.issuperset(wanted):
        raise Invalid(say("名单中有不能参加本阶段的申请。"))

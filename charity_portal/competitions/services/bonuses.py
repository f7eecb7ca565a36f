"""Bonus points are recorded by officers, with the reason, until the selection is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass

from charity_portal.competitions.models.editions import BonusGrant, Edition
from charity_portal.competitions.queries import edition_calls, edition_desk
from charity_portal.competitions.rules.methods import points_text
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require


@dataclass(frozen=True)
class Given:
    """What an application gets under one bonus rule: hundredths of a point (None: nothing), and why."""

    points: int | None
    reason: str


def grant(
    actor: Actor, edition_id: int, application_id: int, given: Mapping[int, Given]
) -> list[str]:
    """Record an application's bonus points by bonus id; the keys of the rules that changed.

    Invalid names `points-<bonus id>` or `reason-<bonus id>`.
    """
    edition = locked(Edition, edition_id)
    require(actor, "competitions:edition:edit", edition)
    if edition.state not in ("judging", "scored") or edition_desk.chosen(edition.id):
        raise WrongState(say("现在不能登记加分：评审尚未开始，或者拟资助名单已经确定。"))
    if application_id not in {c.id for c in edition_calls.eligible(edition.call_id)}:
        raise NotFound
    _check(edition, given)
    known = edition_desk.grants(edition, [application_id])
    changed = []
    for bonus in edition.bonuses:
        if bonus.id not in given:
            continue
        wanted, row = given[bonus.id], known.get((application_id, bonus.id))
        before = (row.points, row.reason) if row else (0, "")
        after = (wanted.points or 0, wanted.reason.strip() if wanted.points else "")
        if before == after:
            continue
        changed.append(bonus.key)
        _write(actor, bonus.id, application_id, row, *after)
        audit.record(
            actor,
            "competitions.edition.bonus",
            edition,
            before={"points": before[0]},
            after={"application": application_id, "bonus": bonus.key, "points": after[0]},
            reason=after[1] or None,
        )
    db.session.flush()
    return changed


def _check(edition: Edition, given: Mapping[int, Given]) -> None:
    fields: dict[str, list[Text]] = {}
    for bonus in edition.bonuses:
        wanted = given.get(bonus.id)
        if wanted is None or not wanted.points:
            continue
        if not 0 <= wanted.points <= bonus.most:
            text = say("应在 0 到 %(most)s 分之间。", most=points_text(bonus.most))
            fields[f"points-{bonus.id}"] = [text]
        if not wanted.reason.strip():
            fields[f"reason-{bonus.id}"] = [say("请写明加分的依据。")]
    if fields:
        raise Invalid(fields=fields)


def _write(
    actor: Actor, bonus_id: int, application_id: int, row: BonusGrant | None, points: int, why: str
) -> None:
    if not points:
        if row is not None:
            db.session.delete(row)
        return
    if row is None:
        row = BonusGrant(bonus_id=bonus_id, application_id=application_id)
        db.session.add(row)
    row.points, row.reason = points, why
    row.given_by, row.given_at = actor.user_id, clock.now()

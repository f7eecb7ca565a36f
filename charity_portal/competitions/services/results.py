"""Making a result public: what has to hold, the recompute bundle, the step itself."""

import sqlalchemy as sa

from charity_portal.competitions.errors import NotPublishable
from charity_portal.competitions.models.editions import FEEDBACK, Edition
from charity_portal.competitions.models.outcomes import Bundle, SelectionRow
from charity_portal.competitions.queries import materials, results
from charity_portal.competitions.queries.results import Standing
from charity_portal.competitions.rules import bundle as bundles
from charity_portal.competitions.rules import proposed
from charity_portal.competitions.rules.archives import ten_thousandths
from charity_portal.competitions.rules.findings import Outcome
from charity_portal.competitions.rules.outcome import outcome
from charity_portal.competitions.rules.proposed import Wanted
from charity_portal.competitions.rules.scores import Material
from charity_portal.competitions.services import editions
from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import SYSTEM, Actor, require
from charity_portal.projects.queries import notices, proposals


def problems(edition: Edition) -> list[Text]:
    """Everything that keeps a result from being published; empty when nothing does."""
    found = results.standing(edition)
    if edition.state != "selected" or found is None:
        return [say("尚未确定拟资助名单。")]
    listed: list[Text] = []
    if not notices.notices_of_call(edition.call_id):
        listed.append(say("拟立项项目尚未公示。公示开始后，才能公布评审结果。"))
    if materials.snapshot(edition).hash != found.ranking.input_hash:
        listed.append(say("评分与计算排名时不一致。"))
    differing = _differing(found)
    if differing:
        listed.append(
            say(
                "立项决定与已确定的拟资助名单不一致：%(numbers)s。",
                numbers="、".join(differing),
            )
        )
    return listed


def _differing(found: Standing) -> list[str]:
    """Numbers of applications about which the call decided otherwise than was confirmed here."""
    known = proposals.proposals(row.application_id for row in found.selection.rows)
    return [
        known[row.application_id].number
        for row in found.selection.rows
        if not _as_confirmed(row, known[row.application_id])
    ]


def _as_confirmed(row: SelectionRow, now: proposals.Proposal) -> bool:
    """A reserve that moved up later, through a notice of its own, is no difference."""
    if now.decision is None:
        return False
    outcome_now, amount, _rank, _rev = now.decision
    if row.outcome == "reserve" and now.state in ("proposed", "awarded", "cancelled"):
        return True
    return (outcome_now, amount) == (row.outcome, row.amount_fen)


def ask_to_publish(actor: Actor, edition_id: int, feedback: str) -> jobs.Job:
    """Have the worker write the recompute bundle, check it, and publish. `feedback`: what applicants
    read of their own scores.

    Raises NotPublishable naming what is missing.
    """
    edition = locked(Edition, edition_id)
    require(actor, "competitions:edition:publish", edition)
    if feedback not in FEEDBACK:
        raise Invalid(fields={"feedback": [say("请选择一项。")]})
    edition.MACHINE.step(edition.state, "publish")
    missing = problems(edition)
    if missing:
        raise NotPublishable(missing)
    edition.feedback = feedback
    audit.record(
        actor, "competitions.edition.ask_to_publish", edition, after={"feedback": feedback}
    )
    return jobs.enqueue(
        actor,
        "competitions.publish",
        {"edition_id": edition_id, "user_id": actor.user_id},
    )


def write_bundle(edition: Edition) -> tuple[bytes, str]:
    """The recompute bundle of a confirmed selection, and the hash of the scores that it was made from.
    Takes seconds; outside transaction().

    Raises NotPublishable when counting anew gives anything else than what was confirmed.
    """
    found = results.standing(edition)
    if found is None:
        raise NotPublishable([say("尚未确定拟资助名单。")])
    snapshot = materials.snapshot(edition, overrides=proposed.overrides(_wanted(found)))
    counted = count(snapshot.material)
    if snapshot.hash != found.ranking.input_hash or not _same(found, counted):
        raise NotPublishable([say("重新计算的结果与已确定的不一致。")])
    return bundles.write(snapshot.material, counted), snapshot.hash


def count(material: Material) -> Outcome:
    """The one function that the portal and `recompute` share."""
    return outcome(material.scores, material.rubric, material.applications, material.method)


def _wanted(found: Standing) -> dict[str, Wanted]:
    codes = found.codes
    return {
        codes[row.application_id]: Wanted(
            row.outcome,
            row.amount_fen if row.outcome == "partial" else None,
            row.override_reason,
        )
        for row in found.selection.rows
        if row.override_reason is not None
    }


def _same(found: Standing, counted: Outcome) -> bool:
    """Whether places, points and awards are those that people looked at and confirmed."""
    ranked = [
        (row.rank, row.details["code"], row.points, row.funded_bp, row.band)
        for row in found.ranking.rows
    ]
    anew = [
        (row.rank, row.application, ten_thousandths(row.points), row.chance_bp, row.band)
        for row in counted.ranking
    ]
    codes = found.codes
    awards = {codes[row.application_id]: row.amount_fen for row in found.selection.rows}
    now = {row.application: row.award_fen for row in counted.selection.rows}
    return ranked == anew and awards == now


def publish(edition_id: int, seen_hash: str, prepared: files.Prepared) -> Edition:
    """Publish with a bundle that was written and laid in place; by the worker, in its finishing step."""
    edition = locked(Edition, edition_id)
    missing = problems(edition)
    found = results.standing(edition)
    if missing or found is None or found.ranking.input_hash != seen_hash:
        raise NotPublishable(missing or [say("重新计算的结果与已确定的不一致。")])
    stored = files.keep(SYSTEM, prepared)
    known = db.session.scalar(sa.select(Bundle).where(Bundle.edition_id == edition_id))
    bundle = known or Bundle(edition_id=edition_id)
    bundle.file_id, bundle.sha256, bundle.made_at = stored.id, stored.sha256, clock.now()
    db.session.add(bundle)
    db.session.flush()
    audit.record(SYSTEM, "competitions.bundle.keep", bundle, after={"sha256": stored.sha256})
    return editions.publish(SYSTEM, edition_id)

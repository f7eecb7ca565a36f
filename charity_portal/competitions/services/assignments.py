"""Distributing a stage's reviews: ask for a plan, keep it, change it by hand, adopt it.

A plan is computed from one reading of the round, outside any transaction, and kept only if nothing
changed meanwhile. Adopting it writes the reviews: the assignment IS the review.
"""

from collections.abc import Collection, Mapping
from typing import Any

from charity_portal.competitions.errors import (
    ChangeRefused,
    PlanMoved,
    PlanOutdated,
    PlanSettled,
    RoundChanged,
    RoundNotReady,
)
from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import AssignmentRun
from charity_portal.competitions.queries import assignments as queries
from charity_portal.competitions.rules import plan_checks, review_rounds
from charity_portal.competitions.rules.plan_checks import Change, Cost
from charity_portal.competitions.rules.planning import Solved
from charity_portal.competitions.rules.review_rounds import Pair, Round
from charity_portal.competitions.rules.review_rounds import Wishes as Wishes
from charity_portal.competitions.services import allotments
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import Actor, require

CHANGE = "competitions:assignment:change"
JOB = "competitions.assign"


def ask(actor: Actor, stage_id: int, wishes: Wishes) -> Job:
    """Have a plan computed for the stage; RoundNotReady says what is missing."""
    stage = _stage(stage_id)
    require(actor, CHANGE, stage)
    _require_round(stage, queries.read(stage, wishes).round)
    args = {"stage_id": stage.id, "user_id": actor.user_id, "wishes": _wishes(wishes)}
    return jobs.enqueue(actor, JOB, args)


def _wishes(wishes: Wishes) -> dict[str, Any]:
    return {
        "objective": wishes.objective,
        "each": wishes.each,
        "bridges": wishes.bridges,
        "one_per_employer": wishes.one_per_employer,
        "needs": list(wishes.needs),
    }


def wishes_from(stored: Mapping[str, Any]) -> Wishes:
    """What a job was asked for."""
    return Wishes(**{**stored, "needs": tuple(stored["needs"])})


def _stage(stage_id: int) -> Stage:
    stage = db.session.get(Stage, stage_id)
    if stage is None:
        raise NotFound
    return stage


def missing(stage: Stage, of: Round) -> Text | None:
    """What stands in the way of distributing this stage's reviews; None when nothing does."""
    if stage.edition.state != "judging":
        return say("这一届不在评审中，不能分配评审任务。")
    if stage.state == "closed":
        return say("本阶段评分已经截止，不能再分配。")
    if not of.entries:
        return say("本阶段还没有参评申请，请先确定参评名单。")
    if not of.judges:
        return say("评审组还没有已接受邀请并完成保密承诺和利害关系申报的评委。")
    return None


def _require_round(stage: Stage, of: Round) -> None:
    problem = missing(stage, of)
    if problem is not None:
        raise RoundNotReady(problem)


def keep(
    actor: Actor, stage_id: int, of: Round, solved: Solved, job_id: int | None, user_id: int | None
) -> AssignmentRun:
    """Write down a computed plan, unless the round changed since it was read (RoundChanged)."""
    stage = locked(Stage, stage_id)
    if queries.read(stage, of.wishes).round.fingerprint != of.fingerprint:
        raise RoundChanged
    run = AssignmentRun(
        stage_id=stage_id,
        objective=of.wishes.objective,
        key=of.key,
        instance=of.dump(),
        plan=_plan(solved.pairs),
        figures={
            "fingerprint": of.fingerprint,
            "proven": dict(solved.proven),
            "shortages": solved.shortages,
            "now": review_rounds.standing(of, solved.pairs).dump(),
            "open": len(plan_checks.findings(of, solved.pairs)) if not solved.shortages else 0,
        },
        changes={"log": []},
        job_id=job_id,
        made_by=user_id,
    )
    db.session.add(run)
    db.session.flush()
    audit.record(
        actor,
        "competitions.assignment.compute",
        run,
        after={
            "stage": stage_id,
            "objective": run.objective,
            "reviews": len(solved.pairs),
            "fingerprint": of.fingerprint,
            "possible": solved.shortages is None,
        },
    )
    return run


def _plan(pairs: Collection[Pair]) -> dict[str, Any]:
    return {"pairs": [list(pair) for pair in sorted(pairs)]}


def pairs_in(run: AssignmentRun) -> frozenset[Pair]:
    """The plan as it stands, with the changes made by hand."""
    return review_rounds.pairs_of(run.plan["pairs"])


def _open_run(actor: Actor, run_id: int, rev: int) -> AssignmentRun:
    """The run, locked, if it may still be changed and nobody changed it since it was looked at."""
    run = locked(AssignmentRun, run_id)
    require(actor, CHANGE, run)
    if queries.phase(run, queries.newest_adopted(run.stage_id)) != "ready":
        raise PlanSettled
    if run.rev != rev:
        raise PlanMoved
    return run


def change(actor: Actor, run_id: int, rev: int, wanted: Change) -> Cost:
    """Make one change by hand; what it cost. ChangeRefused when a hard rule forbids it."""
    run = _open_run(actor, run_id, rev)
    of, pairs = review_rounds.load(run.instance), pairs_in(run)
    weighed = weigh(of, pairs, wanted)
    if weighed.forbidden:
        raise ChangeRefused(weighed.forbidden[0].text)
    after = wanted.applied(pairs)
    entry = {
        "entry": wanted.entry,
        "drop": wanted.drop,
        "add": wanted.add,
        "before": weighed.before.dump(),
        "after": weighed.after.dump(),
        "by": actor.user_id,
        "at": clock.now().isoformat(),
    }
    run.changes = {"log": [*run.changes["log"], entry]}
    _replace(actor, run, of, after, "change", entry)
    return weighed


def weigh(of: Round, pairs: frozenset[Pair], wanted: Change) -> Cost:
    """What a change would do; ChangeRefused when it makes no sense for this plan."""
    known = of.entry_by_id.keys() >= {wanted.entry}
    judges = {judge for judge in (wanted.drop, wanted.add) if judge is not None}
    if not known or not judges or not judges <= of.judge_by_id.keys():
        raise ChangeRefused(say("请选择要换下或换上的评委。"))
    if wanted.drop is not None and (wanted.drop, wanted.entry) not in pairs:
        raise ChangeRefused(say("要换下的评委已不在这份申请上。"))
    if wanted.add is not None and (wanted.add, wanted.entry) in pairs:
        raise ChangeRefused(say("要换上的评委已经评审这份申请。"))
    return plan_checks.cost(of, pairs, wanted)


def undo(actor: Actor, run_id: int, rev: int) -> None:
    """Take back the last change made by hand."""
    run = _open_run(actor, run_id, rev)
    log = list(run.changes["log"])
    if not log:
        raise ChangeRefused(say("没有可以撤销的调整。"))
    last = log.pop()
    back = Change(last["entry"], drop=last["add"], add=last["drop"])
    run.changes = {"log": log}
    after = back.applied(pairs_in(run))
    _replace(actor, run, review_rounds.load(run.instance), after, "undo", last)


def _replace(
    actor: Actor,
    run: AssignmentRun,
    of: Round,
    pairs: frozenset[Pair],
    step: str,
    entry: Mapping[str, Any],
) -> None:
    run.plan = _plan(pairs)
    run.figures = run.figures | {
        "now": review_rounds.standing(of, pairs).dump(),
        "open": len(plan_checks.findings(of, pairs)),
    }
    run.rev += 1
    told = {key: entry[key] for key in ("entry", "drop", "add")}
    audit.record(actor, f"competitions.assignment.{step}", run, after=told | {"rev": run.rev})


def adopt(actor: Actor, run_id: int, rev: int) -> allotments.Written:
    """Put the plan into force: write the reviews, tell the reviewers.

    Every pair is checked again against the round as it is now; PlanOutdated names what no longer holds.
    """
    run = _open_run(actor, run_id, rev)
    stage = locked(Stage, run.stage_id)
    stored = review_rounds.load(run.instance)
    now = queries.read(stage, stored.wishes)
    _require_round(stage, now.round)
    pairs = pairs_in(run)
    problems = plan_checks.findings(now.round, pairs)
    if problems:
        raise PlanOutdated([finding.text for finding in problems])
    written = allotments.put_in_force(actor, stage, now.given, pairs, run.id)
    run.adopted_at, run.adopted_by = clock.now(), actor.user_id
    audit.record(
        actor,
        "competitions.assignment.adopt",
        run,
        after={
            "stage": stage.id,
            "reviews": len(pairs),
            "added": len(written.added),
            "removed": len(written.removed),
            "fingerprint": now.round.fingerprint,
        },
    )
    return written


def assign_all(
    actor: Actor, stage_id: int, panelist_ids: Collection[int], application_ids: Collection[int]
) -> allotments.Written:
    """Give every one of these applications to every one of these members, except where a conflict or
    an abstention stands in the way; what is assigned already stays. Nobody is written to."""
    stage = locked(Stage, stage_id)
    require(actor, CHANGE, stage)
    now = queries.read(stage, Wishes(each=stage.reviews_each))
    ready = {seat.id for seat in now.seats if seat.ready} & set(panelist_ids)
    wanted = {(j, e) for j in ready for e in set(application_ids) & now.round.entry_by_id.keys()}
    pairs = (wanted - now.round.conflicts - now.round.barred) | now.round.given
    written = allotments.put_in_force(
        actor, stage, now.given, frozenset(pairs), None, letters=False
    )
    audit.record(
        actor,
        "competitions.assignment.assign_all",
        stage,
        after={"members": len(ready), "added": len(written.added)},
    )
    return written

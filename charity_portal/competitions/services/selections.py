"""The proposal who is funded: computed by the announced rule, changed by people with reasons, confirmed.

Computing comes first, outside any transaction (`plan`); what was computed is then written if nobody
changed anything meanwhile. Confirming writes every decision into the call, all or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from charity_portal.competitions.errors import (
    NoRanking,
    NotCounted,
    NoticeBegun,
    RankingOutdated,
    SelectionImpossible,
    SelectionMoved,
    SelectionSettled,
)
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.outcomes import Ranking, Selection, SelectionRow
from charity_portal.competitions.queries import materials, outcomes
from charity_portal.competitions.rules import method, proposed
from charity_portal.competitions.rules.archives import decimal_points, plain
from charity_portal.competitions.rules.proposed import Proposal
from charity_portal.competitions.rules.proposed import Wanted as Wanted
from charity_portal.competitions.rules.selection import Placed, Request
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.queries import notices, proposals
from charity_portal.projects.services import decisions
from charity_portal.projects.services.decisions import Choice, Verdict


@dataclass(frozen=True)
class Plan:
    """A proposal computed from a ranking, with the ids behind its codes."""

    ranking_id: int
    hash: str
    proposal: Proposal
    ids: Mapping[str, int]
    reserves: int


def plan(edition: Edition, wanted: Mapping[int, Wanted], reserves: int | None = None) -> Plan:
    """Apply the rule around people's decisions (by application id). Reads only; call it outside
    transaction().

    Raises NoRanking, RankingOutdated, Invalid (with `<id>-<field>`), SelectionImpossible.
    """
    ranking = outcomes.newest_ranking(edition.id)
    if ranking is None:
        raise NoRanking
    snapshot = materials.snapshot(edition)
    if snapshot.hash != ranking.input_hash:
        raise RankingOutdated
    codes = {key: code for code, key in snapshot.ids.items()}
    candidates = {a.id: a for a in snapshot.material.applications}
    _require_sound(wanted, {key: candidates[code].requested_fen for key, code in codes.items()})
    request = Request(
        [
            Placed(row.rank, candidates[codes[row.application_id]], decimal_points(row.points))
            for row in ranking.rows
        ],
        snapshot.material.method.selection,
        chances={codes[row.application_id]: row.funded_bp or 0 for row in ranking.rows},
    )
    places = method.reserves_of(snapshot.announced) if reserves is None else reserves
    found = proposed.propose(request, {codes[key]: want for key, want in wanted.items()}, places)
    if wanted and found.selection.blocked:
        limits = "；".join(str(c.text) for c in found.selection.blocked)
        raise SelectionImpossible(
            say("按这些决定，没有任何选法能满足：%(limits)s。", limits=limits)
        )
    return Plan(ranking.id, ranking.input_hash, found, snapshot.ids, places)


def _require_sound(wanted: Mapping[int, Wanted], requested: Mapping[int, int]) -> None:
    faults: dict[str, list[Text]] = {}
    for key, want in wanted.items():
        for field, text in proposed.wrong(want, requested[key]).items():
            faults.setdefault(f"{key}-{field}", []).append(text)
    if faults:
        raise Invalid(say("有 %(n)s 处需要更正，没有保存。", n=len(faults)), faults)


def propose(actor: Actor, edition_id: int, planned: Plan) -> Selection:
    """Write the rule's own proposal; what people had decided before is put aside (it stays on record)."""
    edition = _open_edition(actor, edition_id, planned)
    standing = outcomes.newest_selection(edition_id)
    if standing is not None and standing.confirmed_at is not None:
        raise SelectionSettled
    selection = Selection(
        edition_id=edition_id, ranking_id=planned.ranking_id, figures={}, made_by=actor.user_id
    )
    db.session.add(selection)
    db.session.flush()
    _write(actor, selection, planned)
    audit.record(
        actor,
        "competitions.selection.propose",
        selection,
        after={"edition": edition.id, "ranking": planned.ranking_id, **_sums(planned)},
    )
    return selection


def change(actor: Actor, selection_id: int, seen_rev: int, planned: Plan) -> Selection:
    """Write a proposal with people's decisions in it.

    Raises SelectionMoved when somebody else changed it, SelectionSettled when it is confirmed.
    """
    selection = locked(Selection, selection_id)
    _open_edition(actor, selection.edition_id, planned)
    _require_open(selection, seen_rev)
    if selection.ranking_id != planned.ranking_id:
        raise SelectionMoved
    before = {row.application_id: row for row in selection.rows}
    previous = {
        key: [row.outcome, row.amount_fen, row.override_reason] for key, row in before.items()
    }
    _write(actor, selection, planned)
    selection.rev += 1
    now = {row.application_id: row for row in selection.rows}
    changed = {
        key: [row.outcome, row.amount_fen, row.override_reason]
        for key, row in now.items()
        if previous.get(key) != [row.outcome, row.amount_fen, row.override_reason]
    }
    audit.record(
        actor,
        "competitions.selection.change",
        selection,
        before={str(key): previous.get(key) for key in changed},
        after={str(key): value for key, value in changed.items()} | _sums(planned),
    )
    return selection


def _open_edition(actor: Actor, edition_id: int, planned: Plan) -> Edition:
    edition = locked(Edition, edition_id)
    require(actor, "competitions:edition:choose", edition)
    if edition.state == "selected":
        raise SelectionSettled
    if edition.state != "scored":
        raise NotCounted(say("全部评分结束之后，才能测算拟资助名单。"))
    ranking = outcomes.newest_ranking(edition_id)
    current = materials.snapshot(edition).hash
    if ranking is None or ranking.id != planned.ranking_id or current != planned.hash:
        raise RankingOutdated
    return edition


def _require_open(selection: Selection, seen_rev: int) -> None:
    if selection.confirmed_at is not None:
        raise SelectionSettled
    newest = outcomes.newest_selection(selection.edition_id)
    if selection.rev != seen_rev or newest is None or newest.id != selection.id:
        raise SelectionMoved


def _sums(planned: Plan) -> dict[str, Any]:
    found = planned.proposal.selection
    return {"awards": len(found.funded), "spent_fen": found.spent_fen}


def _write(actor: Actor, selection: Selection, planned: Plan) -> None:
    found = planned.proposal.selection
    known = {row.application_id: row for row in selection.rows}
    for row in planned.proposal.rows:
        key = planned.ids[row.application]
        target = known.get(key)
        if target is None:
            target = SelectionRow(application_id=key)
            selection.rows.append(target)
        reason = row.wanted.reason.strip() if row.wanted else None
        if reason is None or reason != target.override_reason:
            target.overridden_by = actor.user_id if reason else None
        target.position = row.position
        target.outcome, target.proposed = row.outcome, row.proposed
        target.amount_fen, target.code = row.amount_fen, row.how
        target.override_reason = reason
    selection.inversions = plain(found.inversions)
    selection.figures = {
        "rule": found.rule,
        "line": plain(found.line),
        "awards": len(found.funded),
        "spent_fen": found.spent_fen,
        "left_fen": found.left_fen,
        "caveats": plain(found.caveats),
        "blocked": plain(found.blocked),
        "reserves": planned.reserves,
        "codes": {str(key): code for code, key in planned.ids.items()},
        "why": {row.application: plain(row.why) for row in planned.proposal.rows},
    }
    db.session.flush()


def wanted_of(selection: Selection) -> dict[int, Wanted]:
    """People's decisions that stand in a selection, by application id."""
    return {
        row.application_id: Wanted(
            row.outcome,
            row.amount_fen if row.outcome == "partial" else None,
            row.override_reason,
        )
        for row in selection.rows
        if row.override_reason is not None
    }


def confirm(actor: Actor, selection_id: int, seen_rev: int) -> Selection:
    """Settle who is proposed: every outcome becomes a decision of the call, all of them or none.

    Raises SelectionMoved, RankingOutdated, SelectionImpossible, and whatever deciding refuses
    (PurseExceeded and its like, OwnOrganization, AlreadyHandled).
    """
    selection = locked(Selection, selection_id)
    edition = locked(Edition, selection.edition_id)
    require(actor, "competitions:edition:select", edition)
    _require_open(selection, seen_rev)
    ranking = outcomes.newest_ranking(edition.id)
    if (
        ranking is None
        or ranking.id != selection.ranking_id
        or materials.snapshot(edition).hash != ranking.input_hash
    ):
        raise RankingOutdated
    if selection.figures.get("blocked"):
        raise SelectionImpossible(say("现有名单不能满足全部限制，不能确定。"))
    decisions.decide(actor, edition.call_id, _choices(selection))
    selection.confirmed_by, selection.confirmed_at = actor.user_id, clock.now()
    selection.rev += 1
    fire(actor, edition, "select", selection=selection.id, ranking=ranking.id)
    return selection


def _choices(selection: Selection) -> list[Choice]:
    known = proposals.proposals(row.application_id for row in selection.rows)
    reserves = 0
    found = []
    for row in selection.rows:
        decided = known[row.application_id].decision
        rank = None
        if row.outcome == "reserve":
            reserves += 1
            rank = reserves
        verdict = Verdict(
            row.outcome,
            row.amount_fen if row.outcome == "partial" else None,
            rank,
            official_reason(row),
        )
        found.append(Choice(row.application_id, decided[3] if decided else 0, verdict))
    return found


def official_reason(row: SelectionRow) -> str:
    """What the letter says about an outcome."""
    return proposed.official_reason(row.outcome, row.code or "", row.override_reason)


def withdraw(actor: Actor, edition_id: int, reason: str) -> Edition:
    """Take a confirmed selection back, as long as nothing was put to the public. What was decided in the
    call is replaced when the next selection is confirmed.

    Raises NoticeBegun, Invalid without a reason.
    """
    edition = locked(Edition, edition_id)
    require(actor, "competitions:edition:select", edition)
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明理由。")]})
    if notices.notices_of_call(edition.call_id):
        raise NoticeBegun
    selection = outcomes.newest_selection(edition_id)
    fire(actor, edition, "reselect", reason=reason.strip())
    if selection is not None:
        selection.confirmed_at, selection.confirmed_by = None, None
        selection.rev += 1
    db.session.flush()
    return edition


def standing(ranking: Ranking | None, selection: Selection | None) -> bool:
    """Whether a selection belongs to the newest ranking."""
    return bool(ranking and selection and selection.ranking_id == ranking.id)

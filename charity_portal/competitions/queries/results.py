"""What a published result says, as plain values: for the public page, the PDF and whoever asks.

Applicants that are neither funded nor on the reserve list appear under their code alone. Judges are named
in a list of their own that nothing connects with the codes in the scores.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Criterion, Edition, Stage, StageEntry
from charity_portal.competitions.models.outcomes import Ranking, RankingRow, Selection
from charity_portal.competitions.queries import conflicts, editions, materials, outcomes, panels
from charity_portal.competitions.rules.archives import plain
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries import calls, proposals
from charity_portal.projects.queries import results as call_results
from charity_portal.projects.queries.proposals import TrackWords

NAMED = ("award", "partial", "reserve")
SHOWN = ("stages", "judges", "caveats", "choices", "bars", "means", "counts", "method")


def published_edition(number: str) -> Edition | None:
    """The edition of that number once its result is out."""
    found = editions.by_number(number)
    return found if found is not None and found.state == "published" else None


@dataclass(frozen=True)
class Standing:
    """The ranking and the confirmed selection that a result rests on."""

    ranking: Ranking
    selection: Selection

    @property
    def codes(self) -> Mapping[int, str]:
        """Application id -> code."""
        return {int(key): code for key, code in self.selection.figures["codes"].items()}


def standing(edition: Edition) -> Standing | None:
    """The confirmed selection with its ranking, rows included."""
    selection = outcomes.newest_selection(edition.id)
    if selection is None or selection.confirmed_at is None:
        return None
    ranking = outcomes.ranking(selection.ranking_id)
    return Standing(ranking, selection) if ranking else None


def whole(edition: Edition) -> dict[str, Any]:
    """The result with every row, as plain JSON that can be frozen; empty while nothing is confirmed."""
    found = standing(edition)
    if found is None:
        return {}
    return {**frame(edition, found), "rows": rows(edition, found)}


def frame(edition: Edition, found: Standing) -> dict[str, Any]:
    """Everything but the rows."""
    tracks = proposals.tracks_of(edition.call_id)
    titles = {track.id: track for track in tracks}
    selection = found.selection
    figures = found.ranking.figures
    return {
        "edition": _edition(edition),
        "stages": [_stage(stage, titles) for stage in edition.stages],
        "tracks": {t.key: {"zh": t.title_zh, "en": t.title_en} for t in tracks},
        "bonuses": [
            {"zh": b.title_zh, "en": b.title_en, "most": str(Decimal(b.most).scaleb(-2))}
            for b in edition.bonuses
        ],
        "figures": {key: figures[key] for key in SHOWN},
        "input_hash": found.ranking.input_hash,
        "selection": {
            "rule": selection.figures["rule"],
            "line": selection.figures["line"],
            "spent_fen": selection.figures["spent_fen"],
            "left_fen": selection.figures["left_fen"],
            "caveats": selection.figures["caveats"],
            "inversions": selection.inversions,
        },
        "judges": _judges(edition),
        "recusals": _recusals(edition),
        "advancements": _advancements(edition, found.codes),
        "notices": [_notice(notice) for notice in call_results.notice_outcomes(edition.call_id)],
        "bundle": _bundle(edition),
    }


def _edition(edition: Edition) -> dict[str, Any]:
    call = calls.call(edition.call_id)
    return {
        "number": edition.number,
        "title_zh": edition.title_zh,
        "title_en": edition.title_en,
        "call_number": call.number if call else "",
        "purse_fen": edition.purse_fen
        if edition.purse_fen is not None
        else call and call.purse_fen,
        "method": edition.method,
        "choice": edition.choice,
        "blind": edition.blind,
        "seed": edition.seed,
        "tie_rules": edition.tie_rules,
        "limits": edition.limits,
        "calibrated": edition.calibrated,
    }


def _stage(stage: Stage, titles: Mapping[int, TrackWords]) -> dict[str, Any]:
    return {
        "key": stage.key,
        "kind": stage.kind,
        "title_zh": stage.title_zh,
        "title_en": stage.title_en,
        "weight_bp": stage.weight_bp,
        "reviews_each": stage.reviews_each,
        "criteria": [_criterion(criterion, titles) for criterion in stage.criteria],
    }


def _criterion(criterion: Criterion, titles: Mapping[int, TrackWords]) -> dict[str, Any]:
    track = titles.get(criterion.track_id or 0)
    return {
        "key": criterion.key,
        "title_zh": criterion.title_zh,
        "title_en": criterion.title_en,
        "weight_bp": criterion.weight_bp,
        "top": criterion.top,
        "track_zh": track.title_zh if track else None,
        "track_en": track.title_en if track else None,
    }


def _judges(edition: Edition) -> list[dict[str, str]]:
    """Who judged, by name: nothing tells which code was whose, not even the order."""
    found = panels.members(edition.id, ("accepted", "withdrawn"))
    return sorted(
        ({"name": m.name, "title": m.expert.title} for m in found),
        key=lambda judge: (judge["name"], judge["title"]),
    )


def _recusals(edition: Edition) -> dict[str, Any]:
    found = conflicts.recusals(edition.id)
    return {
        "total": found.total,
        "by_ground": [[_sayable(ground), count] for ground, count in found.by_ground],
        "by_judge": [
            {
                "code": judge.code,
                "applications": judge.applications,
                "grounds": [_sayable(ground) for ground in judge.grounds],
            }
            for judge in found.by_judge
        ],
    }


def _sayable(words: Text | str) -> Any:
    return plain(words if isinstance(words, Text) else Text(words))


def _advancements(edition: Edition, codes: Mapping[int, str]) -> list[dict[str, Any]]:
    decided = outcomes.advancements(edition)
    return [
        {
            "stage": stage.key,
            "going": len(decided[stage.id].going),
            "changes": [
                {
                    "code": codes.get(change["application"], ""),
                    "goes": change["goes"],
                    "reason": change["reason"],
                }
                for change in decided[stage.id].changes
            ],
        }
        for stage in edition.stages
        if stage.id in decided
    ]


def _notice(notice: call_results.NoticeOutcome) -> dict[str, Any]:
    return {
        "number": notice.number,
        "starts_on": notice.starts_on.isoformat(),
        "ends_on": notice.ends_on.isoformat(),
        "workdays": notice.workdays,
        "objections": [
            {"number": o.number, "project": o.project, "state": o.state, "outcome": o.outcome}
            for o in notice.objections
        ],
    }


def _bundle(edition: Edition) -> dict[str, Any] | None:
    bundle = outcomes.bundle_of(edition.id)
    return {"sha256": bundle.sha256, "size": bundle.file.size} if bundle else None


def rows(
    edition: Edition, found: Standing, only: Collection[int] | None = None
) -> list[dict[str, Any]]:
    """The ranked list (or those places of it), each with what it is made of. Four statements."""
    chosen = {row.application_id: row for row in found.selection.rows}
    placed = [r for r in found.ranking.rows if only is None or r.application_id in only]
    known = proposals.proposals(row.application_id for row in placed)
    named = {key: p.organization_id for key, p in known.items() if chosen[key].outcome in NAMED}
    profiles = organizations.profiles(named.values())
    reserves = [r.application_id for r in found.selection.rows if r.outcome == "reserve"]
    return [
        _row(
            row,
            chosen[row.application_id],
            found.selection.figures["why"],
            known[row.application_id],
            profiles.get(named.get(row.application_id, 0)),
            reserves,
        )
        for row in placed
    ]


def _row(
    row: RankingRow,
    chosen: Any,
    why: Mapping[str, Any],
    proposal: proposals.Proposal,
    profile: organizations.OrganizationProfile | None,
    reserves: Sequence[int],
) -> dict[str, Any]:
    details = row.details
    reserve = reserves.index(row.application_id) + 1 if chosen.outcome == "reserve" else None
    return {
        "rank": row.rank,
        "code": details["code"],
        "track": details["track"],
        "points": row.points,
        "raw": row.raw_points,
        "correction": details["correction"],
        "bonus": details["bonus"],
        "reviews": row.reviews,
        "lowest": row.lowest,
        "highest": row.highest,
        "sd": row.sd,
        "chance_bp": row.funded_bp,
        "band": row.band,
        "stays_funded": details["stays_funded"],
        "runs": details["runs"],
        "tie": details["tie"],
        "stages": details["stages"],
        "requested_fen": proposal.requested,
        "outcome": chosen.outcome,
        "proposed": chosen.proposed,
        "amount_fen": chosen.amount_fen,
        "reserve": reserve,
        "override": chosen.override_reason,
        "why": why[details["code"]],
        "cancelled": proposal.state == "cancelled",
        "number": proposal.number if profile else None,
        "title": proposal.title if profile else None,
        "organization": profile.name if profile else None,
        "organization_en": profile.name_en if profile else None,
        "org_ref": profile.org_ref if profile else None,
    }


def application_of(edition: Edition, code: str) -> int | None:
    """The application behind a code of this edition."""
    entries = [entry.application_id for entry in materials.entered(edition)]
    codes = materials.codes_of(edition.id, entries)
    return next((key for key, known in codes.items() if known == code), None)


@dataclass(frozen=True)
class OwnEntry:
    """An application of an organization in a published edition."""

    edition: Edition
    application_id: int
    organization_id: int


def own_entries(organization_ids: Collection[int]) -> list[OwnEntry]:
    """All applications of these organizations in published editions, the newest edition first."""
    owners = proposals.owned_by(organization_ids)
    rows = db.session.execute(
        sa.select(Edition, StageEntry.application_id)
        .join(Stage, Stage.edition_id == Edition.id)
        .join(StageEntry, StageEntry.stage_id == Stage.id)
        .where(Edition.state == "published", StageEntry.application_id.in_(owners))
        .order_by(Edition.published_at.desc(), StageEntry.application_id)
    )
    found: dict[int, OwnEntry] = {}
    for edition, key in rows:
        found.setdefault(key, OwnEntry(edition, key, owners[key]))
    return list(found.values())


def own_entry(application_id: int) -> OwnEntry | None:
    """One application in a published edition."""
    known = proposals.proposals([application_id]).get(application_id)
    if known is None:
        return None
    entries = own_entries([known.organization_id])
    return next((entry for entry in entries if entry.application_id == application_id), None)


def any_published(organization_ids: frozenset[int]) -> bool:
    """Whether one of these organizations has an entry in a published edition; mostly one statement."""
    published = sa.select(sa.exists().where(Edition.state == "published"))
    return bool(db.session.scalar(published)) and bool(own_entries(organization_ids))

"""What the pages about editions have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import edition_calls
from charity_portal.competitions.queries.edition_calls import CallFacts
from charity_portal.competitions.rules import expertise, methods
from charity_portal.competitions.rules.opening import Defect
from charity_portal.competitions.rules.rubric import WHOLE, criteria_for, steps
from charity_portal.kernel.i18n import _, localized, money, percent, time_text

TONES = {
    "draft": "neutral",
    "judging": "waiting",
    "scored": "waiting",
    "selected": "waiting",
    "published": "done",
    "cancelled": "bad",
}
STAGE_TONES = {"waiting": "neutral", "open": "waiting", "closed": "done"}
PARTS_OF_DOSSIER = ("summary", "budget")


@dataclass(frozen=True)
class TrackRules:
    """What an edition says about a track of its call."""

    title: str
    purse_fen: int | None
    least: int
    most: int | None
    expertise: Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """The rubric of a stage for the tracks that share it; `tracks` is empty when all do."""

    tracks: Sequence[str]
    criteria: Sequence[Any]


def share(points: int | None) -> str:
    """Basis points in per cent, without needless decimals."""
    return percent(points, WHOLE, 0 if (points or 0) % 100 == 0 else 2)


def short_money(fen: int | None, currency: str = "CNY") -> str:
    """An amount without decimals where there are none to say."""
    return money(fen, currency).removesuffix(".00")


def part_words(call: CallFacts) -> dict[str, str]:
    """The parts of a dossier that a criterion may look at, by key."""
    return {
        "summary": _("项目摘要"),
        **{f"answer:{q.key}": localized(q, "title") for q in call.questions},
        "budget": _("项目预算"),
        **{f"slot:{s.key}": _("材料：%(name)s", name=localized(s, "title")) for s in call.slots},
    }


def rule_values(edition: Edition) -> dict[str, Any]:
    """Everything that the description of the rules shows, for citizens and for the office alike."""
    call = edition_calls.facts(edition.call_id)
    names = {c.key: localized(c, "title") for s in edition.stages for c in s.criteria}
    limits = dict(edition.limits)
    limits["most"] = limits.get("most") or call.max_awards
    limits["award_cap_fen"] = limits.get("award_cap_fen") or call.cap_fen
    return {
        "edition": edition,
        "call": call,
        "sheets": {stage.id: sheets(stage, call) for stage in edition.stages},
        "part_words": part_words(call),
        "tracks": track_rules(edition, call),
        "purse_fen": edition.purse_fen or call.purse_fen,
        "method_words": methods.WORDS,
        "method_how": methods.HOW,
        "method_costs": methods.COSTS,
        "choice_words": methods.CHOICES,
        "choice_how": methods.CHOICE_HOW,
        "kind_words": methods.KINDS,
        "reason_words": methods.REASONS,
        "feedback_words": methods.FEEDBACK,
        "tie_words": methods.tie_words(edition.tie_rules, names),
        "limit_words": methods.limit_words(limits, call.currency),
        "points_text": methods.points_text,
        "steps": steps,
        "share": share,
        "short_money": short_money,
    }


def sheets(stage: Stage, call: CallFacts) -> list[Sheet]:
    """The rubric of a stage: one sheet, or one for each group of tracks that share one."""
    if all(c.track_id is None for c in stage.criteria) or not call.tracks:
        return [Sheet((), stage.criteria)]
    found: dict[tuple[int, ...], tuple[list[str], list[Any]]] = {}
    for track in call.tracks:
        criteria = criteria_for(stage, track.id)
        key = tuple(c.id for c in criteria)
        found.setdefault(key, ([], criteria))[0].append(localized(track, "title"))
    return [Sheet(names, criteria) for names, criteria in found.values()]


def track_rules(edition: Edition, call: CallFacts) -> list[TrackRules]:
    """The tracks of the call with what the edition adds."""
    own = {row.track_id: row for row in edition.tracks}
    return [
        TrackRules(
            title=localized(track, "title"),
            purse_fen=track.purse_fen,
            least=own[track.id].min_winners if track.id in own else 0,
            most=own[track.id].max_winners if track.id in own else None,
            expertise=expertise.words(own[track.id].expertise) if track.id in own else (),
        )
        for track in call.tracks
    ]


def place_of(edition: Edition, defect: Defect) -> str | None:
    """The address where a defect is put right."""
    anchor = defect.anchor or None
    if defect.part == "panel":
        return link("competitions_panel.show", edition_id=edition.id)
    if defect.part == "call":
        return url_for("projects_office_calls.show", call_id=edition.call_id)
    if defect.part == "screening":
        return url_for("projects_screening.index", call=edition.call_id, state="all")
    if defect.stage_id is not None:
        return url_for("competitions_editions.rubric", stage_id=defect.stage_id, _anchor=anchor)
    return url_for(
        "competitions_editions.edit", edition_id=edition.id, part=defect.part, _anchor=anchor
    )


def link(endpoint: str, **values: Any) -> str | None:
    """The address of a page of another part of the room, if it is there."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def unit_text(value: Any, row_text: Any) -> str:
    """A unit of a draft as a text that two people can compare."""
    if isinstance(value, list):
        return "\n".join(row_text(v) if isinstance(v, Mapping) else str(v) for v in value)
    if isinstance(value, datetime):
        return time_text(value)
    return "" if value is None else str(value)

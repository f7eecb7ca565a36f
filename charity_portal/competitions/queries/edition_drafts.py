"""The editable content of an edition, part by part, as it is stored (units: `rules.edition_parts`)."""

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.rules.edition_parts import (
    BONUS,
    CRITERION,
    LIMITS,
    STAGE,
    WORDS,
    hundredths,
)
from charity_portal.kernel.edits import Draft
from charity_portal.projects.queries import proposals


def draft_of(edition: Edition, part: str, stage: Stage | None = None) -> Draft:
    """The units of one part; a rubric is that of `stage`."""
    if part == "method":
        return _method(edition)
    if part == "tracks":
        return Draft({"tracks": _tracks(edition)})
    if part == "stages":
        return Draft({"stages": [{c: getattr(s, c) for c in STAGE} for s in edition.stages]})
    if part == "bonuses":
        return Draft({"bonuses": [{c: getattr(b, c) for c in BONUS} for b in edition.bonuses]})
    if part == "rubric":
        assert stage is not None
        return Draft({"criteria": [{c: getattr(r, c) for c in CRITERION} for r in stage.criteria]})
    return Draft({name: getattr(edition, name) for name in WORDS["basics"]})


def _method(edition: Edition) -> Draft:
    units = {
        name: edition.limits.get(name) if name in LIMITS else getattr(edition, name)
        for name in WORDS["method"]
    }
    return Draft({**units, "floor": hundredths(units["floor"]), "cut": units["cut"] or "skip"})


def _tracks(edition: Edition) -> list[dict[str, object]]:
    """A row for each track of the call, whether or not the edition says something about it."""
    known = {row.track_id: row for row in edition.tracks}
    return [
        {
            "id": track.id,
            "min_winners": known[track.id].min_winners if track.id in known else 0,
            "max_winners": known[track.id].max_winners if track.id in known else None,
            "expertise": list(known[track.id].expertise) if track.id in known else [],
        }
        for track in proposals.tracks_of(edition.call_id)
    ]

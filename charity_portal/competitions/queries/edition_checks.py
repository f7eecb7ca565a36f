"""The facts that decide whether an edition may open, gathered in a fixed number of statements."""

from collections import Counter

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import edition_calls, panels
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.rules.opening import Facts, MemberFacts, TrackFacts
from charity_portal.kernel import clock
from charity_portal.kernel.i18n import localized

PARTS = ("basics", "tracks", "stages", "bonuses", "method")


def facts(edition: Edition) -> Facts:
    """Everything that `rules.opening` asks about."""
    call = edition_calls.facts(edition.call_id)
    units = {name: v for part in PARTS for name, v in draft_of(edition, part).units.items()}
    contestants = edition_calls.eligible(edition.call_id)
    members = panels.members(edition.id)
    asked = {row["id"]: set(row["expertise"]) for row in units["tracks"]}
    by_track = Counter(c.track_id for c in contestants)
    return Facts(
        now=clock.now(),
        units=units,
        rubrics={s.id: draft_of(edition, "rubric", s).rows("criteria") for s in edition.stages},
        criterion_keys=frozenset(c.key for s in edition.stages for c in s.criteria),
        looks_at=call.part_keys,
        currency=call.currency,
        call_purse_fen=call.purse_fen,
        call_floor_fen=call.floor_fen,
        call_closed=call.closed,
        applications=len(contestants),
        in_screening=edition_calls.in_screening(edition.call_id),
        tracks=[
            TrackFacts(
                id=track.id,
                title=localized(track, "title"),
                purse_fen=track.purse_fen,
                applications=by_track[track.id],
                experts=sum(
                    bool(asked.get(track.id, set()) & set(m.expert.expertise)) for m in members
                ),
            )
            for track in call.tracks
        ],
        members=[
            MemberFacts(
                agreed=m.panelist.agreed_at is not None,
                declared=m.panelist.declared_at is not None,
                max_load=m.panelist.max_load,
            )
            for m in members
        ],
    )

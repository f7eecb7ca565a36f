"""The big screen of a pitch session, and what screens and judges' telephones ask every few seconds."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request

from charity_portal.competitions.models.pitches import Pitch
from charity_portal.competitions.queries import pitches
from charity_portal.competitions.queries.pitches import Pulse, Seats
from charity_portal.competitions.views.office_pitch import WATCH, clock_of
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_screen", __name__)


@blueprint.get("/office/competitions/pitches/<int:pitch_id>/screen")
@requires(WATCH, load=pitches.pitch)
def show(pitch: Pitch) -> str:
    """Very large: who presents, how long still, who is next; scores as far as they were revealed."""
    turns = pitches.turns(pitch)
    on_stage = pitches.current(pitch.slots)
    following = pitches.following(pitch.slots)
    outcomes = pitches.outcomes(pitch)
    shown = [t for t in turns if t.slot.application_id in outcomes]
    shown.sort(key=lambda t: (-outcomes[t.slot.application_id].points, t.code))
    latest = max((t.slot.revealed_at for t in shown if t.slot.revealed_at), default=None)
    found = pitches.pulse(pitch.id)
    return render_template(
        "competitions/pitch/screen.html",
        pitch=pitch,
        edition=pitch.stage.edition,
        on_stage=next((t for t in turns if t.slot is on_stage), None),
        following=next((t for t in turns if t.slot is following), None),
        clock=clock_of(pitch, on_stage),
        progress=pitches.progress(pitch.stage_id, [on_stage.application_id]).get(
            on_stage.application_id
        )
        if on_stage
        else None,
        outcomes=outcomes,
        latest=[t for t in shown if t.slot.revealed_at == latest],
        ranking=shown if pitch.revealed_at is not None else [],
        mark=found.mark if found else "",
    )


@blueprint.get("/office/competitions/pitches/<int:pitch_id>/state")
@requires(WATCH, load=pitches.pulse)
def state(pulse: Pulse) -> Any:
    """Whether anything changed: 304 while it did not. One statement, no waiting."""
    return _polled(pulse.mark, {"mark": pulse.mark})


@blueprint.get("/reviews/pitch/<int:pitch_id>/now")
@requires("competitions:pitch:judge", load=pitches.seats)
def now(seats: Seats) -> Any:
    """For a judge: which of one's own reviews is on stage, and whether it may be scored."""
    panelist_id = seats.by_user[current_actor().user_id or 0]
    current = pitches.current_for(panelist_id)
    if current is not None and current.pitch_id != seats.pulse.pitch_id:
        current = None
    body: dict[str, Any] = {"review_id": None}
    if current is not None:
        body = {
            "review_id": current.review_id,
            "code": current.code,
            "state": current.state,
            "may_score": current.may_score,
        }
    # Not the session's own mark: what goes on behind a conflict of interest must not show in it.
    return _polled(pitches.mark_of(current), body)


def _polled(mark: str, body: dict[str, Any]) -> Any:
    response = jsonify(body)
    response.set_etag(mark)
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)

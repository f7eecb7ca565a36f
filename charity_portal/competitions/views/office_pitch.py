"""Running a pitch session: plan, draw, call up, question, score, reveal."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.errors import PitchRefused
from charity_portal.competitions.forms.pitches import PlanForm, PresentForm, SwapForm
from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.pitches import Pitch, PitchSlot
from charity_portal.competitions.queries import editions, panels, pitches
from charity_portal.competitions.rules import pitch_clock
from charity_portal.competitions.rules.pitch_clock import Lengths
from charity_portal.competitions.services import pitches as services
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.states import Transition

blueprint = Blueprint("competitions_pitch", __name__, url_prefix="/office/competitions")

RUN, WATCH = "competitions:pitch:run", "competitions:pitch:watch"


@dataclass(frozen=True)
class Shown:
    """The clock of the project on stage, for the page: `seconds` left, None without a clock."""

    seconds: int | None
    text: str
    runs: bool


def clock_of(pitch: Pitch, slot: PitchSlot | None) -> Shown:
    """What the clock of the project on stage shows now."""
    lengths = Lengths(pitch.present_seconds, pitch.question_seconds)
    left = pitch_clock.remaining(slot, lengths, clock.now()) if slot else None
    if slot is None or left is None:
        return Shown(None, "", False)
    return Shown(left, pitch_clock.shown(left), slot.paused_at is None)


@blueprint.get("/stages/<int:stage_id>/pitches")
@requires(WATCH, load=editions.stage)
def index(stage: Stage) -> str:
    """The sessions of a stage."""
    return render_template(
        "competitions/pitch/index.html",
        stage=stage,
        edition=stage.edition,
        sessions=pitches.pitches_of(stage.id),
        unplanned=len(pitches.unplanned(stage.id)),
        may_run=can(current_actor(), RUN, stage),
    )


@blueprint.route("/stages/<int:stage_id>/pitches/new", methods=["GET", "POST"])
@requires(RUN, load=editions.stage)
def new(stage: Stage) -> Any:
    """Plan a session and draw its order."""
    form = PlanForm()
    if request.method == "GET":
        return _plan_page(stage, form)
    if not form.submitted():
        return _plan_page(stage, form), 422
    try:
        with transaction():
            pitch = services.plan(current_actor(), stage.id, form.plan())
    except (Invalid, PitchRefused) as problem:
        form.refuse(problem)
        return _plan_page(stage, form), problem.status
    flash(_("已抽签排定出场顺序。"))
    return redirect(url_for(".show", pitch_id=pitch.id), 303)


def _plan_page(stage: Stage, form: PlanForm) -> str:
    return render_template(
        "competitions/pitch/new.html",
        stage=stage,
        edition=stage.edition,
        form=form,
        unplanned=len(pitches.unplanned(stage.id)),
    )


@blueprint.get("/pitches/<int:pitch_id>")
@requires(WATCH, load=pitches.pitch)
def show(pitch: Pitch) -> str:
    """The desk of whoever runs the session; the screen beside it shows the same state."""
    return _page(pitch)


def _page(pitch: Pitch, swap: SwapForm | None = None, present: PresentForm | None = None) -> str:
    actor = current_actor()
    turns = pitches.turns(pitch)
    on_stage = pitches.current(pitch.slots)
    following = pitches.following(pitch.slots)
    members = panels.members(pitch.stage.edition_id)
    present = present or PresentForm(formdata=None)
    present.panelists.choices = [(m.panelist.id, f"{m.panelist.code} {m.name}") for m in members]
    return render_template(
        "competitions/pitch/show.html",
        pitch=pitch,
        stage=pitch.stage,
        edition=pitch.stage.edition,
        turns=turns,
        on_stage=next((t for t in turns if t.slot is on_stage), None),
        following=next((t for t in turns if t.slot is following), None),
        clock=clock_of(pitch, on_stage),
        steps=steps_of(pitch, on_stage),
        waiting_steps=steps_of(pitch, following),
        progress=pitches.progress(pitch.stage_id, [t.slot.application_id for t in turns]),
        outcomes=pitches.outcomes(pitch),
        revealable=len(pitches.revealable(pitch)),
        unfinished=[s for s in pitch.slots if s.state not in pitch_clock.OVER],
        mark=_mark(pitch),
        swap=(swap or SwapForm(formdata=None)).offer(turns),
        present=present,
        may_run=can(actor, RUN, pitch),
    )


def _mark(pitch: Pitch) -> str:
    found = pitches.pulse(pitch.id)
    return found.mark if found else ""


def steps_of(pitch: Pitch, slot: PitchSlot | None) -> list[Transition]:
    """The buttons for a project: what may follow now."""
    if slot is None or pitch.state != "running":
        return []
    return PitchSlot.MACHINE.actions(current_actor(), slot)


@blueprint.post("/pitches/<int:pitch_id>/discard")
@requires(RUN, load=pitches.pitch)
def discard(pitch: Pitch) -> Any:
    """Take the plan back."""
    with transaction():
        stage_id = services.discard(current_actor(), pitch.id)
    flash(_("已取消这一场的安排。"))
    return redirect(url_for(".index", stage_id=stage_id), 303)


@blueprint.post("/pitches/<int:pitch_id>/swap")
@requires(RUN, load=pitches.pitch)
def swap(pitch: Pitch) -> Any:
    """Two projects change places."""
    form = SwapForm().offer(pitches.turns(pitch))
    if not form.submitted():
        return _page(pitch, swap=form), 422
    try:
        with transaction():
            services.swap(
                current_actor(),
                pitch.id,
                form.first.data,
                form.second.data,
                form.reason.data or "",
            )
    except (Invalid, PitchRefused) as problem:
        form.refuse(problem)
        return _page(pitch, swap=form), problem.status
    flash(_("已对调，原因已记录。"))
    return _back(pitch)


@blueprint.post("/pitches/<int:pitch_id>/judges")
@requires(RUN, load=pitches.pitch)
def judges(pitch: Pitch) -> Any:
    """The members who are in the room review everything that is presented."""
    form = PresentForm()
    members = panels.members(pitch.stage.edition_id)
    form.panelists.choices = [(m.panelist.id, m.name) for m in members]
    if not form.submitted():
        return _page(pitch, present=form), 422
    with transaction():
        count = services.assign(current_actor(), pitch.id, form.panelists.data or [])
    flash(_("已分配 %(n)s 份评分任务，需回避的除外。", n=count))
    return _back(pitch)


@blueprint.post("/pitches/<int:pitch_id>/start")
@requires(RUN, load=pitches.pitch)
def start(pitch: Pitch) -> Any:
    """Begin."""
    with transaction():
        services.start(current_actor(), pitch.id)
    return _back(pitch)


@blueprint.post("/pitches/<int:pitch_id>/end")
@requires(RUN, load=pitches.pitch)
def end(pitch: Pitch) -> Any:
    """Close the session."""
    with transaction():
        services.end(current_actor(), pitch.id)
    flash(_("本场路演已结束。"))
    return _back(pitch)


@blueprint.post("/pitches/<int:pitch_id>/pause")
@requires(RUN, load=pitches.pitch)
def pause(pitch: Pitch) -> Any:
    """Stop the clock."""
    with transaction():
        services.pause(current_actor(), pitch.id)
    return _back(pitch)


@blueprint.post("/pitches/<int:pitch_id>/resume")
@requires(RUN, load=pitches.pitch)
def resume(pitch: Pitch) -> Any:
    """Let it run on."""
    with transaction():
        services.resume(current_actor(), pitch.id)
    return _back(pitch)


@blueprint.post("/pitches/<int:pitch_id>/reveal")
@requires(RUN, load=pitches.pitch)
def reveal(pitch: Pitch) -> Any:
    """Show scores on the big screen, as far as the rule lets them out."""
    with transaction():
        count = services.reveal(current_actor(), pitch.id)
    flash(_("已公布 %(n)s 个项目的得分。", n=count))
    return _back(pitch)


@blueprint.post(
    "/pitches/<int:pitch_id>/slots/<int:slot_id>/"
    "<any(call_up,question,open_scoring,finish,miss,return_to_queue):action>"
)
@requires(RUN, load=lambda pitch_id, **_address: pitches.pitch(pitch_id))
def step(pitch: Pitch) -> Any:
    """Take a project a step further."""
    address = request.view_args or {}
    with transaction():
        services.step(current_actor(), pitch.id, address["slot_id"], address["action"])
    return _back(pitch)


def _back(pitch: Pitch) -> Any:
    return redirect(url_for(".show", pitch_id=pitch.id), 303)

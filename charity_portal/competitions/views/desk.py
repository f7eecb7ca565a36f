"""A reviewer's desk: invitations, one's own queue stage by stage, how far one has come."""

from flask import Blueprint, render_template

from charity_portal.competitions.queries import desk, pitches
from charity_portal.competitions.views import review_pages as pages
from charity_portal.kernel import navigation
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_desk", __name__, url_prefix="/reviews")
navigation.add(
    "workspace",
    "competitions_desk.index",
    say("我的评审"),
    "competitions:review:own",
    order=10,
    home_of=("reviewer",),
)


@blueprint.get("")
@requires("competitions:review:own")
def index() -> str:
    """What waits first; what is done last. Nobody else's scores."""
    seats = desk.seats(current_actor().user_id or 0)
    pitching = [s.panelist.id for s in seats if s.ready and s.has_pitches]
    return render_template(
        "competitions/reviews/desk.html",
        invitations=[seat for seat in seats if seat.panelist.state == "invited"],
        seats=[seat for seat in seats if seat.panelist.state == "accepted"],
        sessions=pitches.running_for(pitching) if pitching else [],
        points=pages.points,
        short=pages.short_points,
    )

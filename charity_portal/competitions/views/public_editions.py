"""Editions for everybody: the list, and the rules by which one judges."""

from flask import Blueprint, Response, make_response, render_template, request

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import draws, edition_calls, edition_history, editions
from charity_portal.competitions.views.edition_pages import STAGE_TONES, TONES, link, rule_values
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.web import public_page

blueprint = Blueprint("competitions_public", __name__, url_prefix="/competitions")
navigation.add("public", "competitions_public.index", say("创投评审"), "public", order=15)


@blueprint.get("")
@requires("public")
@public_page
def index() -> Response:
    """All editions whose rules are public, the latest first."""
    found = editions.public_page(request.args.get("after"))
    page = render_template(
        "competitions/editions/public_index.html",
        page=found,
        calls=edition_calls.names([edition.call_id for edition in found.items]),
        tones=TONES,
    )
    return _dated(page)


@blueprint.get("/<number>")
@requires("competitions:edition:read", load=editions.public_edition)
@public_page
def show(edition: Edition) -> Response:
    """The rules of one edition: stages, rubric, method, limits, seed, the record of the draw."""
    published = edition.state == "published"
    page = render_template(
        "competitions/editions/public_show.html",
        **rule_values(edition),
        draws=draws.public_record(edition.id),
        steps_taken=edition_history.public_steps(edition),
        preview=False,
        result_url=link("competitions_results.show", number=edition.number) if published else None,
        tones=TONES,
        stage_tones=STAGE_TONES,
    )
    return _dated(page)


def _dated(page: str) -> Response:
    """A page with the minute it is true for."""
    response = make_response(page)
    response.last_modified = clock.now().replace(second=0, microsecond=0)
    return response

"""Calls for everybody: the list, one call, and the feed."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.time_left import remaining
from charity_portal.kernel.web import public_page
from charity_portal.projects.forms.calls import CALL_KIND_WORDS, SOURCE_WORDS, PublicFilter
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import (
    call_eligibility,
    call_history,
    call_links,
    call_lists,
    calls,
    notices,
)
from charity_portal.projects.rules.calls import WORDS as PHASE_WORDS
from charity_portal.projects.rules.calls import phase
from charity_portal.projects.views.call_pages import TONES, page_values, short_money

blueprint = Blueprint("projects_calls", __name__)
navigation.add("public", "projects_calls.index", say("项目征集"), "public", order=10)

EACH = 10
TAKES_APPLICATIONS = ("upcoming", "open")
DECIDED = ("noticed", "concluded")


@blueprint.get("/calls")
@requires("public")
@public_page
def index() -> Response:
    """Open calls first, then those to come, then the past."""
    form = PublicFilter(request.args)
    wanted = call_lists.Filter(
        phase=form.phase.data or "",
        source=form.source.data or "",
        kind=form.kind.data or "",
        text=form.text.data or "",
    )
    only = request.args.get("group", "")
    if only not in ("", *call_lists.GROUPS):
        raise NotFound
    after = request.args.get("after")
    groups = {
        group: call_lists.public_page(group, wanted, after, 20 if only else EACH)
        for group in call_lists.GROUPS
        if only in ("", group)
    }
    now = clock.now()
    shown = [call for found in groups.values() for call in found.items]
    page = render_template(
        "projects/calls/index.html",
        groups=groups,
        only=only,
        form=form,
        kept={name: value for name, value in vars(wanted).items() if value},
        phases={call.id: phase(call, now) for call in shown},
        remaining={call.id: _left(call, now) for call in shown},
        phase_words=PHASE_WORDS,
        tones=TONES,
        kind_words=CALL_KIND_WORDS,
        source_words=SOURCE_WORDS,
        short_money=short_money,
    )
    return _dated(page)


@blueprint.get("/calls/<int:call_id>")
@requires("projects:call:read", load=calls.published_call)
@public_page
def show(call: Call) -> Response:
    """One call, and for members whether their organizations may apply."""
    actor = current_actor()
    values = page_values(call)
    takes = values["phase"] in TAKES_APPLICATIONS
    page = render_template(
        "projects/calls/show.html",
        **values,
        standings=call_eligibility.standings(actor, call) if takes else [],
        changes=call_history.public_changes(call),
        preview=False,
        apply_url=url_for("projects_applications.start", call_id=call.id),
        notices=notices.notices_of_call(call.id) if call.state in DECIDED else [],
        result_url=call_links.result_address(call.id) if call.state in DECIDED else None,
    )
    return _dated(page)


@blueprint.get("/calls.atom")
@requires("public")
@public_page
def feed() -> Response:
    """The calls published last, for subscribers."""
    found = call_lists.latest()
    updated = max((call.changed_at for call in found), default=datetime(2026, 1, 1, tzinfo=UTC))
    text = render_template("projects/calls/feed.xml", calls=found, updated=updated)
    response = _dated(text)
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return response


def _left(call: Call, now: datetime) -> Any:
    """How long until the next edge of the call's window; None when there is none ahead."""
    ahead = {"open": call.closes_at, "upcoming": call.opens_at}.get(phase(call, now))
    return remaining(ahead, now) if ahead is not None else None


def _dated(page: str) -> Response:
    """A page with the minute it is true for: pages say that minute and how long is left."""
    response = make_response(page)
    response.last_modified = clock.now().replace(second=0, microsecond=0)
    return response

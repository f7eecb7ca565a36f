"""Calls for everybody: the list, one call, and the feed."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, session

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import language, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.projects.forms.calls import CALL_KIND_WORDS, SOURCE_WORDS, PublicFilter
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import call_eligibility, call_history, call_lists, calls
from charity_portal.projects.rules.calls import WORDS as PHASE_WORDS
from charity_portal.projects.rules.calls import phase, remaining
from charity_portal.projects.views.call_pages import TONES, address, page_values, short_money

blueprint = Blueprint("projects_calls", __name__)
navigation.add("public", "projects_calls.index", say("项目征集"), "public", order=10)

FRESH = 60  # seconds that a page for everybody may be kept by others
EACH = 10
TAKES_APPLICATIONS = ("upcoming", "open")


@blueprint.get("/calls")
@requires("public")
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
    return _for_everybody(page)


@blueprint.get("/calls/<int:call_id>")
@requires("projects:call:read", load=calls.published_call)
def show(call: Call) -> Response:
    """One call, and for members whether their organizations may apply."""
    actor = current_actor()
    values = page_values(call)
    takes = values["phase"] in TAKES_APPLICATIONS
    apply_url = address("projects_applications.start", call_id=call.id)
    page = render_template(
        "projects/calls/show.html",
        **values,
        standings=call_eligibility.standings(actor, call) if takes else [],
        changes=call_history.public_changes(call),
        preview=False,
        apply_url=apply_url,
        result_url=_result_address(call),
        notices_url=None,
    )
    return _for_everybody(page)


@blueprint.get("/calls.atom")
@requires("public")
def feed() -> Response:
    """The calls published last, for subscribers."""
    found = call_lists.latest()
    updated = max((call.changed_at for call in found), default=datetime(2026, 1, 1, tzinfo=UTC))
    text = render_template("projects/calls/feed.xml", calls=found, updated=updated)
    response = _for_everybody(text)
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return response


def _left(call: Call, now: datetime) -> Any:
    """How long until the next edge of the call's window; None when there is none ahead."""
    ahead = {"open": call.closes_at, "upcoming": call.opens_at}.get(phase(call, now))
    return remaining(ahead, now) if ahead is not None else None


def _result_address(call: Call) -> str | None:
    """Where a concluded call's result is published, when there is such a page."""
    if call.state != "concluded":
        return None
    return address("disclosure.call_result", call_id=call.id)


def _for_everybody(page: str) -> Response:
    """A page with its validators; kept by others only where it was made for nobody in particular.

    A page that hands out a session (its forms carry that session's token) is never public. Pages say
    the minute that they are true for and how long is left: that minute is when they changed last.
    """
    response = make_response(page)
    response.vary.update(("Cookie", "Accept-Encoding"))
    if current_actor().signed_in:
        return response
    kept_by = "private" if session.modified else "public"
    response.headers["Cache-Control"] = f"{kept_by}, max-age={FRESH}"
    tag = hashlib.sha256(f"{language()}\n{page}".encode()).hexdigest()[:20]
    response.set_etag(tag)
    response.last_modified = clock.now().replace(second=0, microsecond=0)
    response.make_conditional(request)
    return response

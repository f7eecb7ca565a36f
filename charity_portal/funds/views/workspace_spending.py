"""Spending at one's own desk: of the funds in which somebody has a seat, or that their charity hosts."""

from typing import Any

from flask import Blueprint, render_template, request

from charity_portal.funds.forms.spending import DeskFilter
from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.queries import spending as queries
from charity_portal.funds.states import SPENDING
from charity_portal.funds.views import spending_steps
from charity_portal.funds.views.spending_pages import (
    OWN,
    WORDS,
    choose_page,
    kept,
    request_page,
)
from charity_portal.kernel import navigation
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import can, current_actor, requires

blueprint = Blueprint(OWN, __name__, url_prefix="/workspace/spending")
navigation.add("workspace", "funds_own_spending.index", say("资金使用"), "funds:fund:own", order=46)


@blueprint.get("")
@requires("funds:fund:own")
def index() -> str:
    """The requests that concern a person."""
    actor = current_actor()
    form = DeskFilter(request.args)
    state = form.state.data if form.state.data in SPENDING.states else ""
    found = queries.own_page(
        actor.user_id or 0, list(actor.memberships), state or "", request.args.get("after")
    )
    return render_template(
        "funds/spending/desk.html",
        page=found,
        form=form,
        kept=kept(request.args, "state"),
        may_ask=bool(_funds()),
        waiting=queries.waiting_for(actor.user_id or 0),
        **WORDS,
    )


@blueprint.get("/new")
@requires("funds:fund:own")
def choose() -> str:
    """Of which fund."""
    return choose_page(_funds())


@blueprint.get("/<int:request_id>")
@requires("funds:spending:read", load=queries.request)
def show(row: SpendingRequest) -> Any:
    """One request."""
    return request_page(row)


spending_steps.serve_on(blueprint)


def _funds() -> list[Any]:
    """Funds of which this person may ask for money."""
    actor = current_actor()
    everywhere = can(actor, "funds:spending:new")
    found = queries.funds_to_ask(actor.user_id, list(actor.memberships), everywhere)
    return [fund for fund in found if can(actor, "funds:spending:ask", fund)]

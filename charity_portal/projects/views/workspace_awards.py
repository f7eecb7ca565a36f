"""What an organization was granted: when it is paid, what is asked of it, what has to come back."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from charity_portal.kernel import navigation
from charity_portal.kernel.i18n import money, say
from charity_portal.kernel.permissions import Actor, current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.queries import bars
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules.paying import ASKED, CONDITIONS
from charity_portal.projects.rules.wording import Day
from charity_portal.projects.views import award_pages as pages

blueprint = Blueprint("projects_awards", __name__, url_prefix="/workspace/awards")

navigation.add(
    "workspace", "projects_awards.index", say("资助款"), "projects:application:own", order=30
)

MOST_CARDS = 5


@organizations.add_cards
def to_give_back(actor: Actor) -> list[organizations.Card]:
    """Money that has to come back, on the workspace's first page."""
    if not actor.memberships:
        return []
    return [
        organizations.Card(
            say("退回资助款：%(title)s", title=row.application.title),
            say(
                "请于 %(day)s 前退回 %(amount)s",
                day=Day(row.due_on),
                amount=money(row.amount_fen - row.returned_fen),
            ),
            url_for("projects_awards.show", application_id=row.application_id),
            say("查看"),
            order=5,
        )
        for row in queries.owed_by(actor.memberships, MOST_CARDS)
    ]


@blueprint.get("")
@requires("projects:application:own")
def index() -> str:
    """My organizations' awards, and whether they are kept from applying."""
    own = list(current_actor().memberships)
    page = queries.awards_of(own, request.args.get("after"))
    moneys = pages.moneys([row.application for row in page.items])
    return render_template(
        "projects/tranches/awards.html",
        page=page,
        moneys=moneys,
        next_step=pages.next_step,
        bars=[row for row in bars.bars_of(own) if row.running] if own else [],
        several=len(own) > 1,
    )


@blueprint.get("/<int:application_id>")
@requires("projects:tranche:read", load=queries.awarded)
def show(application: Application) -> Any:
    """One award in plain words."""
    name = organizations.names([application.organization_id])
    found = pages.money_of(application)
    return render_template(
        "projects/tranches/my_award.html",
        application=application,
        organization=name.get(application.organization_id, ""),
        money=found,
        next_step=pages.next_step(found),
        conditions=CONDITIONS,
        asked=ASKED,
        tones=pages.TONES,
        overdue=pages.overdue,
        bars=bars.bars_of([application.organization_id]),
        inside=current_actor().role_in(application.organization_id) is not None,
    )

"""Bonus points in the office: what each application was given, and why."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.forms.bonuses import GrantForm, grant_form
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import edition_calls, edition_desk, editions
from charity_portal.competitions.rules.methods import points_text
from charity_portal.competitions.services import bonuses as services
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries.judging import Contestant

blueprint = Blueprint("competitions_bonuses", __name__, url_prefix="/office/competitions")

EACH = 50


@dataclass(frozen=True)
class Case:
    """One application of one edition, as the address names them."""

    edition: Edition
    contestant: Contestant


def _case(edition_id: int, application_id: int) -> Case | None:
    edition = editions.edition(edition_id)
    if edition is None:
        return None
    known = {c.id: c for c in edition_calls.eligible(edition.call_id)}
    return Case(edition, known[application_id]) if application_id in known else None


@blueprint.get("/<int:edition_id>/bonuses")
@requires("competitions:edition:list", load=editions.edition)
def index(edition: Edition) -> str:
    """All applications with what they were given; the same statements however many."""
    everybody = edition_calls.eligible(edition.call_id)
    after = request.args.get("after", "")
    rest = [c for c in everybody if c.number > after]
    shown = rest[:EACH]
    return render_template(
        "competitions/editions/bonuses.html",
        edition=edition,
        rows=shown,
        total=len(everybody),
        next_cursor=shown[-1].number if len(rest) > EACH else None,
        names=organizations.names(c.organization_id for c in shown),
        grants=edition_desk.grants(edition, [c.id for c in shown]),
        open=_may_write(edition),
        points_text=points_text,
    )


@blueprint.get("/<int:edition_id>/bonuses/<int:application_id>")
@requires("competitions:edition:edit", load=_case)
def edit(case: Case) -> Any:
    """The points of one application."""
    if not _may_write(case.edition):
        return redirect(url_for(".index", edition_id=case.edition.id), 303)
    grants = edition_desk.grants(case.edition, [case.contestant.id])
    by_bonus = {bonus_id: grant for (_key, bonus_id), grant in grants.items()}
    return _page(case, grant_form(case.edition.bonuses, by_bonus))


@blueprint.post("/<int:edition_id>/bonuses/<int:application_id>")
@requires("competitions:edition:edit", load=_case)
def save(case: Case) -> Any:
    """Record them."""
    form = grant_form(case.edition.bonuses)
    if not form.submitted():
        return _page(case, form), 422
    try:
        with transaction():
            changed = services.grant(
                current_actor(), case.edition.id, case.contestant.id, form.given()
            )
    except PortalError as problem:
        form.refuse(problem)
        return _page(case, form), problem.status
    flash(_("已登记加分。") if changed else _("没有改动。"))
    return redirect(url_for(".index", edition_id=case.edition.id), 303)


def _may_write(edition: Edition) -> bool:
    return (
        edition.state in ("judging", "scored")
        and bool(edition.bonuses)
        and not edition_desk.chosen(edition.id)
        and can(current_actor(), "competitions:edition:edit", edition)
    )


def _page(case: Case, form: GrantForm) -> str:
    return render_template(
        "competitions/editions/bonus.html",
        edition=case.edition,
        contestant=case.contestant,
        name=organizations.names([case.contestant.organization_id])[
            case.contestant.organization_id
        ],
        form=form,
        points_text=points_text,
    )

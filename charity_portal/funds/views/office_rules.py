"""The dated rules in the office, and what the shares of a year are against them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.fund_rules import RuleForm, SharesForm
from charity_portal.funds.forms.spending import ReasonForm
from charity_portal.funds.models.spending import FundRule
from charity_portal.funds.queries import measures as queries
from charity_portal.funds.rules.measures import MEASURES, SCOPES, SHARES
from charity_portal.funds.services import measures as services
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires

blueprint = Blueprint("funds_rules", __name__, url_prefix="/office")
navigation.add("office", "funds_rules.index", say("比例规定"), "funds:rule:read", order=460)

FIRST_YEAR = 2000


@blueprint.get("/fund-rules")
@requires("funds:rule:read")
def index() -> str:
    """Every measure with what is in force today, what was and what will be."""
    return _page(RuleForm(formdata=None))


@blueprint.post("/fund-rules")
@requires("funds:rule:edit")
def add() -> Any:
    """What holds from a day on."""
    form = RuleForm()
    if not form.submitted():
        return _page(form), 422
    try:
        with transaction():
            services.add_rule(current_actor(), form.row())
    except PortalError as problem:
        form.refuse(problem)
        return _page(form), problem.status
    flash(_("已新增规定。"))
    return redirect(url_for(".index"), 303)


@blueprint.post("/fund-rules/<int:rule_id>/withdraw")
@requires("funds:rule:edit", load=queries.rule)
def withdraw(rule: FundRule) -> Any:
    """Take back what is not in force yet."""
    form = ReasonForm()
    if not form.submitted():
        return _page(RuleForm(formdata=None), _told(form)), 422
    try:
        with transaction():
            services.withdraw_rule(current_actor(), rule.id, form.reason.data or "")
    except PortalError as problem:
        return _page(RuleForm(formdata=None), [str(problem.message)]), problem.status
    flash(_("已撤回规定。"))
    return redirect(url_for(".index"), 303)


@blueprint.get("/funds/shares")
@requires("funds:rule:read")
def shares() -> str:
    """What a charity's funds spent, on management, on raising, and what came in the year before."""
    hosts = {str(key): name for key, name in queries.hosts()}
    today = clock.today()
    form = SharesForm(request.args)
    form.host.choices = options(hosts)
    host = form.host.data if form.host.data in hosts else next(iter(hosts), "")
    year = form.year.data if form.year.data and FIRST_YEAR <= form.year.data <= today.year else None
    form.host.data, form.year.data = host, year or today.year
    form.year.raw_data = None
    return render_template(
        "funds/rules/shares.html",
        form=form,
        found=queries.shares(int(host), year or today.year) if host else None,
        host_name=hosts.get(host or "", ""),
        measures=MEASURES,
        scopes=SCOPES,
        today=today,
    )


def _page(form: RuleForm, problems: list[str] | None = None) -> str:
    return render_template(
        "funds/rules/index.html",
        form=form,
        rules=queries.all_rules(),
        measures=MEASURES,
        scopes=SCOPES,
        shares=SHARES,
        today=clock.today(),
        may_edit=can(current_actor(), "funds:rule:edit"),
        problems=problems or [],
    )


def _told(form: ReasonForm) -> list[str]:
    return [str(message) for messages in form.errors.values() for message in messages]

"""The steps of a fund from its beginning to its end; they belong to its page and share its blueprint."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for

from charity_portal.funds.errors import FundUnfit
from charity_portal.funds.forms.funds import ReasonForm
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.services import funds as services
from charity_portal.funds.views import office_funds
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import Actor, current_actor, requires

blueprint = office_funds.blueprint


@blueprint.post("/<int:fund_id>/activate")
@requires("funds:fund:activate", load=queries.fund)
def activate(fund: Fund) -> Any:
    """Let the fund begin; one that is not ready is shown with all that is missing."""
    try:
        with transaction():
            services.activate(current_actor(), fund.id)
    except FundUnfit as problem:
        return office_funds.show_page(_again(fund.id), problems=problem.problems), problem.status
    flash(_("基金已启动，可以提出资金使用申请。"))
    return redirect(url_for(".show", fund_id=fund.id), 303)


@blueprint.post("/<int:fund_id>/suspend")
@requires("funds:fund:suspend", load=queries.fund)
def suspend(fund: Fund) -> Any:
    """Stop new promises."""
    return _with_reason(fund, "suspend", services.suspend, _("基金已暂停使用。"))


@blueprint.post("/<int:fund_id>/resume")
@requires("funds:fund:suspend", load=queries.fund)
def resume(fund: Fund) -> Any:
    """Let it spend again."""
    return _with_reason(fund, "resume", services.resume, _("基金已恢复使用。"))


@blueprint.post("/<int:fund_id>/end")
@requires("funds:fund:end", load=queries.fund)
def end(fund: Fund) -> Any:
    """End it for good."""
    return _with_reason(fund, "end", services.end, _("基金已终止。"))


def _with_reason(
    fund: Fund, action: str, step: Callable[[Actor, int, str], Fund], done: str
) -> Any:
    form = ReasonForm(prefix=action)
    if not form.submitted():
        return office_funds.show_page(fund, **{action: form}), 422
    try:
        with transaction():
            step(current_actor(), fund.id, form.reason.data or "")
    except FundUnfit as problem:
        form.form_errors.extend(map(str, problem.problems))
        return office_funds.show_page(_again(fund.id), **{action: form}), problem.status
    except Invalid as problem:
        form.refuse(problem)
        return office_funds.show_page(_again(fund.id), **{action: form}), problem.status
    flash(done)
    return redirect(url_for(".show", fund_id=fund.id), 303)


def _again(fund_id: int) -> Fund:
    """The fund as the database has it after a refusal."""
    found = queries.fund(fund_id)
    assert found is not None
    return found

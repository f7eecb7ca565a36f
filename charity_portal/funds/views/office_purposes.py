"""Putting a fund's purpose right; part of the fund's pages, so it shares their blueprint."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from charity_portal.funds.forms.funds import PurposeForm
from charity_portal.funds.models.funds import FundPurpose
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.services import funds as services
from charity_portal.funds.views import office_fund_steps
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = office_fund_steps.blueprint


@blueprint.get("/purposes/<int:purpose_id>")
@requires("funds:fund:edit", load=queries.purpose)
def purpose(row: FundPurpose) -> Any:
    """One purpose as it was registered."""
    data = {"title_zh": row.title_zh, "title_en": row.title_en or "", "uses": row.uses}
    return _page(row, PurposeForm(formdata=None, data=data))


@blueprint.post("/purposes/<int:purpose_id>")
@requires("funds:fund:edit", load=queries.purpose)
def change_purpose(row: FundPurpose) -> Any:
    """Keep it as put right."""
    form = PurposeForm()
    if not row.spendable:
        form.uses.validators = []
    key, fund_id = row.id, row.fund_id
    if not form.submitted():
        return _page(row, form), 422
    try:
        with transaction():
            services.change_purpose(current_actor(), key, form.purpose())
    except PortalError as problem:
        form.refuse(problem)
        again = queries.purpose(key)
        assert again is not None
        return _page(again, form), problem.status
    flash(_("已保存。"))
    return redirect(url_for("funds_office.show", fund_id=fund_id, _anchor="purposes"), 303)


def _page(row: FundPurpose, form: PurposeForm) -> str:
    fund = queries.fund(row.fund_id)
    assert fund is not None
    return render_template(
        "funds/office/purpose_edit.html",
        fund=fund,
        form=form,
        spendable=row.spendable,
        firm=fund.state != "draft" or queries.is_touched(row.id),
    )

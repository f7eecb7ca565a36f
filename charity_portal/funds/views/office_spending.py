"""Spending in the office: all requests, as a list and as a file, and one of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

from charity_portal.funds.forms.spending import Filter
from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.queries import funds
from charity_portal.funds.queries import spending as queries
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules.accounts import USES
from charity_portal.funds.rules.voting import PAYEES
from charity_portal.funds.views import spending_steps
from charity_portal.funds.views.spending_pages import (
    WORDS,
    choose_page,
    fund_choices,
    kept,
    request_page,
)
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.masking import mask_name
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("funds_spending", __name__, url_prefix="/office/spending")
navigation.add("office", "funds_spending.index", say("资金使用"), "funds:spending:list", order=410)

COLUMNS = (
    Column("number", say("申请编号"), width=18),
    Column("fund_number", say("基金编号"), width=14),
    Column("fund", say("基金"), width=30),
    Column("purpose", say("资金用途"), width=20),
    Column("use", say("支出类别")),
    Column("title", say("事项"), width=40),
    Column("amount", say("金额（元）"), "money"),
    Column("form", say("资金或物资"), width=10),
    Column("payee_kind", say("收款方类型"), width=20),
    Column("payee", say("收款方"), width=30),
    Column("state", say("状态")),
    Column("asked", say("申请时间"), "datetime", width=20),
    Column("approved", say("批准时间"), "datetime", width=20),
    Column("paid", say("付款或发放日期"), "date"),
    Column("late", say("凭证逾期"), width=10),
    Column("conflict", say("关联情况"), width=30),
    Column("exception", say("批准说明"), width=30),
)


@blueprint.get("")
@requires("funds:spending:list")
def index() -> str:
    """All requests, the latest first."""
    form = Filter(request.args)
    form.fund.choices = fund_choices(list(funds.everything()))
    found = queries.requests_page(form.wanted(), request.args.get("after"))
    return render_template(
        "funds/spending/index.html",
        page=found,
        form=form,
        kept=kept(request.args, "text", "state", "use", "fund", "overdue"),
        today=clock.today(),
        overdue=rules.overdue,
        may_ask=can(current_actor(), "funds:spending:new"),
        **WORDS,
    )


@blueprint.get("/export.<any(csv, xlsx):file_format>")
@requires("funds:spending:list")
def export(file_format: str) -> Response:
    """The list as it is narrowed down, all of it; people who are paid are masked."""
    rows = queries.everything(Filter(request.args).wanted())
    return table_file(_("资金使用申请"), COLUMNS, _cells(rows), file_format)


@blueprint.get("/new")
@requires("funds:spending:new")
def choose() -> str:
    """Of which fund."""
    return choose_page(queries.funds_to_ask(None, (), everywhere=True))


@blueprint.get("/<int:request_id>")
@requires("funds:spending:list", load=queries.request)
def show(row: SpendingRequest) -> Any:
    """One request."""
    return request_page(row)


spending_steps.serve_on(blueprint)


def _cells(rows: Iterable[SpendingRequest]) -> Iterator[dict[str, Any]]:
    listed = list(rows)
    names = organizations.names({row.payee_id for row in listed if row.payee_id is not None})
    for row in listed:
        yield {
            "number": row.number,
            "fund_number": row.fund.number,
            "fund": localized(row.fund, "name"),
            "purpose": localized(row.purpose, "title"),
            "use": str(USES[row.use]),
            "title": row.title,
            "amount": row.amount_fen,
            "form": _("受赠物资") if row.in_kind else _("资金"),
            "payee_kind": str(PAYEES[row.payee_kind]),
            "payee": _payee(row, names),
            "state": str(row.MACHINE.word(row.state)),
            "asked": row.requested_at,
            "approved": row.approved_at,
            "paid": row.paid_on,
            "late": _("是") if rules.overdue(row.state, row.paid_on, clock.today()) else "",
            "conflict": row.conflict,
            "exception": row.exception,
        }


def _payee(row: SpendingRequest, names: dict[int, str]) -> str:
    if row.payee_id is not None:
        return names.get(row.payee_id, "")
    name = row.payee_name or ""
    return mask_name(name) if row.payee_kind == "person" else name

"""The list of donations as a table: what staff take away, with donors masked."""

from collections.abc import Iterator
from typing import Any

from charity_portal.funds.models.donations import Donation
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries.donations import DonationFilter
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.giving import FORMS, NAMINGS, VALUATIONS
from charity_portal.funds.views.donor_pages import shown
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import localized, say
from charity_portal.kernel.tables import Column

COLUMNS = [
    Column("number", say("捐赠编号"), width=18),
    Column("received_on", say("到账日期"), "date", width=12),
    Column("fund", say("基金"), width=30),
    Column("purpose", say("用途"), width=20),
    Column("donor_number", say("捐赠人编号"), width=18),
    Column("donor", say("捐赠人（已遮蔽）"), width=18),
    Column("form", say("捐赠形式"), width=10),
    Column("source", say("收入来源"), width=12),
    Column("amount_fen", say("金额（元）"), "money"),
    Column("goods", say("物资名称"), width=20),
    Column("quantity", say("数量和单位"), width=12),
    Column("valuation", say("计价依据"), width=14),
    Column("naming", say("是否同意公开"), width=18),
    Column("receipt_number", say("票据号码"), width=20),
    Column("receipt_on", say("开票日期"), "date", width=12),
    Column("state", say("状态"), width=10),
]
_AT_ONCE = 1000


def rows(filters: DonationFilter) -> Iterator[dict[str, Any]]:
    """The gifts that a filter finds, page by page, so that memory stays flat."""
    after = None
    while True:
        page = queries.donations_page(filters, after, size=_AT_ONCE)
        for row in page.items:
            yield _cells(row)
            db.session.expunge(row)
        after = page.next_cursor
        if after is None:
            return


def _cells(row: Donation) -> dict[str, Any]:
    plain = ("number", "received_on", "amount_fen", "goods", "quantity")
    return {name: getattr(row, name) for name in plain} | {
        "fund": f"{row.fund.number} {localized(row.fund, 'name')}",
        "purpose": localized(row.purpose, "title"),
        "donor_number": row.donor.number if row.donor is not None else "",
        "donor": shown(row.donor),
        "form": FORMS[row.form],
        "source": INCOME_SOURCES[row.income_source],
        "valuation": VALUATIONS[row.valuation] if row.valuation else "",
        "naming": NAMINGS[row.naming],
        "receipt_number": row.receipt_number or "",
        "receipt_on": row.receipt_on,
        "state": Donation.MACHINE.word(row.state),
    }

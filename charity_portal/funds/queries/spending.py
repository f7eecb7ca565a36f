"""Reading spending requests, votes, opinions and vouchers."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.spending import SpendingRequest, SpendingVoucher
from charity_portal.kernel.database import db


def request(request_id: int) -> SpendingRequest | None:
    """The row with its fund and purpose; for this domain's own pages."""
    wanted = sa.select(SpendingRequest).where(SpendingRequest.id == request_id)
    return db.session.scalar(wanted.options(joinedload(SpendingRequest.purpose)))


def voucher(voucher_id: int) -> SpendingVoucher | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(SpendingVoucher, voucher_id)

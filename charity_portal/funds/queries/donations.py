"""Reading donors, pledges and donations. Names stay sealed here; `queries.naming` opens them."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.donations import Donation, Donor, Pledge
from charity_portal.kernel.database import db


def donor(donor_id: int) -> Donor | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(Donor, donor_id)


def donation(donation_id: int) -> Donation | None:
    """The row with its donor, fund and purpose; for this domain's own pages."""
    wanted = sa.select(Donation).where(Donation.id == donation_id)
    parts = (joinedload(Donation.donor), joinedload(Donation.fund), joinedload(Donation.purpose))
    return db.session.scalar(wanted.options(*parts))


def pledge(pledge_id: int) -> Pledge | None:
    """The row with its donor, fund and purpose; for this domain's own pages."""
    wanted = sa.select(Pledge).where(Pledge.id == pledge_id)
    parts = (joinedload(Pledge.donor), joinedload(Pledge.fund), joinedload(Pledge.purpose))
    return db.session.scalar(wanted.options(*parts))

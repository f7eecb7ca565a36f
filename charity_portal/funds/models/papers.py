"""Papers that the portal makes of its records for people outside: statements and certificates."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.funds.rules.papers import PAPER_KINDS
from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, Model, Stamp, one_of


class FundPaper(Model):
    """A statement of a fund or a donor over a period, or the certificate of one donation. Its file
    comes from a job; none of them is an official donation receipt.
    """

    __tablename__ = "fund_paper"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    fund_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    donor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("donor.id"), index=True)
    donation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("donation.id"), index=True)
    since: Mapped[date | None]
    until: Mapped[date | None]
    language: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        one_of("kind", list(PAPER_KINDS)),
        one_of("language", ("zh", "en")),
        sa.CheckConstraint(
            "(kind = 'fund_statement' AND fund_id IS NOT NULL AND donor_id IS NULL)"
            " OR (kind = 'donor_statement' AND donor_id IS NOT NULL AND fund_id IS NULL)"
            " OR (kind = 'certificate' AND donation_id IS NOT NULL)",
            name="subject",
        ),
    )

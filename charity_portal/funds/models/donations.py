"""Donors, what they gave, and what they promised.

Who a donor is stays sealed in every row, organizations and people alike: a name that may be shown is
shown by one query (`queries.naming`), and nothing else of the public side opens these columns.
"""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.giving import DONOR_KINDS, FORMS, NAMINGS, VALUATIONS
from charity_portal.funds.states import DONATION, DONATION_LIST, PLEDGE
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, Model, Stamp, one_of
from charity_portal.kernel.secrets import Encrypted, SealedRow
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import fixed, kept

kept("donor", "id", "number")
kept("donation", "id", "number", "entry_id")
fixed(
    "donation", "id", "number", "cause", "fund_id", "purpose_id", "amount_fen", "entry_id",
    "received_on",
)  # fmt: skip


class Donor(SealedRow, Model):
    """Somebody who gives. `refuses_naming` binds everywhere, whatever single donations say (慈善法,
    art. 82); the indexes find a donor by the exact name, phone or code.
    """

    __tablename__ = "donor"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name = Encrypted("donor.name")
    name_index: Mapped[str] = mapped_column(index=True)
    phone = Encrypted("donor.phone")
    phone_index: Mapped[str | None] = mapped_column(index=True)
    code = Encrypted("donor.code")
    code_index: Mapped[str | None] = mapped_column(index=True)
    address = Encrypted("donor.address")
    organization_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    refuses_naming: Mapped[bool] = mapped_column(default=False)
    rev: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (one_of("kind", list(DONOR_KINDS)),)


class Pledge(SealedRow, Model):
    """What a donor promised to a purpose by a day; donations that name it keep it."""

    __tablename__ = "pledge"
    MACHINE: ClassVar[StateMachine] = PLEDGE
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    donor_id: Mapped[int] = mapped_column(sa.ForeignKey("donor.id"), index=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    income_source: Mapped[str] = mapped_column(default="donation")
    state: Mapped[str] = mapped_column(default=PLEDGE.initial)
    amount_fen: Mapped[Fen]
    due_on: Mapped[date]
    agreement_number: Mapped[str | None]
    naming: Mapped[str] = mapped_column(default="unnamed")
    public_name = Encrypted("pledge.public_name")
    note = Encrypted("pledge.note")
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    donor: Mapped[Donor] = relationship()
    fund: Mapped[Fund] = relationship()
    purpose: Mapped[FundPurpose] = relationship()

    __table_args__ = (
        PLEDGE.check(),
        one_of("naming", list(NAMINGS)),
        one_of("income_source", list(INCOME_SOURCES)),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.Index("ix_pledge_due", "fund_id", "state", "due_on", "id"),
    )


class Donation(SealedRow, Model):
    """One gift that arrived, and the entry that it made. Without a donor it is anonymous (a box).

    `naming` is what the donor consented to for this gift, `public_name` the name to be shown then;
    `receipt_number` is the number of the official receipt, which another system issues. `cause` is
    what made the record (a form once sent, a row once imported): one cause makes one gift.
    """

    __tablename__ = "donation"
    MACHINE: ClassVar[StateMachine] = DONATION
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    cause: Mapped[str] = mapped_column(unique=True)
    donor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("donor.id"))
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"))
    pledge_id: Mapped[int | None] = mapped_column(sa.ForeignKey("pledge.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    state: Mapped[str] = mapped_column(default=DONATION.initial)
    form: Mapped[str]
    income_source: Mapped[str] = mapped_column(default="donation")
    amount_fen: Mapped[Fen]
    received_on: Mapped[date]
    goods: Mapped[str | None]
    quantity: Mapped[str | None]
    valuation: Mapped[str | None]
    valuation_note: Mapped[str | None]
    naming: Mapped[str] = mapped_column(default="unnamed")
    public_name = Encrypted("donation.public_name")
    note = Encrypted("donation.note")
    receipt_number: Mapped[str | None] = mapped_column(unique=True)
    receipt_on: Mapped[date | None]
    rev: Mapped[int] = mapped_column(default=0)
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    recorded_at: Mapped[Stamp] = mapped_column(default=clock.now)

    donor: Mapped[Donor | None] = relationship()
    fund: Mapped[Fund] = relationship()
    purpose: Mapped[FundPurpose] = relationship()
    pledge: Mapped[Pledge | None] = relationship()

    __table_args__ = (
        DONATION.check(),
        one_of("form", list(FORMS)),
        one_of("naming", list(NAMINGS)),
        one_of("income_source", list(INCOME_SOURCES)),
        sa.CheckConstraint(
            f"valuation IN ({', '.join(repr(v) for v in VALUATIONS)})", name="valuation"
        ),
        sa.CheckConstraint(
            "(form = 'in_kind') = (goods IS NOT NULL AND quantity IS NOT NULL"
            " AND valuation IS NOT NULL)",
            name="in_kind",
        ),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint("donor_id IS NOT NULL OR naming = 'unnamed'", name="naming_needs_donor"),
        sa.Index("ix_donation_fund", "fund_id", "received_on", "id"),
        sa.Index("ix_donation_donor", "donor_id", "received_on", "id"),
        sa.Index("ix_donation_campaign", "campaign_id", "received_on", "id"),
    )


class DonationList(SealedRow, Model):
    """A list of gifts to one fund that was handed in: its rows and what is wrong with them, sealed,
    until it is imported or put aside. `job_id` leads to the work that goes on.
    """

    __tablename__ = "donation_list"
    MACHINE: ClassVar[StateMachine] = DONATION_LIST
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    state: Mapped[str] = mapped_column(default=DONATION_LIST.initial)
    content = Encrypted("donation_list.content")
    problems = Encrypted("donation_list.problems")
    lines: Mapped[int] = mapped_column(default=0)
    fresh: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    job_id: Mapped[int | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    fund: Mapped[Fund] = relationship()

    __table_args__ = (DONATION_LIST.check(),)

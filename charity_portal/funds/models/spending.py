"""Spending of a fund: the request, the committee's vote, the supervisor's opinion, the vouchers; and
the dated rules that spending is measured against.
"""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.funds.models.funds import Fund, FundMember, FundPurpose
from charity_portal.funds.rules.accounts import EARMARKS
from charity_portal.funds.rules.measures import MEASURES, SCOPES
from charity_portal.funds.rules.voting import CHOICES, OPINIONS, PAYEES, VOUCHER_KINDS
from charity_portal.funds.states import SPENDING
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, Model, Stamp, one_of
from charity_portal.kernel.secrets import Encrypted, SealedRow
from charity_portal.kernel.states import StateMachine


class SpendingRequest(SealedRow, Model):
    """A request to spend a purpose's money (or hand out its goods) on one thing.

    `title` and the ledger's words are public, `reason` stays inside. Whom it is paid to is an
    organization of the register, or sealed. `minutes_file_id` is the committee's signed record.
    Public besides: `conflict`, how a related payee is related; `exception`, the approver's answer to
    an objection or to a share exceeded; `tally`, the vote as it was counted (rules.voting).
    """

    __tablename__ = "spending_request"
    MACHINE: ClassVar[StateMachine] = SPENDING
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    state: Mapped[str] = mapped_column(default=SPENDING.initial)
    use: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str]
    amount_fen: Mapped[Fen]
    in_kind: Mapped[bool] = mapped_column(default=False)
    payee_kind: Mapped[str]
    payee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    payee_name = Encrypted("spending_request.payee_name")
    payee_account = Encrypted("spending_request.payee_account")
    vote_until: Mapped[date | None]
    minutes_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    conflict: Mapped[str | None]
    tally: Mapped[JsonDict | None]
    exception: Mapped[str | None]
    rev: Mapped[int] = mapped_column(default=0)
    requested_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    requested_at: Mapped[Stamp] = mapped_column(default=clock.now)
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    approved_at: Mapped[Stamp | None]
    allocation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    paid_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    paid_on: Mapped[date | None]
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)

    fund: Mapped[Fund] = relationship(lazy="joined")
    purpose: Mapped[FundPurpose] = relationship()

    __table_args__ = (
        SPENDING.check(),
        one_of("use", list(EARMARKS)),
        one_of("payee_kind", list(PAYEES)),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint(
            "(payee_kind = 'organization') = (payee_id IS NOT NULL)", name="payee_id"
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR requested_by IS NULL OR approved_by <> requested_by",
            name="second_person",
        ),
        sa.Index("ix_spending_request_fund", "fund_id", "requested_at", "id"),
        sa.Index("ix_spending_request_state", "state", "requested_at", "id"),
    )

    @property
    def host_id(self) -> int:
        """The charity in whose book the fund stands."""
        return self.fund.host_id

    @property
    def seats(self) -> dict[int, str]:
        """Who sits now, by account: the committee's seats and the supervisor's."""
        return self.fund.seats


class SpendingVote(Model):
    """What one seat of the committee said; recorded from the minutes when `cast_by` is an officer."""

    __tablename__ = "spending_vote"
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("spending_request.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_member.id"), primary_key=True)
    choice: Mapped[str]
    note: Mapped[str | None]
    cast_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    cast_at: Mapped[Stamp] = mapped_column(default=clock.now)

    member: Mapped[FundMember] = relationship()

    __table_args__ = (one_of("choice", list(CHOICES)),)


class SpendingOpinion(Model):
    """What a supervisor says of a request."""

    __tablename__ = "spending_opinion"
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("spending_request.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_member.id"), primary_key=True)
    opinion: Mapped[str]
    text: Mapped[str]
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    given_at: Mapped[Stamp] = mapped_column(default=clock.now)

    member: Mapped[FundMember] = relationship()

    __table_args__ = (one_of("opinion", list(OPINIONS)),)


class SpendingVoucher(Model):
    """A paper behind a payment: kept inside, described outside."""

    __tablename__ = "spending_voucher"
    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("spending_request.id"), index=True)
    kind: Mapped[str]
    description: Mapped[str]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    added_at: Mapped[Stamp] = mapped_column(default=clock.now)
    removed_at: Mapped[Stamp | None]

    request: Mapped[SpendingRequest] = relationship()

    __table_args__ = (one_of("kind", list(VOUCHER_KINDS)),)


class FundRule(Model):
    """What the law (or the city) demands from a day on until one: a share in hundredths of a per cent,
    a number of months or days. `scope` says for which charities; `basis` under which article.
    """

    __tablename__ = "fund_rule"
    id: Mapped[Id]
    measure: Mapped[str]
    scope: Mapped[str] = mapped_column(default="all")
    value: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]
    basis_zh: Mapped[str]
    basis_en: Mapped[str | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        one_of("measure", list(MEASURES)),
        one_of("scope", list(SCOPES)),
        sa.CheckConstraint("value >= 0", name="value"),
        sa.CheckConstraint("until IS NULL OR until >= since", name="period"),
        sa.UniqueConstraint("measure", "scope", "since"),
    )

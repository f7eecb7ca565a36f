"""Funds: the agreement, the people, the purposes. No column can name an account of a fund's own, and
none can name another fund: a fund stands in a charity's book and nowhere else.
"""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.funds.rules.establishing import CHANNELS, KINDS, NATURES, SEATS
from charity_portal.funds.states import FUND
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, JsonList, Model, Stamp, one_of
from charity_portal.kernel.i18n import Text
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import append_only, fixed, kept

kept("fund", "id", "number")
fixed("fund", "id", "number", "host_id", "nature", "created_at")
append_only("fund_amendment", "id", "fund_id, number")
kept("fund_purpose", "id")
fixed("fund_purpose", "id", "fund_id", "spendable")


class Fund(Model):
    """A restricted fund under an agreement with the charity that hosts it.

    `minimum_fen` and `payout_bp` (yearly payout in hundredths of a per cent of the principal) are
    what the agreement says, not what the portal prescribes: they vary a thousandfold. Spending below
    `vote_from_fen` needs no vote of the committee.
    """

    __tablename__ = "fund"
    MACHINE: ClassVar[StateMachine] = FUND
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    nature: Mapped[str]
    payout_bp: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=FUND.initial)
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_book.host_id"), index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str | None]
    mission_zh: Mapped[str]
    mission_en: Mapped[str | None]
    initiator: Mapped[str]
    initiator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    agreement_number: Mapped[str]
    signed_on: Mapped[date]
    naming: Mapped[str]
    end_conditions: Mapped[str]
    surplus_rule: Mapped[str]
    minimum_fen: Mapped[Fen]
    vote_from_fen: Mapped[Fen] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    activated_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    members: Mapped[list["FundMember"]] = relationship(
        primaryjoin="and_(Fund.id == FundMember.fund_id, FundMember.until.is_(None))",
        order_by="FundMember.id",
        viewonly=True,
    )

    __table_args__ = (
        one_of("kind", list(KINDS)),
        one_of("nature", list(NATURES)),
        FUND.check(),
        sa.CheckConstraint(
            "(nature = 'endowed' AND payout_bp IS NOT NULL AND payout_bp BETWEEN 1 AND 10000)"
            " OR (nature = 'expendable' AND payout_bp IS NULL)",
            name="payout_bp",
        ),
        sa.CheckConstraint("minimum_fen >= 0", name="minimum_fen"),
        sa.CheckConstraint("vote_from_fen >= 0", name="vote_from_fen"),
        sa.UniqueConstraint("host_id", "agreement_number"),
    )

    @property
    def seats(self) -> dict[int, str]:
        """Who sits now, by account: the committee's seats and the supervisor's."""
        return {m.user_id: m.seat for m in self.members if m.user_id is not None}


class FundPurpose(Model):
    """One thing that a fund's money is for. `uses` are the kinds of spending it is earmarked for;
    what is not `spendable` is principal, which only ever yields its yearly payout.
    """

    __tablename__ = "fund_purpose"
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    uses: Mapped[JsonList]
    spendable: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.UniqueConstraint("fund_id", "title_zh"),)


class FundMember(Model):
    """Somebody on a fund's committee, or its supervisor, from a day on until one."""

    __tablename__ = "fund_member"
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    seat: Mapped[str]
    name: Mapped[str]
    post: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    since: Mapped[date]
    until: Mapped[date | None]

    __table_args__ = (
        one_of("seat", list(SEATS)),
        sa.CheckConstraint("until IS NULL OR until >= since", name="until"),
    )


class FundInstalment(Model):
    """What was promised to be paid in by a day."""

    __tablename__ = "fund_instalment"
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    due_on: Mapped[date]
    amount_fen: Mapped[Fen]

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.UniqueConstraint("fund_id", "due_on"),
    )


class FundAmendment(Model):
    """A paper by which the parties changed the agreement of a fund that lives: what it said before and
    what it says since, by field of `rules.amending`. Never changed itself.
    """

    __tablename__ = "fund_amendment"
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    number: Mapped[str]
    signed_on: Mapped[date]
    before: Mapped[JsonDict]
    after: Mapped[JsonDict]
    amended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    amended_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("fund_id", "number"),)


class DonationChannel(Model):
    """A way to give to a hosting charity, as its pages tell it: an account, a counter, a designated
    platform. The portal itself takes no donation (慈善法, art. 27).
    """

    __tablename__ = "donation_channel"
    id: Mapped[Id]
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_book.host_id"), index=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str | None]
    detail_zh: Mapped[str]
    detail_en: Mapped[str | None]
    url: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)
    until: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (one_of("kind", list(CHANNELS)),)

    @property
    def word(self) -> Text:
        """What kind of way it is."""
        return CHANNELS[self.kind]

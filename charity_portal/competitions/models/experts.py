"""The expert pool: who may be drawn, for what, and whom they have worked for."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.competitions.states import EXPERT
from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, JsonList, Model, Stamp
from charity_portal.kernel.secrets import Encrypted, SealedRow
from charity_portal.kernel.states import StateMachine

_USER = "user_account.id"


class Expert(SealedRow, Model):
    """A person in the pool. `expertise` and `capacities` hold keys of `rules.expertise`.

    Phone and address are only there to find conflicts of interest; they are encrypted, and `phone_index`
    is the blind index that is compared. `away_from`..`away_to`: not available.
    """

    __tablename__ = "expert"
    MACHINE: ClassVar[StateMachine] = EXPERT
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(_USER), unique=True)
    state: Mapped[str] = mapped_column(default=EXPERT.initial)
    title: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    expertise: Mapped[JsonList] = mapped_column(default=list)
    capacities: Mapped[JsonList] = mapped_column(default=list)
    phone = Encrypted("expert.phone")
    phone_index: Mapped[str | None] = mapped_column(index=True)
    address = Encrypted("expert.address")
    address_index: Mapped[str | None] = mapped_column(index=True)
    most_reviews: Mapped[int | None]
    away_from: Mapped[date | None]
    away_to: Mapped[date | None]
    nominated_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)

    employments: Mapped[list["Employment"]] = relationship(
        order_by="Employment.since.desc(), Employment.id.desc()"
    )

    __table_args__ = (EXPERT.check(), sa.Index("ix_expert_state", "state", "id"))


class Employment(Model):
    """Where an expert works or worked: a registered organization, or a name when it is none."""

    __tablename__ = "employment"
    id: Mapped[Id]
    expert_id: Mapped[int] = mapped_column(sa.ForeignKey("expert.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organization.id"), index=True
    )
    employer: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    since: Mapped[date]
    until: Mapped[date | None]

    __table_args__ = (sa.CheckConstraint("until >= since", name="period"),)

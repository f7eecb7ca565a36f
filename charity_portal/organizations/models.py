"""Tables of the register: organizations, their standing, their members, claims and rosters."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, JsonDict, JsonList, Model, Stamp, one_of
from charity_portal.kernel.i18n import Text, language
from charity_portal.kernel.secrets import Encrypted, SealedRow
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import append_only
from charity_portal.organizations.rules.identity import (
    KINDS,
    ROLES,
    STANDINGS,
    grade_on,
    grade_word,
)
from charity_portal.organizations.rules.regions import county_name
from charity_portal.organizations.states import CLAIM, ROSTER

append_only("roster_change")

_BY_USER = "user_account.id"


class Organization(SealedRow, Model):
    """One organization of the register. `other` came from outside it (a funder's history)."""

    __tablename__ = "organization"
    id: Mapped[Id]
    org_ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    uscc: Mapped[str | None] = mapped_column(unique=True)
    filing_number: Mapped[str | None] = mapped_column(unique=True)
    is_hub: Mapped[bool] = mapped_column(default=False)
    is_charity: Mapped[bool] = mapped_column(default=False)
    grade: Mapped[int | None]
    grade_from: Mapped[date | None]
    grade_to: Mapped[date | None]
    fundraising_from: Mapped[date | None]
    fundraising_to: Mapped[date | None]
    deductible_from: Mapped[date | None]
    deductible_to: Mapped[date | None]
    county: Mapped[str | None]
    township: Mapped[str | None]
    registered_on: Mapped[date | None]
    registrar: Mapped[str | None]
    supervising_body: Mapped[str | None]
    legal_rep: Mapped[str | None]
    address: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone = Encrypted("organization.contact_phone")
    contact_email: Mapped[str | None]
    website: Mapped[str | None]
    host_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    updated_at: Mapped[Stamp] = mapped_column(default=clock.now)
    archived_at: Mapped[Stamp | None]

    __table_args__ = (
        one_of("kind", list(KINDS)),
        sa.CheckConstraint(
            "uscc IS NOT NULL OR kind IN ('community_group', 'other')", name="uscc_given"
        ),
        sa.CheckConstraint("grade BETWEEN 1 AND 5", name="grade"),
        sa.CheckConstraint("host_id <> id", name="host_id"),
        sa.Index("ix_organization_name_id", "name", "id"),
        sa.Index("ix_organization_county", "county"),
    )

    @property
    def shown_name(self) -> str:
        """The name for the reader: English where there is one and the reader wants it."""
        return self.name_en if language() == "en" and self.name_en else self.name

    @property
    def kind_word(self) -> Text:
        """What its kind is called."""
        return KINDS[self.kind]

    @property
    def county_word(self) -> str:
        """The county's name for the reader."""
        return county_name(self.county)

    @property
    def grade_today(self) -> str:
        """The assessment grade that counts today (`3A`), empty when there is none."""
        valid = grade_on(self.grade, self.grade_from, self.grade_to, clock.today())
        return grade_word(valid)


class Standing(Model):
    """A span of days on a list (or off it). Spans of one organization do not overlap."""

    __tablename__ = "standing"
    id: Mapped[Id]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    standing: Mapped[str]
    from_date: Mapped[date]
    to_date: Mapped[date | None]
    basis: Mapped[str]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        one_of("standing", list(STANDINGS)),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates"),
        sa.UniqueConstraint("organization_id", "from_date"),
    )

    @property
    def word(self) -> Text:
        """What the standing is called."""
        return STANDINGS[self.standing]


class Membership(Model):
    """Somebody acts for an organization, from a day on, until it ended."""

    __tablename__ = "membership"
    id: Mapped[Id]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(_BY_USER), index=True)
    role: Mapped[str]
    since: Mapped[Stamp] = mapped_column(default=clock.now)
    ended_at: Mapped[Stamp | None]
    organization: Mapped[Organization] = relationship(lazy="raise")

    __table_args__ = (
        one_of("role", list(ROLES)),
        sa.Index(
            "uq_membership_active",
            "organization_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    @property
    def role_word(self) -> Text:
        """What the role is called."""
        return ROLES[self.role]


class Invitation(Model):
    """An offer of a role to whoever reads an address's mail; the link itself belongs to accounts."""

    __tablename__ = "invitation"
    id: Mapped[Id]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    email: Mapped[str]
    role: Mapped[str]
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("one_time_link.id"), unique=True)
    invited_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_BY_USER))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (one_of("role", list(ROLES)),)

    @property
    def role_word(self) -> Text:
        """What the offered role is called."""
        return ROLES[self.role]


class Claim(Model):
    """Somebody says to act for an organization that has no owner yet; an officer decides."""

    __tablename__ = "ownership_claim"
    MACHINE: ClassVar[StateMachine] = CLAIM
    id: Mapped[Id]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(_BY_USER))
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    position: Mapped[str]
    state: Mapped[str] = mapped_column(default=CLAIM.initial)
    reason: Mapped[str | None]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    decided_at: Mapped[Stamp | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_BY_USER))
    organization: Mapped[Organization] = relationship(lazy="raise")

    __table_args__ = (
        CLAIM.check(),
        sa.Index(
            "uq_ownership_claim_open",
            "organization_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        ),
    )


class RosterImport(Model):
    """A roster that was sent: what the check found, and what became of it.

    `counts`: new, changed, unchanged, wrong. `preview` and `problems` hold the first rows of each
    kind for the page; the error workbook holds all. `fingerprint` seals what was previewed.
    """

    __tablename__ = "roster_import"
    MACHINE: ClassVar[StateMachine] = ROSTER
    id: Mapped[Id]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    state: Mapped[str] = mapped_column(default=ROSTER.initial)
    counts: Mapped[JsonDict | None]
    preview: Mapped[JsonList | None]
    problems: Mapped[JsonList | None]
    fingerprint: Mapped[str | None]
    error_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id"))
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_BY_USER))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    applied_at: Mapped[Stamp | None]

    __table_args__ = (ROSTER.check(),)


class RosterChange(Model):
    """What one applied roster did to one organization: `{field: [before, after]}`, never altered.

    Fields about people only say that they changed.
    """

    __tablename__ = "roster_change"
    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("roster_import.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    row: Mapped[int]
    changes: Mapped[JsonDict]

    __table_args__ = (sa.UniqueConstraint("import_id", "row"),)

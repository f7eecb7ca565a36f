"""Reports and their versions. What was published is never overwritten: a correction is a new version."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.disclosure.states import VERSION
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, Model, Stamp, one_of
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import append_only

KINDS = ("call_result", "competition_result")
LANGUAGES = ("zh", "en")

append_only("report_row")
append_only("report_file")


class Report(Model):
    """One disclosure entry: what it is about, under a number that never changes."""

    __tablename__ = "report"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    call_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call.id"))
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("edition.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        one_of("kind", KINDS),
        sa.UniqueConstraint("kind", "call_id"),
        sa.UniqueConstraint("kind", "edition_id"),
    )


class ReportVersion(Model):
    """One edition, frozen: `data` with everything but the rows, the rows beside it, and its files.

    `content_hash` covers data and rows. `anchor` is the audit trail's end when it was published.
    `correction_zh`, `correction_en` explain what changed since the version before (2025 disclosure
    measure, article 16).
    """

    __tablename__ = "report_version"
    MACHINE: ClassVar[StateMachine] = VERSION
    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("report.id"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(default=VERSION.initial)
    title_zh: Mapped[str]
    title_en: Mapped[str]
    currency: Mapped[str]
    row_count: Mapped[int]
    total_fen: Mapped[Fen]
    data: Mapped[JsonDict]
    content_hash: Mapped[str]
    correction_zh: Mapped[str | None]
    correction_en: Mapped[str | None]
    drafted_at: Mapped[Stamp] = mapped_column(default=clock.now)
    published_at: Mapped[Stamp | None]
    published_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    anchor: Mapped[str | None]

    report: Mapped[Report] = relationship()
    files: Mapped[list["ReportFile"]] = relationship(order_by="ReportFile.language.desc()")

    __table_args__ = (
        VERSION.check(),
        sa.UniqueConstraint("report_id", "version"),
        sa.Index("ix_report_version_public", "state", "published_at", "id"),
    )


class ReportRow(Model):
    """One award as this version states it. Amounts in minor units of the version's currency."""

    __tablename__ = "report_row"
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("report_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    organization: Mapped[str]
    organization_en: Mapped[str | None]
    org_ref: Mapped[str | None]
    track_zh: Mapped[str | None]
    track_en: Mapped[str | None]
    requested_fen: Mapped[Fen | None]
    awarded_fen: Mapped[Fen]
    awarded_on: Mapped[date]


class ReportFile(Model):
    """A published PDF and its fingerprint, by which anybody can tell it from an altered one."""

    __tablename__ = "report_file"
    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("report_version.id"))
    language: Mapped[str]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(index=True)

    stored: Mapped[StoredFile] = relationship()

    __table_args__ = (one_of("language", LANGUAGES), sa.UniqueConstraint("version_id", "language"))

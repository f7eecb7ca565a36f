"""An application: its draft field by field, its papers, and each version that was submitted."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, Model, Stamp
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.states import StateMachine
from charity_portal.projects.models.calls import Call, Slot, Track
from charity_portal.projects.states import APPLICATION


class Application(Model):
    """What an organization asks of a call. The organization owns it, never a person.

    `rev` counts changes of the draft. `title`, `track_id`, `amount_requested_fen` and `summary` repeat
    what the newest submitted version says, so that lists need no JSON (a draft shows its title as it
    is being written). `on_behalf_by` is the officer
    who filed it for an organization that could not.
    """

    __tablename__ = "application"
    MACHINE: ClassVar[StateMachine] = APPLICATION
    id: Mapped[Id]
    number: Mapped[str | None] = mapped_column(unique=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call_track.id"))
    state: Mapped[str] = mapped_column(default=APPLICATION.initial)
    title: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    amount_requested_fen: Mapped[Fen | None]
    rev: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    on_behalf_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)
    submitted_at: Mapped[Stamp | None]

    call: Mapped[Call] = relationship()
    track: Mapped[Track | None] = relationship()

    __table_args__ = (
        APPLICATION.check(),
        sa.Index("ix_application_call", "call_id", "state", "submitted_at", "id"),
        sa.CheckConstraint("amount_requested_fen >= 0", name="requested"),
    )


class DraftField(Model):
    """The present text of one field and the revision that gave it."""

    __tablename__ = "draft_field"
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    rev: Mapped[int]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)


class DraftChange(Model):
    """What a field said before and after a change; nothing typed is ever lost.

    One person's changes to a field within a minute are one row: it covers the revisions `first_rev`
    to `rev`, and `changed_at` is when it began.
    """

    __tablename__ = "draft_change"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    first_rev: Mapped[int]
    rev: Mapped[int]
    key: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.Index("ix_draft_change_rev", "application_id", "key", "rev"),)


class Attachment(Model):
    """A file in one of the call's slots; taking it away leaves the row, with the time."""

    __tablename__ = "attachment"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    slot_id: Mapped[int] = mapped_column(sa.ForeignKey("call_slot.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    name: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    added_at: Mapped[Stamp] = mapped_column(default=clock.now)
    removed_at: Mapped[Stamp | None]

    application: Mapped[Application] = relationship()
    slot: Mapped[Slot] = relationship()
    file: Mapped[StoredFile] = relationship()


class Submission(Model):
    """One submitted version, frozen: its whole content, the hash over it, and its receipt (none for a
    record taken over from elsewhere)."""

    __tablename__ = "submission"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    version: Mapped[int]
    content: Mapped[JsonDict]
    content_hash: Mapped[str]
    receipt_number: Mapped[str | None] = mapped_column(unique=True)
    receipt_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    submitted_at: Mapped[Stamp] = mapped_column(default=clock.now)

    application: Mapped[Application] = relationship()
    receipt_file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (sa.UniqueConstraint("application_id", "version"),)

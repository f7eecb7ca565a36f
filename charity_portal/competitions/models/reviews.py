"""Who reviews what, and what they write: field by field while it is open, frozen once it is sealed."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.states import REVIEW
from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, JsonDict, Model, Stamp
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import append_only

_USER = "user_account.id"

append_only("review_version")


class AssignmentRun(Model):
    """One computed distribution of a stage's reviews: the instance, the plan, its figures.

    `plan` holds the pairs [[panelist_id, application_id]…] as they stand with changes by hand (each
    in `changes`, with its cost); `figures` what the solver proved. Adopted at most once.
    """

    __tablename__ = "assignment_run"
    id: Mapped[Id]
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"), index=True)
    objective: Mapped[str] = mapped_column(default="fair")
    key: Mapped[str]
    instance: Mapped[JsonDict]
    plan: Mapped[JsonDict]
    figures: Mapped[JsonDict]
    changes: Mapped[JsonDict] = mapped_column(default=dict)
    rev: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id"))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)
    adopted_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    adopted_at: Mapped[Stamp | None]


class Review(Model):
    """One panel member's review of one application in one stage: the assignment and what came of it.

    `position` is its place in the member's own random order, fixed once drawn. `conflict_id` closes it
    for the member at once. `rev` counts changes; `points` is the total at sealing in 1e-4 points of 100,
    None when every criterion was skipped. `reopened_at`: when it was last given back, until it is sealed again.
    """

    __tablename__ = "review"
    MACHINE: ClassVar[StateMachine] = REVIEW
    id: Mapped[Id]
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"))
    panelist_id: Mapped[int] = mapped_column(sa.ForeignKey("panelist.id"), index=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assignment_run.id"))
    conflict_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conflict.id"))
    state: Mapped[str] = mapped_column(default=REVIEW.initial)
    position: Mapped[int]
    rev: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    points: Mapped[int | None]
    reason: Mapped[str | None]
    assigned_at: Mapped[Stamp] = mapped_column(default=clock.now)
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)
    sealed_at: Mapped[Stamp | None]
    reopened_at: Mapped[Stamp | None]

    stage: Mapped[Stage] = relationship()
    panelist: Mapped[Panelist] = relationship()

    __table_args__ = (
        REVIEW.check(),
        sa.UniqueConstraint("stage_id", "panelist_id", "application_id"),
        sa.Index("ix_review_desk", "panelist_id", "stage_id", "position"),
        sa.Index("ix_review_application", "stage_id", "application_id", "state"),
    )


class ReviewField(Model):
    """The present text of one field and the revision that gave it.

    Keys: "score:<criterion key>" (a whole number, "na", or empty), "reason:<criterion key>", "comment"
    (to the applicant), "note" (to the panel).
    """

    __tablename__ = "review_field"
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    rev: Mapped[int]
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)


class ReviewChange(Model):
    """What a field said before and after a change: what merging two tabs needs, and the history."""

    __tablename__ = "review_change"
    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id"))
    first_rev: Mapped[int]
    rev: Mapped[int]
    key: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.Index("ix_review_change_rev", "review_id", "key", "rev"),)


class ReviewVersion(Model):
    """A sealed review as it was handed in. Reopening leaves it; the next seal writes another."""

    __tablename__ = "review_version"
    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id"))
    version: Mapped[int]
    content: Mapped[JsonDict]
    content_hash: Mapped[str]
    sealed_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("review_id", "version"),)


class Reopening(Model):
    """A sealed review was given back: who did it, and why."""

    __tablename__ = "reopening"
    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id"), index=True)
    version: Mapped[int]
    reopened_by: Mapped[int] = mapped_column(sa.ForeignKey(_USER))
    reason: Mapped[str]
    reopened_at: Mapped[Stamp] = mapped_column(default=clock.now)


class Score(Model):
    """One value of a sealed review; None is N/A, which is not zero. Gone while the review is reopened."""

    __tablename__ = "score"
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), primary_key=True)
    value: Mapped[int | None]

    __table_args__ = (sa.CheckConstraint("value >= 0", name="value"),)


class ReleasedPaper(Model):
    """A paper that reviewers may open under a neutral name, in a copy freed of names and metadata.

    In a blind edition nothing is shown that is not listed here; an officer looked at each.
    """

    __tablename__ = "released_paper"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    attachment_id: Mapped[int] = mapped_column(sa.ForeignKey("attachment.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    label: Mapped[str]
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    released_at: Mapped[Stamp] = mapped_column(default=clock.now)

    file: Mapped[StoredFile] = relationship()

    __table_args__ = (sa.UniqueConstraint("edition_id", "attachment_id"),)


class HiddenTerm(Model):
    """A text that an officer has reviewers not see in an application, beside what the register knows of
    the applicant: a brand, a nickname, a person's name."""

    __tablename__ = "hidden_term"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    text: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    added_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("edition_id", "application_id", "text"),)

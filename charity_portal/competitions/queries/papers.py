"""Papers of applications as reviewers may open them."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.panels import Conflict
from charity_portal.competitions.models.reviews import ReleasedPaper, Review
from charity_portal.competitions.queries import reviews
from charity_portal.kernel.database import db
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.i18n import _, localized
from charity_portal.projects.queries import applications


@dataclass(frozen=True)
class Paper:
    """One paper of an application. `number` counts all its papers in the order of the form, so that
    withholding one does not rename the others; `file` is what reviewers get, None while withheld."""

    attachment_id: int
    number: int
    slot_key: str
    title: str
    original: StoredFile
    original_name: str
    file: StoredFile | None
    paper_id: int | None

    @property
    def label(self) -> str:
        """Its neutral name for the reader."""
        return _("材料 %(n)s %(title)s", n=self.number, title=self.title)

    @property
    def kind(self) -> str:
        """What kind of file it is, in a word."""
        return self.original.name.rpartition(".")[2].upper()


def papers_of(edition: Edition, application_id: int) -> list[Paper]:
    """All papers of an application, slot by slot; two statements (one in an open edition)."""
    released = _released(edition.id, application_id) if edition.blind else {}
    found = []
    for number, row in enumerate(applications.attachments(application_id), 1):
        copy = released.get(row.id)
        shown = (copy.file, copy.id) if copy else (None, None)
        if not edition.blind:
            shown = (row.file, row.id)
        title = localized(row.slot, "title")
        found.append(Paper(row.id, number, row.slot.key, title, row.file, row.name, *shown))
    return found


def _released(edition_id: int, application_id: int) -> dict[int, ReleasedPaper]:
    wanted = (
        sa.select(ReleasedPaper)
        .where(
            ReleasedPaper.edition_id == edition_id, ReleasedPaper.application_id == application_id
        )
        .options(joinedload(ReleasedPaper.file))
    )
    return {row.attachment_id: row for row in db.session.scalars(wanted)}


def released_counts(edition_id: int, application_ids: Iterable[int]) -> dict[int, int]:
    """How many papers of these applications were released; one statement."""
    counted = (
        sa.select(ReleasedPaper.application_id, sa.func.count())
        .where(
            ReleasedPaper.edition_id == edition_id,
            ReleasedPaper.application_id.in_(set(application_ids)),
        )
        .group_by(ReleasedPaper.application_id)
    )
    return dict(db.session.execute(counted).all())


def paper(edition: Edition, application_id: int, attachment_id: int) -> Paper | None:
    """One paper of an application."""
    found = papers_of(edition, application_id)
    return next((p for p in found if p.attachment_id == attachment_id), None)


def released(edition_id: int, attachment_id: int) -> ReleasedPaper | None:
    """The copy that reviewers get, if there is one."""
    return db.session.scalar(
        sa.select(ReleasedPaper).where(
            ReleasedPaper.edition_id == edition_id, ReleasedPaper.attachment_id == attachment_id
        )
    )


def barred(review: Review) -> bool:
    """Whether a conflict of interest stands between this reviewer and the application: then there is
    nothing here for them, not even the fact that it exists."""
    forbidden = sa.exists().where(
        Conflict.panelist_id == review.panelist_id,
        Conflict.application_id == review.application_id,
        Conflict.lifted_at.is_(None),
    )
    return review.conflict_id is not None or bool(db.session.scalar(sa.select(forbidden)))


def review_with_papers(review_id: int) -> Review | None:
    """The review, unless a conflict of interest hides it."""
    found = reviews.review(review_id)
    return None if found is None or barred(found) else found


def shown_to(review: Review, paper_id: int) -> Paper | None:
    """A paper that this review's reader may open."""
    found = papers_of(review.stage.edition, review.application_id)
    return next((p for p in found if p.paper_id == paper_id and p.file is not None), None)

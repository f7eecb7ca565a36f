"""What a submission receipt proves, told without names."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from charity_portal.kernel.database import db
from charity_portal.kernel.files import StoredFile
from charity_portal.projects.models.applications import Submission


@dataclass(frozen=True)
class Receipt:
    """A receipt: its number, when the submission came in, and the hash over what was submitted."""

    number: str
    submitted_at: datetime
    content_hash: str


def _found(condition: sa.ColumnElement[bool]) -> Receipt | None:
    row = db.session.execute(
        sa.select(Submission.receipt_number, Submission.submitted_at, Submission.content_hash)
        .outerjoin(StoredFile, StoredFile.id == Submission.receipt_file_id)
        .where(condition)
    ).first()
    return Receipt(row[0], row[1], row[2]) if row and row[0] else None


def receipt(number: str) -> Receipt | None:
    """The receipt of that number."""
    return _found(Submission.receipt_number == number)


def receipt_with_file(sha256: str) -> Receipt | None:
    """The receipt whose PDF has that fingerprint."""
    return _found(StoredFile.sha256 == sha256)

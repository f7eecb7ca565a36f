"""Published reports: lists, one edition with its rows, and what a fingerprint belongs to."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.disclosure.models import Report, ReportFile, ReportRow, ReportVersion
from charity_portal.kernel.database import Page, db, page

SEEN = ("published", "superseded")


@dataclass(frozen=True)
class RowFilter:
    """What a reader narrows the rows by: words, track, and the award against the request."""

    words: str = ""
    track: str = ""
    relation: str = ""

    @property
    def active(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.words or self.track or self.relation)

    def arguments(self) -> dict[str, str]:
        """The same filter as address parameters, empty ones left out."""
        pairs = {"q": self.words, "track": self.track, "relation": self.relation}
        return {key: value for key, value in pairs.items() if value}


def version(version_id: int) -> ReportVersion | None:
    """A version with its report and files."""
    return db.session.scalar(
        sa.select(ReportVersion)
        .options(selectinload(ReportVersion.report), selectinload(ReportVersion.files))
        .where(ReportVersion.id == version_id)
    )


def published(number: str, edition: int | None = None) -> ReportVersion | None:
    """The edition that stands under a report's number, or a named one (superseded ones stay readable)."""
    wanted = (
        sa.select(ReportVersion)
        .join(Report)
        .options(selectinload(ReportVersion.report), selectinload(ReportVersion.files))
        .where(Report.number == number)
    )
    if edition is None:
        return db.session.scalar(wanted.where(ReportVersion.state == "published"))
    return db.session.scalar(
        wanted.where(ReportVersion.version == edition, ReportVersion.state.in_(SEEN))
    )


def editions(report_id: int) -> list[ReportVersion]:
    """Every edition that was ever published, newest first."""
    return list(
        db.session.scalars(
            sa.select(ReportVersion)
            .where(ReportVersion.report_id == report_id, ReportVersion.state.in_(SEEN))
            .order_by(ReportVersion.version.desc())
        )
    )


def published_page(
    after: str | None = None, words: str = "", size: int = 30
) -> Page[ReportVersion]:
    """What is published, newest first."""
    wanted = (
        sa.select(ReportVersion)
        .options(selectinload(ReportVersion.report))
        .where(ReportVersion.state == "published")
    )
    if words:
        like = f"%{_escaped(words)}%"
        wanted = wanted.where(
            sa.or_(
                ReportVersion.title_zh.ilike(like, escape="\\"),
                ReportVersion.title_en.ilike(like, escape="\\"),
            )
        )
    order = [ReportVersion.published_at.desc(), ReportVersion.id.desc()]
    return page(wanted, order, after, size)


def office_page(after: str | None = None, size: int = 30) -> Page[ReportVersion]:
    """Every version, drafts first among equals in time, newest first: the publishing desk."""
    wanted = sa.select(ReportVersion).options(selectinload(ReportVersion.report))
    return page(wanted, [ReportVersion.drafted_at.desc(), ReportVersion.id.desc()], after, size)


def number_of_call(call_id: int) -> str | None:
    """The number under which a call's result is published, None while it is not."""
    return db.session.scalar(
        sa.select(Report.number)
        .join(ReportVersion)
        .where(Report.call_id == call_id, ReportVersion.state == "published")
    )


def published_of_edition(edition_id: int) -> ReportVersion | None:
    """The published report about a competition's edition, with its files."""
    return db.session.scalar(
        sa.select(ReportVersion)
        .join(Report)
        .options(
            selectinload(ReportVersion.report),
            selectinload(ReportVersion.files).joinedload(ReportFile.stored),
        )
        .where(Report.edition_id == edition_id, ReportVersion.state == "published")
    )


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _narrowed(version_id: int, wanted: RowFilter) -> sa.Select[Any]:
    rows = sa.select(ReportRow).where(ReportRow.version_id == version_id)
    if wanted.words:
        like = f"%{_escaped(wanted.words)}%"
        columns = (
            ReportRow.title, ReportRow.organization, ReportRow.organization_en, ReportRow.number,
        )  # fmt: skip
        rows = rows.where(sa.or_(*(column.ilike(like, escape="\\") for column in columns)))
    if wanted.track:
        rows = rows.where(ReportRow.track_zh == wanted.track)
    comparison = {
        "above": ReportRow.awarded_fen > ReportRow.requested_fen,
        "below": ReportRow.awarded_fen < ReportRow.requested_fen,
        "equal": ReportRow.awarded_fen == ReportRow.requested_fen,
    }.get(wanted.relation)
    return rows if comparison is None else rows.where(comparison)


def rows_page(
    version_id: int, wanted: RowFilter, after: str | None, size: int = 30
) -> Page[ReportRow]:
    """One screenful of a version's rows, in their printed order."""
    return page(_narrowed(version_id, wanted), [ReportRow.position], after, size)


def all_rows(version_id: int, wanted: RowFilter | None = None) -> list[ReportRow]:
    """Every row (that the filter leaves), in printed order."""
    narrowed = _narrowed(version_id, wanted or RowFilter())
    return list(db.session.scalars(narrowed.order_by(ReportRow.position)))


def row_sums(version_id: int, wanted: RowFilter) -> tuple[int, int, int]:
    """Count, requested and awarded over the rows that the filter leaves."""
    rows = _narrowed(version_id, wanted).subquery()
    count, requested, awarded = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(rows.c.requested_fen), 0),
            sa.func.coalesce(sa.func.sum(rows.c.awarded_fen), 0),
        )
    ).one()
    return count, int(requested), int(awarded)


def file_with(sha256: str) -> tuple[ReportFile, ReportVersion] | None:
    """The published file with this fingerprint and its version; None when there is none."""
    row = db.session.execute(
        sa.select(ReportFile, ReportVersion)
        .join(ReportVersion, ReportVersion.id == ReportFile.version_id)
        .options(selectinload(ReportVersion.report))
        .where(ReportFile.sha256 == sha256)
    ).first()
    return (row[0], row[1]) if row else None

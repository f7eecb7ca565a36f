"""Reading the papers that the portal made of funds and donations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.donations import Donation, Donor
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.papers import FundPaper
from charity_portal.funds.rules.papers import PAPER_KINDS
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.i18n import Text, localized

PAPER_JOB = "funds.paper"


@dataclass(frozen=True)
class Issued:
    """A paper for whoever holds it in hand: what it is and when it was made, of whom never; the fund
    by number when it is about one."""

    number: str
    kind: Text
    made_at: datetime
    fund_number: str | None


@dataclass(frozen=True)
class PaperLine:
    """A paper of the office's list: what it is about is told by name or number, donors by number."""

    paper: FundPaper
    about: str
    made_by: str


def paper(paper_id: int) -> FundPaper | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(FundPaper, paper_id)


def by_number(number: str) -> Issued | None:
    """The paper of that number (ZM-…), once its file is there."""
    return _issued(FundPaper.number == number)


def by_fingerprint(sha256: str) -> Issued | None:
    """The paper whose file has this SHA-256."""
    file = sa.select(StoredFile.id).where(StoredFile.sha256 == sha256)
    return _issued(FundPaper.file_id.in_(file))


def _issued(condition: sa.ColumnElement[bool]) -> Issued | None:
    wanted = sa.select(FundPaper).where(condition, FundPaper.file_id.is_not(None)).limit(1)
    row = db.session.scalar(wanted)
    if row is None:
        return None
    fund = fund_of(row) if row.kind == "fund_statement" else None
    return Issued(row.number, PAPER_KINDS[row.kind], row.made_at, fund.number if fund else None)


def office_page(kind: str = "", after: str | None = None) -> Page[PaperLine]:
    """One screenful of papers, the newest first."""
    found = sa.select(FundPaper)
    if kind:
        found = found.where(FundPaper.kind == kind)
    cut = page(found, order=[FundPaper.id.desc()], after=after)
    return Page(lines(cut.items), cut.next_cursor, cut.first)


def lines(rows: list[FundPaper]) -> list[PaperLine]:
    """These papers with what they are about and who had them made."""
    funds = _by_id(Fund, {row.fund_id for row in rows})
    donors = _by_id(Donor, {row.donor_id for row in rows})
    donations = _by_id(Donation, {row.donation_id for row in rows})
    people = accounts.names({row.made_by for row in rows if row.made_by is not None})
    found = []
    for row in rows:
        if row.kind == "fund_statement":
            about = f"{funds[row.fund_id].number} {localized(funds[row.fund_id], 'name')}"
        elif row.kind == "certificate":
            about = donations[row.donation_id].number
        else:
            about = donors[row.donor_id].number
        found.append(PaperLine(row, about, people.get(row.made_by or 0, "—")))
    return found


def fund_of(row: FundPaper) -> Fund | None:
    """The fund that a statement is about."""
    return db.session.get(Fund, row.fund_id) if row.fund_id is not None else None


def file_of(row: FundPaper) -> StoredFile | None:
    """The paper's file, None while it is being made."""
    return db.session.get(StoredFile, row.file_id) if row.file_id is not None else None


def fund_choices() -> list[tuple[int, str]]:
    """All funds, ended ones too, with number and name for the reader, the newest first."""
    rows = db.session.scalars(sa.select(Fund).order_by(Fund.id.desc()))
    return [(fund.id, f"{fund.number} {localized(fund, 'name')}") for fund in rows]


def _by_id(model: Any, ids: set[int | None]) -> dict[int | None, Any]:
    wanted: Any = sa.select(model).where(model.id.in_({key for key in ids if key is not None}))
    return {row.id: row for row in db.session.scalars(wanted)}

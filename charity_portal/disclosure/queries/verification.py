"""Is this paper genuine? Asked with a file, a fingerprint or a number."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal

from charity_portal.disclosure.models import ReportVersion
from charity_portal.disclosure.queries import reports
from charity_portal.funds.queries import papers
from charity_portal.funds.queries.papers import Issued
from charity_portal.projects.queries import applications

REPORT_NUMBER = re.compile(rb"GB-\d{4}-\d{6}")
RECEIPT_NUMBER = re.compile(rb"HZ-\d{4}-\d{6}")
PAPER_NUMBER = re.compile(rb"ZM-\d{4}-\d{6}")
CHUNK = 1 << 20

Outcome = Literal["genuine", "superseded", "altered", "unknown", "report", "receipt", "paper"]


@dataclass(frozen=True)
class Finding:
    """What is known of a paper.

    `genuine` and `superseded`: the file is byte for byte one that was published. `altered`: it names a
    paper of ours but differs from it. `unknown`: nothing matches. `report`, `receipt`, `paper`: only a
    number was asked for, and here is what stands under it. A receipt tells its time and content hash, a
    paper of a fund its kind and time: neither tells a name.
    """

    outcome: Outcome
    sha256: str | None = None
    number: str | None = None
    version: ReportVersion | None = None
    newest: ReportVersion | None = None
    receipt_at: datetime | None = None
    receipt_hash: str | None = None
    paper: Issued | None = None


def of_file(stream: IO[bytes]) -> Finding:
    """Judge a file by its bytes alone; it is read, not kept."""
    digest = hashlib.sha256()
    named: str | None = None
    tail = b""
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        named = named or _number_in(tail + chunk)
        tail = chunk[-32:]
    return of_fingerprint(digest.hexdigest(), named)


def _number_in(content: bytes) -> str | None:
    patterns = (REPORT_NUMBER, RECEIPT_NUMBER, PAPER_NUMBER)
    found = next((hit for pattern in patterns if (hit := pattern.search(content))), None)
    return found[0].decode() if found else None


def of_fingerprint(sha256: str, named: str | None = None) -> Finding:
    """Judge a SHA-256; `named` is the number that the file itself claims."""
    known = reports.file_with(sha256)
    if known is not None:
        _, version = known
        newest = reports.published(version.report.number)
        outcome: Outcome = "genuine" if version.state == "published" else "superseded"
        return Finding(outcome, sha256, version.report.number, version, newest)
    receipt = applications.receipt_with_file(sha256)
    if receipt is not None:
        return Finding(
            "genuine", sha256, receipt.number,
            receipt_at=receipt.submitted_at, receipt_hash=receipt.content_hash,
        )  # fmt: skip
    paper = papers.by_fingerprint(sha256)
    if paper is not None:
        return Finding("genuine", sha256, paper.number, paper=paper)
    if named is None:
        return Finding("unknown", sha256)
    claimed = of_number(named)
    if claimed.outcome == "unknown":
        return Finding("unknown", sha256, named)
    return Finding(
        "altered", sha256, named, newest=claimed.newest,
        receipt_at=claimed.receipt_at, receipt_hash=claimed.receipt_hash, paper=claimed.paper,
    )  # fmt: skip


def of_number(number: str) -> Finding:
    """What stands under a printed number."""
    plain = number.strip().upper()
    newest = reports.published(plain)
    if newest is not None:
        return Finding("report", number=plain, newest=newest)
    receipt = applications.receipt(plain)
    if receipt is not None:
        return Finding(
            "receipt", number=plain,
            receipt_at=receipt.submitted_at, receipt_hash=receipt.content_hash,
        )  # fmt: skip
    paper = papers.by_number(plain)
    if paper is not None:
        return Finding("paper", number=plain, paper=paper)
    return Finding("unknown", number=plain)

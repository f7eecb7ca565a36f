"""Papers: asked for by staff, made by a job, kept with their number for as long as the record."""

from dataclasses import dataclass
from datetime import date

from charity_portal.funds.models.papers import FundPaper
from charity_portal.funds.queries.papers import PAPER_JOB
from charity_portal.funds.rules import papers as rules
from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import SYSTEM, Actor, require


@dataclass(frozen=True)
class Order:
    """Which paper is wanted: of a fund, a donor or a donation, in `zh` or `en`; `since` and `until`
    are the days of a statement's period (None: from the beginning, until now)."""

    kind: str
    language: str
    fund_id: int | None = None
    donor_id: int | None = None
    donation_id: int | None = None
    since: date | None = None
    until: date | None = None


def ask(actor: Actor, order: Order) -> tuple[FundPaper, jobs.Job]:
    """Give a paper its number and have it made; the job's page tells when it is there.

    Raises Forbidden, Invalid (by field of Order).
    """
    require(actor, "funds:paper:make")
    if found := rules.problems(order.kind, order.language, order.since, order.until, clock.today()):
        raise Invalid(fields=found)
    paper = FundPaper(
        number=next_number("ZM", clock.today().year, width=6),
        made_by=actor.user_id,
        **{name: getattr(order, name) for name in Order.__dataclass_fields__},
    )
    db.session.add(paper)
    db.session.flush()
    audit.record(
        actor,
        "funds.paper.make",
        paper,
        after={
            "number": paper.number,
            "kind": paper.kind,
            "fund": paper.fund_id,
            "donor": paper.donor_id,
            "donation": paper.donation_id,
        },
    )
    job = jobs.enqueue(actor, PAPER_JOB, {"paper_id": paper.id}, key=f"paper:{paper.id}")
    return paper, job


def attach(paper_id: int, prepared: files.Prepared) -> FundPaper:
    """Keep the file that was made; a paper that has one keeps it."""
    paper = locked(FundPaper, paper_id)
    if paper.file_id is None:
        paper.file_id = files.keep(SYSTEM, prepared).id
    return paper

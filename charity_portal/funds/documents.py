"""Papers of the funds as PDF: one function a kind says what stands on the paper.

A new kind is a function that turns its FundPaper into a Layout, named in LAYOUTS.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale

from charity_portal.funds import exports
from charity_portal.funds.models.papers import FundPaper
from charity_portal.funds.queries import donations, funds, papers, statements
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.figures import USE_WORDS
from charity_portal.funds.rules.giving import FORMS, VALUATIONS
from charity_portal.kernel import clock
from charity_portal.kernel.database import snapshot
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import _
from charity_portal.kernel.money import in_capitals
from charity_portal.kernel.pdf.qr import qr_image
from charity_portal.kernel.pdf.rendering import Attachment, render
from charity_portal.kernel.tables import write_csv
from charity_portal.organizations import queries as organizations

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


@dataclass(frozen=True)
class Layout:
    """What a paper is printed from: a template of `templates/pdf`, what it shows, what it encloses.

    Templates are also given `paper`, `verify_url`, `qr`, `in_capitals` (None in English) and `as_of`.
    """

    template: str
    shown: Mapping[str, Any]
    attachments: Sequence[Attachment] = ()


def typeset(paper_id: int) -> bytes:
    """A paper's bytes, in its own language, as the record stands now. Takes seconds; call it outside
    transaction()."""
    with snapshot():
        paper = papers.paper(paper_id)
        if paper is None:
            raise NotFound
        with force_locale(LOCALES[paper.language]):
            layout = LAYOUTS[paper.kind](paper)
            html = render_template(
                layout.template,
                paper=paper,
                as_of=clock.now(),
                verify_url=verify_url(paper.number),
                qr=qr_image(verify_url(paper.number)),
                in_capitals=in_capitals if paper.language == "zh" else None,
                **layout.shown,
            )
        created, identifier = paper.made_at, f"{paper.number}:{paper.kind}:{paper.language}"
    return render(html, created=created, identifier=identifier, attachments=layout.attachments)


def verify_url(number: str) -> str:
    """The address that a paper's QR code leads to."""
    return f"{current_app.config['PUBLIC_URL']}/verify?number={number}"


def fund_statement(paper: FundPaper) -> Layout:
    """A fund's statement over whole months, with its rows enclosed as CSV."""
    fund = papers.fund_of(paper)
    if fund is None:
        raise NotFound
    found = statements.statement(fund.id, paper.since, paper.until)
    purposes = {purpose.id: purpose for purpose in funds.purposes(fund.id)}
    rows = exports.statement_rows(found, purposes)
    content = b"".join(write_csv(exports.statement_columns(), rows))
    return Layout(
        "pdf/fund_statement.html",
        {
            "fund": fund,
            "statement": found,
            "purposes": purposes,
            "host_name": organizations.names([fund.host_id]).get(fund.host_id, "—"),
            "source_words": INCOME_SOURCES,
            "use_words": USE_WORDS,
        },
        [Attachment("statement.csv", content, _("收支表数据"))],
    )


def donor_statement(paper: FundPaper) -> Layout:
    """What a donor gave in a period: for the donor, so with the name in full."""
    donor = donations.donor(paper.donor_id or 0)
    if donor is None:
        raise NotFound
    gifts = donations.gifts_of(donor.id, paper.since, paper.until)
    kept = [gift for gift in gifts if gift.state == "received"]
    return Layout(
        "pdf/donor_statement.html",
        {
            "donor": donor,
            "gifts": gifts,
            "count": len(kept),
            "total_fen": sum(gift.amount_fen for gift in kept),
            "form_words": FORMS,
            "hosts": organizations.names({gift.fund.host_id for gift in gifts}),
        },
    )


def certificate(paper: FundPaper) -> Layout:
    """Thanks for one gift: for its donor, so with the name in full; it is no receipt."""
    gift = donations.donation(paper.donation_id or 0)
    if gift is None or gift.donor is None:
        raise NotFound
    host_name = organizations.names([gift.fund.host_id]).get(gift.fund.host_id, "—")
    shown = {"gift": gift, "form_words": FORMS, "valuation_words": VALUATIONS}
    return Layout("pdf/donation_certificate.html", {**shown, "host_name": host_name})


LAYOUTS: dict[str, Callable[[FundPaper], Layout]] = {
    "fund_statement": fund_statement,
    "donor_statement": donor_statement,
    "certificate": certificate,
}

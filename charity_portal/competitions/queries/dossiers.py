"""An application as its reviewers read it: in a blind edition without anything that names the applicant."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Edition, StageEntry
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import identities, papers
from charity_portal.competitions.queries.identities import Applicant
from charity_portal.competitions.queries.papers import Paper
from charity_portal.competitions.rules.blinding import Blinder
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import _, localized
from charity_portal.organizations import queries as organizations
from charity_portal.organizations.queries import OrganizationProfile
from charity_portal.projects.queries import dossiers as projects
from charity_portal.projects.queries.dossiers import Answer, Submitted


@dataclass(frozen=True)
class Section:
    """An answer: the key of its field ("answer:need", for a criterion to point at), label and text."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class BudgetLine:
    """A line of the budget; amounts in fen."""

    item: str
    category: str
    quantity: str
    unit_price_fen: int
    amount_fen: int
    grant_fen: int
    own_fen: int
    matched_fen: int


@dataclass(frozen=True)
class Totals:
    """Sums of the budget in fen."""

    amount_fen: int
    grant_fen: int
    own_fen: int
    matched_fen: int


@dataclass(frozen=True)
class Share:
    """What is asked for under one heading, and the most that it may be (None: no limit)."""

    category: str
    grant_fen: int
    cap_bp: int | None


@dataclass(frozen=True)
class BlindDossier:
    """What a reviewer reads. `applicant` is None in a blind edition; `withheld` counts papers that
    are there and not shown."""

    code: str
    title: str
    track: str
    summary: str
    starts_on: date | None
    ends_on: date | None
    sections: tuple[Section, ...]
    currency: str
    lines: tuple[BudgetLine, ...]
    totals: Totals
    shares: tuple[Share, ...]
    papers: tuple[Paper, ...]
    withheld: int
    blind: bool
    applicant: OrganizationProfile | None
    lead_name: str | None


@dataclass(frozen=True)
class Draft:
    """A dossier while an officer prepares it: with what was hidden, and how often each kind."""

    dossier: BlindDossier
    hidden: Counter[str]


class _Hiding:
    """Hides in one text after the other, and counts."""

    def __init__(self, blinder: Blinder | None) -> None:
        self._blinder = blinder
        self.counts: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        if self._blinder is None:
            return text
        found = identities.hidden(self._blinder.identity, text)
        self.counts.update(found.counts)
        return found.text


def dossier_for(review: Review) -> BlindDossier | None:
    """What the reviewer of this review reads; None when only a record from elsewhere is kept.

    The same number of statements whatever the application's size.
    """
    entry = db.session.get(StageEntry, (review.stage_id, review.application_id))
    code = entry.code if entry else ""
    found = draft_of(review.stage.edition, review.application_id, code)
    return found.dossier if found else None


def titles_for(reviews: Collection[Review]) -> dict[int, str]:
    """Titles as reviewers read them, by review; five statements an edition, however many reviews.

    Lists, search, sheets and exports for reviewers know no other title. The reviews have their stage
    and edition loaded.
    """
    by_edition: dict[int, list[Review]] = {}
    for review in reviews:
        by_edition.setdefault(review.stage.edition_id, []).append(review)
    found: dict[int, str] = {}
    for own in by_edition.values():
        edition = own[0].stage.edition
        titles = identities.shown_titles(edition.id, edition.blind, {r.application_id for r in own})
        found |= {r.id: titles[r.application_id] for r in own}
    return found


def draft_of(edition: Edition, application_id: int, code: str) -> Draft | None:
    """An application as reviewers of this edition read it, under that code."""
    submitted = projects.submitted(application_id)
    if submitted is None or submitted.dossier is None:
        return None
    hide = _Hiding(_blinder(edition, submitted) if edition.blind else None)
    content, form = submitted.dossier, submitted.form
    track = form.track(content.track)
    every = papers.papers_of(edition, application_id)
    budget = content.budget
    dossier = BlindDossier(
        code=code,
        title=hide(content.title),
        track=localized(track, "title") if track else "",
        summary=hide(content.summary),
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        sections=tuple(
            Section(f"answer:{a.question.key}", localized(a.question, "label"), hide(answered(a)))
            for a in content.answers
        ),
        currency=form.currency,
        lines=tuple(_lines(submitted, hide)),
        totals=Totals(budget.amount_fen, budget.grant_fen, budget.own_fen, budget.matched_fen),
        shares=tuple(
            Share(localized(c, "title"), budget.grant_in({c.key}), c.cap_bp)
            for c in form.categories
        ),
        papers=tuple(p for p in every if p.file is not None),
        withheld=sum(1 for p in every if p.file is None),
        blind=edition.blind,
        applicant=None if edition.blind else organizations.profile(submitted.organization_id),
        lead_name=None if edition.blind else content.lead_name,
    )
    return Draft(dossier, hide.counts)


def texts(dossier: BlindDossier) -> Iterator[tuple[str, str]]:
    """Everything that the applicant wrote, as reviewers read it: (where, text)."""
    yield _("项目名称"), dossier.title
    yield _("项目概述"), dossier.summary
    for section in dossier.sections:
        yield section.label, section.text
    for line in dossier.lines:
        yield _("项目预算"), line.item


def answered(answer: Answer) -> str:
    """An answer for people: the words of what was chosen instead of its key."""
    question, text = answer.question, answer.text
    if question.kind == "yes_no":
        return {"yes": _("是"), "no": _("否")}.get(text, text)
    if question.kind in ("choice", "multi") and text:
        words = {choice.key: localized(choice, "label") for choice in question.choices}
        return _("、").join(words.get(key, key) for key in answer.chosen)
    return text


def _blinder(edition: Edition, submitted: Submitted) -> Blinder:
    lead = submitted.dossier.lead_name if submitted.dossier else ""
    applicant = Applicant(
        submitted.organization_id, tuple(filter(None, (lead,))), submitted.old_names
    )
    key = submitted.application_id
    return identities.blinders(edition.id, {key: applicant})[key]


def _lines(submitted: Submitted, hide: _Hiding) -> Iterator[BudgetLine]:
    if submitted.dossier is None:
        return
    for line in submitted.dossier.budget.lines:
        category = submitted.form.category(line.category)
        yield BudgetLine(
            item=hide(line.item),
            category=localized(category, "title") if category else "",
            quantity=f"{line.quantity_text} {hide(line.unit)}".strip(),
            unit_price_fen=line.unit_price_fen,
            amount_fen=line.amount_fen,
            grant_fen=line.grant_fen,
            own_fen=line.own_fen,
            matched_fen=line.matched_fen,
        )


def codes_of(edition: Edition) -> dict[int, str]:
    """The newest code of each application of the edition; one statement."""
    rows = db.session.execute(
        sa.select(StageEntry.application_id, StageEntry.code)
        .where(StageEntry.stage_id.in_([stage.id for stage in edition.stages]))
        .order_by(StageEntry.stage_id)
    )
    return dict(rows.all())

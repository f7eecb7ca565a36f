"""The passage that one criterion judges, from several dossiers at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import dossiers, identities
from charity_portal.competitions.queries.identities import Applicant
from charity_portal.kernel.i18n import _, localized, money
from charity_portal.projects.queries import dossiers as projects
from charity_portal.projects.queries.dossiers import Dossier, Submitted


@dataclass(frozen=True)
class Passage:
    """What a criterion looks at, as the reviewer may read it."""

    label: str
    text: str


def passages(edition: Edition, key: str | None, reviews: Sequence[Review]) -> dict[int, Passage]:
    """The passage of each review's application, by review; a fixed number of statements.

    `key` as in a criterion's `looks_at`: a field of the form, `budget`, or a slot of papers (which only
    the whole dossier shows). Without it the summary stands for the whole.
    """
    found = projects.submitted_all({review.application_id for review in reviews})
    written = {k: s.dossier for k, s in found.items() if s.dossier is not None}
    hiding = identities.blinders(edition.id, _applicants(found)) if edition.blind and found else {}
    shown = {}
    for review in reviews:
        dossier = written.get(review.application_id)
        if dossier is None:
            continue
        passage = _passage(dossier, key or "summary", found[review.application_id])
        blinder = hiding.get(review.application_id)
        text = blinder.text(passage.text) if blinder else passage.text
        shown[review.id] = Passage(passage.label, text)
    return shown


def _applicants(found: dict[int, Submitted]) -> dict[int, Applicant]:
    return {
        key: Applicant(
            s.organization_id,
            tuple(filter(None, (s.dossier.lead_name if s.dossier else "",))),
            s.old_names,
        )
        for key, s in found.items()
    }


def _passage(dossier: Dossier, key: str, submitted: Submitted) -> Passage:
    if key == "budget":
        return Passage(_("项目预算"), _budget(dossier, submitted.form.currency))
    if key == "title":
        return Passage(_("项目名称"), dossier.title)
    for answer in dossier.answers:
        if key == f"answer:{answer.question.key}":
            return Passage(localized(answer.question, "label"), dossiers.answered(answer))
    return Passage(_("项目概述"), dossier.summary)


def _budget(dossier: Dossier, currency: str) -> str:
    lines = [
        _(
            "%(item)s：%(amount)s，申请资助 %(grant)s",
            item=line.item,
            amount=money(line.amount_fen, currency),
            grant=money(line.grant_fen, currency),
        )
        for line in dossier.budget.lines
    ]
    total = _(
        "合计 %(amount)s，申请资助 %(grant)s",
        amount=money(dossier.budget.amount_fen, currency),
        grant=money(dossier.budget.grant_fen, currency),
    )
    return "\n".join([*lines, total])

"""What the pages of a review have in common: the wall, and a criterion as it is drawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import request

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.errors import NotDeclared
from charity_portal.competitions.models.editions import Criterion, Stage
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import papers, reviews
from charity_portal.competitions.queries.dossiers import BlindDossier
from charity_portal.competitions.rules import review_fields, rubric, sealing
from charity_portal.competitions.rules.exact_numbers import rounded
from charity_portal.competitions.rules.own_scores import Given
from charity_portal.competitions.rules.review_fields import (
    COMMENT,
    NOT_APPLICABLE,
    NOTE,
    REASON,
    SCORE,
)
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.merging import Saved
from charity_portal.kernel.permissions import can, current_actor

MOST_BUTTONS = 10
"""Scales up to this value are buttons; longer ones are typed."""
PARTS = {
    "summary": say("项目概述"),
    "budget": say("项目预算"),
    "papers": say("申请材料"),
}
TONES = {"open": "waiting", "sealed": "done", "abstained": "neutral"}


def own_review(review_id: int) -> Review:
    """A review of one's own. Whatever else there may be under that number, a conflict of interest
    included, is not found."""
    review = reviews.review(review_id)
    if review is None or not can(current_actor(), "competitions:review:read", review):
        raise NotFound
    if papers.barred(review):
        raise NotFound
    if review.panelist.agreed_at is None or review.panelist.declared_at is None:
        raise NotDeclared
    return review


@dataclass(frozen=True)
class Shown:
    """A criterion as a page draws it. `looks_at` is (address within the page, words); `problem` what is
    wrong with a typed score; `lacks`: score or reason, when the review cannot be handed in without."""

    criterion: Criterion
    number: int
    score: str
    reason: str
    given: Given | None
    looks_at: tuple[str, str] | None
    problem: str = ""
    reason_problem: str = ""
    lacks: str = ""

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key

    @property
    def buttons(self) -> range | None:
        """The values to choose from; None where the score is typed."""
        top = self.criterion.top
        return range(top + 1) if top <= MOST_BUTTONS else None

    @property
    def anchors(self) -> list[Any]:
        """What values stand for, the highest first."""
        return rubric.steps(self.criterion.top, self.criterion.anchors)

    @property
    def weight(self) -> str:
        """Its share of the total in per cent."""
        whole, rest = divmod(self.criterion.weight_bp, 100)
        return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)

    @property
    def word(self) -> str:
        """The score for people."""
        return score_word(self.score)

    @property
    def wants_reason(self) -> bool:
        """Whether the score as it stands has to be explained."""
        return review_fields.wants_reason(self.criterion, self.score)

    @property
    def status(self) -> str:
        """done, score (missing) or reason (missing)."""
        if not self.score:
            return "score"
        return "reason" if self.wants_reason and not self.reason.strip() else "done"


def shown_criteria(
    criteria: Sequence[Criterion],
    texts: Mapping[str, str],
    given: Mapping[str, Given],
    dossier: BlindDossier | None = None,
    problems: Mapping[str, str] | None = None,
    lacking: Collection[str] = (),
) -> list[Shown]:
    """The rubric with what is written in it."""
    wrong = problems or {}
    return [
        Shown(
            criterion=c,
            number=number,
            score=texts.get(SCORE + c.key, ""),
            reason=texts.get(REASON + c.key, ""),
            given=given.get(c.key),
            looks_at=_passage(c, dossier),
            problem=wrong.get(SCORE + c.key, ""),
            reason_problem=wrong.get(REASON + c.key, ""),
            lacks="score"
            if SCORE + c.key in lacking
            else ("reason" if REASON + c.key in lacking else ""),
        )
        for number, c in enumerate(criteria, 1)
    ]


def _passage(criterion: Criterion, dossier: BlindDossier | None) -> tuple[str, str] | None:
    key = criterion.looks_at
    if not key:
        return None
    words = {section.key: section.label for section in dossier.sections} if dossier else {}
    if key in words:
        return f"part-{key}", words[key]
    if key.startswith("slot:"):
        there = dossier is not None and any(f"slot:{p.slot_key}" == key for p in dossier.papers)
        return f"part-{key if there else 'papers'}", str(PARTS["papers"])
    return (f"part-{key}", str(PARTS[key])) if key in PARTS else None


def score_word(text: str) -> str:
    """A kept score for people."""
    return _("不适用") if text == NOT_APPLICABLE else text


def field_label(criteria: Sequence[Criterion], key: str) -> str:
    """What a field of a review is called."""
    if key == COMMENT:
        return _("给申请机构的意见")
    if key == NOTE:
        return _("给评审组的备注")
    title = next(
        (localized(c, "title") for c in criteria if c.key == review_fields.criterion_of(key)), key
    )
    return (
        _("评分：%(title)s", title=title)
        if key.startswith(SCORE)
        else _("理由：%(title)s", title=title)
    )


def field_shown(key: str, text: str) -> str:
    """A field's text for people."""
    return score_word(text) if key.startswith(SCORE) else text


def posted(criteria: Sequence[Criterion]) -> dict[str, str]:
    """The fields of a review that was sent as a page."""
    return {key: request.form[key] for key in review_fields.keys(criteria) if key in request.form}


def authors(saved: Saved) -> dict[int, str]:
    """Who wrote the other versions; asked only when there are any."""
    ids = {key for key in saved.editors() if key is not None}
    return accounts.names(ids) if ids else {}


def points(value: Fraction | None) -> str:
    """A total with two decimals; a dash for none."""
    return "—" if value is None else str(rounded(value, 2))


def short_points(value: Fraction) -> str:
    """A figure with at most one decimal, for talking about a spread: 78, 76.5."""
    return str(rounded(value, 1)).removesuffix(".0")


def stored_points(value: int | None) -> str:
    """A stored total (ten-thousandths of a point) with two decimals."""
    return points(None if value is None else Fraction(value, 10**sealing.PLACES))


def stage_title(stage: Stage) -> str:
    """What a stage is called."""
    return localized(stage, "title")

"""What counts as a score, what has to be explained, and what a review amounts to."""

from dataclasses import dataclass
from fractions import Fraction

import pytest

from charity_portal.competitions.rules import own_scores, review_fields, sealing


@dataclass(frozen=True)
class Line:
    key: str = "need"
    weight_bp: int = 4000
    top: int = 5
    may_skip: bool = False
    reason_when: str = "extremes"


NEED, DESIGN = Line(), Line("design", 6000, 10, may_skip=True, reason_when="never")
RUBRIC = (NEED, DESIGN)


@pytest.mark.parametrize(
    ("text", "kept"), [("", ""), (" 5 ", "5"), ("０", "0"), ("05", "5"), ("  ", "")]
)
def test_a_score_is_a_whole_number_up_to_the_top(text, kept):
    assert review_fields.read(RUBRIC, "score:need", text) == (kept, None)


@pytest.mark.parametrize("text", ["6", "-1", "4.5", "五", "1e1", "99999"])
def test_anything_else_is_no_score(text):
    assert review_fields.read(RUBRIC, "score:need", text)[1] is not None


def test_na_only_where_the_rubric_allows_it():
    assert review_fields.read(RUBRIC, "score:design", "不适用") == ("na", None)
    assert review_fields.read(RUBRIC, "score:need", "NA")[1] is not None


@pytest.mark.parametrize(
    ("when", "score", "wanted"),
    [
        ("never", "0", False),
        ("extremes", "0", True),
        ("extremes", "5", True),
        ("extremes", "3", False),
        ("extremes", "na", False),
        ("extremes", "", False),
        ("always", "3", True),
        ("always", "na", True),
        ("always", "", False),
    ],
)
def test_a_reason_is_asked_for_as_the_rubric_says(when, score, wanted):
    assert review_fields.wants_reason(Line(reason_when=when), score) is wanted


def test_what_is_missing_comes_in_the_order_of_the_page():
    found = sealing.missing(RUBRIC, {"score:need": "5", "reason:need": "  "})
    assert [(gap.key, gap.what) for gap in found] == [
        ("reason:need", "reason"),
        ("score:design", "score"),
    ]


def test_a_total_weighs_shares_of_the_top_value():
    texts = {"score:need": "4", "score:design": "5"}
    assert sealing.total(RUBRIC, texts) == Fraction(62)
    assert sealing.points(RUBRIC, texts) == 620_000


def test_what_does_not_apply_is_left_out_and_is_not_zero():
    assert sealing.total(RUBRIC, {"score:need": "4", "score:design": "na"}) == Fraction(80)
    assert sealing.points((DESIGN,), {"score:design": "na"}) is None


def test_thirds_are_rounded_once_at_the_fourth_decimal():
    assert sealing.points((Line(top=3),), {"score:need": "1"}) == 333_333
    assert sealing.points((Line(top=3),), {"score:need": "2"}) == 666_667


def test_the_kept_review_holds_every_criterion_and_its_fingerprint_is_stable():
    texts = {"score:need": "4", "score:design": "na", "reason:need": "好", "note": "注"}
    kept = sealing.content(RUBRIC, texts)
    assert kept["scores"] == {"need": 4, "design": None}
    assert sealing.fingerprint(kept) == sealing.fingerprint(dict(reversed(kept.items())))


def test_own_totals_spread_from_the_lowest_to_the_highest():
    found = own_scores.spread([Fraction(60), Fraction(79), Fraction(95)])
    assert found == own_scores.Spread(3, Fraction(78), Fraction(60), Fraction(95))
    assert own_scores.spread([]) is None


def test_what_was_given_counts_na_apart():
    found = own_scores.given([5, 3, None, 5])
    assert (found.counts, found.skipped, found.mean) == ({3: 1, 5: 2}, 1, Fraction(13, 3))

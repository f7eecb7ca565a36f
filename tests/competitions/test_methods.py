"""Methods, limits and tie rules in plain words."""

from decimal import Decimal

from charity_portal.competitions.models import editions as models
from charity_portal.competitions.rules import methods
from charity_portal.competitions.rules.edition_parts import LIMITS, hundredths, points, row_text
from charity_portal.competitions.rules.methods import limit_words, points_text, tie_words


def test_everything_that_can_be_chosen_has_words() -> None:
    assert set(methods.WORDS) == set(methods.HOW) == set(methods.COSTS) == set(models.METHODS)
    assert set(methods.CHOICES) == set(methods.CHOICE_HOW) == set(models.CHOICES)
    assert set(methods.KINDS) == set(models.STAGE_KINDS)
    assert set(methods.REASONS) == set(models.REASONS)
    assert set(methods.FEEDBACK) == set(models.FEEDBACK)


def test_every_limit_that_is_set_is_said() -> None:
    values = {"cut": "stop", "least": 2, "most": 9, "floor": "62.5", "award_cap_fen": 10_000_000,
              "per_group": 1, "partial_bp": 6000, "fixed_in_bp": 9500, "reserves": 3}  # fmt: skip
    assert set(values) == set(LIMITS)
    said = [text.in_source() for text in limit_words(values)]
    assert said[:4] == [
        "余额不足时停止",
        "至少资助 2 项",
        "最多资助 9 项",
        "低于 62.5 分的不予资助",
    ]
    assert "单项资助不超过 ¥100,000.00" in said and "候补 3 项" in said
    assert len(said) == len(values) and limit_words({}) == []


def test_ties_end_with_the_lot() -> None:
    said = tie_words(["criterion:c1", "median", "requested"], {"c1": "需求真实性"})
    assert [text.in_source() for text in said] == [
        "“需求真实性”平均分高者在前",
        "各份评分的中位数高者在前",
        "申请金额少者在前",
        "仍相同的，用公布的种子抽签决定",
    ]


def test_points_are_written_without_needless_zeros_and_kept_exactly() -> None:
    assert [points_text(v) for v in (250, 1000, 5, "62.50", Decimal("60"), None)] == [
        "2.5", "10", "0.05", "62.5", "60", "",
    ]  # fmt: skip
    for value in (0, 1, 6250, 10_000):
        assert hundredths(points(value)) == value
    assert points(None) is None and hundredths(None) is None
    assert points(6000) == "60"


def test_a_row_is_put_on_one_line_to_be_compared() -> None:
    row = {"id": 3, "title_zh": "需求", "weight_bp": 2000, "help_en": None,
           "anchors": [{"value": 0, "zh": "无"}, {"value": 5, "zh": "足"}]}  # fmt: skip
    assert row_text(row) == "需求 · 2000 · 无 / 足"

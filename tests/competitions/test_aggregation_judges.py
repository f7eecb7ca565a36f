from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation.judges import agreement, judge_rows
from tests.factories.contests import make_totals

TABLE = {
    "A1": {"J1": 50, "J2": 60, "J3": 55},
    "A2": {"J1": 60, "J2": 70},
    "A3": {"J1": 70, "J3": 65},
    "A4": {"J2": 90},
}


def test_the_effect_is_the_mean_difference_on_shared_applications() -> None:
    first, second, third = judge_rows("s", make_totals(TABLE), {})
    assert first.effect == Decimal("-4.1667")  # (50 - 57.5), (60 - 70), (70 - 65)
    assert second.effect == Decimal("8.7500")  # (60 - 52.5), (70 - 60); A4 is nobody else's
    assert (third.reviewer, third.reviews, third.mean) == ("J3", 2, Decimal("60.0000"))


def test_the_models_effect_stands_beside_it_where_there_is_one() -> None:
    rows = judge_rows("s", make_totals(TABLE), {"J1": Decimal("-2.34567")})
    assert [row.model_effect for row in rows] == [Decimal("-2.3457"), None, None]


def test_one_review_has_no_spread_and_an_unshared_one_no_effect() -> None:
    (row,) = judge_rows("s", make_totals({"A1": {"J1": 50}}), {})
    assert (row.spread, row.effect, row.agreement) == (None, None, None)


def test_equal_scores_have_a_spread_of_zero_and_no_agreement() -> None:
    rows = judge_rows("s", make_totals({f"A{n}": {"J1": 70, "J2": 50 + n} for n in range(5)}), {})
    assert (rows[0].spread, rows[0].agreement) == (Decimal("0.0000"), None)


def pairs(*values: tuple[int, int]) -> list[tuple[Fraction, Fraction]]:
    return [(Fraction(a), Fraction(b)) for a, b in values]


def test_agreement_runs_from_minus_one_to_one() -> None:
    assert agreement(pairs((1, 10), (2, 20), (3, 30))) == 1
    assert agreement(pairs((1, 30), (2, 20), (3, 10))) == -1
    assert agreement(pairs((1, 1), (2, 2), (3, 1))) == 0
    assert agreement(pairs((1, 1), (2, 2), (3, 3), (4, 2))) == Decimal("0.6000")
    assert agreement(pairs((1, 1), (1, 2))) is None

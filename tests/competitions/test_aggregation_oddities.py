import pytest

from charity_portal.competitions.rules.aggregation.oddities import oddities
from tests.factories.contests import make_totals

PLAIN = {f"A{n}": {"J1": 60 + n, "J2": 50 + 3 * n} for n in range(6)}


def said(table: dict[str, dict[str, int]]) -> set[tuple[str, str | None, str | None]]:
    return {(c.code, c.application, c.reviewer) for c in oddities(make_totals(table), "s")}


def test_an_ordinary_panel_has_none() -> None:
    assert said(PLAIN) == set()


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({**PLAIN, "B": {"J1": 55}}, ("single_review", "B", None)),
        ({**PLAIN, "B": {"J1": 55, "J3": 50}}, ("judge_with_one_review", None, "J3")),
        ({a: {**row, "J3": 70} for a, row in PLAIN.items()}, ("judge_without_spread", None, "J3")),
        ({a: {"J1": 70, "J2": 70} for a in PLAIN}, ("all_equal", None, None)),
        ({**PLAIN, "B": {"K1": 55, "K2": 50}}, ("disconnected", None, None)),
        ({a: {"J1": row["J1"]} for a, row in PLAIN.items()}, ("one_judge", None, None)),
        ({"A1": PLAIN["A1"]}, ("one_application", None, None)),
    ],
)
def test_each_oddity_is_named_with_its_place(
    table: dict[str, dict[str, int]], expected: tuple[str, str | None, str | None]
) -> None:
    assert expected in said(table)


def test_no_reviews_are_not_odd() -> None:
    assert oddities([], "s") == []

"""From a selection to outcomes: awards, reserves, refusals, and decisions of people among them."""

from decimal import Decimal

from charity_portal.competitions.rules.proposed import (
    Wanted,
    official_reason,
    overrides,
    propose,
    wrong,
)
from charity_portal.competitions.rules.scores import Candidate, SelectionRule
from charity_portal.competitions.rules.selection import Placed, Request

YUAN = 100


def request(count: int = 5, purse: int = 100_000, **limits: int) -> Request:
    order = [
        Placed(n, Candidate(f"A-{n:03d}", "", 50_000 * YUAN), Decimal(100 - n))
        for n in range(1, count + 1)
    ]
    return Request(order, SelectionRule("rank", purse * YUAN, **limits))


def outcomes(asked: Request, wanted: dict[str, Wanted], reserves: int) -> list[str]:
    return [row.outcome for row in propose(asked, wanted, reserves).rows]


def test_reserves_are_the_next_places_as_many_as_announced() -> None:
    assert outcomes(request(), {}, 2) == ["award", "award", "reserve", "reserve", "refuse"]
    assert outcomes(request(), {}, 0) == ["award", "award", "refuse", "refuse", "refuse"]


def test_one_put_on_the_reserve_list_takes_a_place_there() -> None:
    wanted = {"A-005": Wanted("reserve", None, "评审委员会建议。")}

    assert outcomes(request(), wanted, 2) == ["award", "award", "reserve", "refuse", "reserve"]


def test_the_rule_goes_on_around_a_decision() -> None:
    found = propose(request(), {"A-001": Wanted("refuse", None, "重复资助。")}, 1)

    assert [row.outcome for row in found.rows] == [
        "refuse", "award", "award", "reserve", "refuse",
    ]  # fmt: skip
    assert found.rows[0].proposed == "award"
    assert all(row.outcome == row.proposed for row in found.rows[1:])


def test_an_award_set_by_people_is_what_it_gets() -> None:
    found = propose(request(), {"A-001": Wanted("partial", 30_000 * YUAN, "核减。")}, 1)

    assert [row.amount_fen for row in found.rows[:2]] == [30_000 * YUAN, 50_000 * YUAN]
    assert found.selection.spent_fen == 80_000 * YUAN


def test_more_than_the_purse_is_blocked_not_proposed() -> None:
    wanted = {f"A-00{n}": Wanted("award", None, "全部资助。") for n in (1, 2, 3)}

    found = propose(request(), wanted, 1)

    assert found.selection.blocked and not found.selection.funded


def test_a_capped_award_is_a_part_of_the_request() -> None:
    found = propose(request(purse=200_000, award_cap_fen=40_000 * YUAN), {}, 1)

    assert [(r.outcome, r.amount_fen) for r in found.rows[:1]] == [("partial", 40_000 * YUAN)]


def test_decisions_reach_counting_as_overrides() -> None:
    wanted = {
        "A-002": Wanted("partial", 5, "核减。"),
        "A-001": Wanted("reserve", 7, "待定。"),
    }

    assert [(o.application, o.decision, o.award_fen) for o in overrides(wanted)] == [
        ("A-001", "out", None),
        ("A-002", "in", 5),
    ]


def test_a_decision_names_its_reason_and_a_sound_amount() -> None:
    assert set(wrong(Wanted("partial", 50_000, " "), 50_000)) == {"amount", "reason"}
    assert set(wrong(Wanted("perhaps", None, "好"), 50_000)) == {"outcome"}
    assert not wrong(Wanted("partial", 49_999, "核减。"), 50_000)


def test_a_letter_says_neither_code_nor_place() -> None:
    reasons = [official_reason(o, "rest", None) for o in ("refuse", "reserve", "partial")]

    assert all(reasons) and official_reason("award", "rank", None) == ""
    assert not any("A-" in text or "名次" in text for text in reasons)
    assert official_reason("refuse", "passed", "重复资助。") == "重复资助。"

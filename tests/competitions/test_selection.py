"""Choosing within the purse: by hand, against every possible set, and what the naive sum would do."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from charity_portal.competitions.rules import selection
from charity_portal.competitions.rules.choosing.by_rank import Taken, by_rank, line
from charity_portal.competitions.rules.choosing.exact import best_set
from charity_portal.competitions.rules.choosing.limits import Limits
from charity_portal.competitions.rules.findings import Selection
from charity_portal.competitions.rules.scores import Candidate, SelectionRule, TrackLimit
from charity_portal.competitions.rules.selection import Placed, Request, SelectionBroken, choose
from tests.factories.contests import YUAN, make_rule


def placed(
    *rows: tuple[str, float | None, int], tracks: str = "", groups: str = ""
) -> list[Placed]:
    """(code, points, yuan) in order of rank; a letter of `tracks` and `groups` for each."""
    tracks, groups = tracks or "T" * len(rows), groups or " " * len(rows)
    return [
        Placed(
            rank,
            Candidate(code, tracks[rank - 1], yuan * YUAN, group=groups[rank - 1].strip()),
            None if points is None else Decimal(str(points)).quantize(Decimal("1.0000")),
        )
        for rank, (code, points, yuan) in enumerate(rows, start=1)
    ]


def funded(found: Selection) -> str:
    return "".join(row.application for row in found.rows if row.award_fen)


def reasons(found: Selection) -> dict[tuple[str, str], str]:
    return {(i.funded, i.passed): i.code for i in found.inversions}


FIVE = placed(("A", 90, 40), ("B", 80, 70), ("C", 70, 30), ("D", 60, 20), ("E", 50, 10))

# --- Down the ranking --------------------------------------------------------------------------------


def test_by_rank_skipping_goes_on_after_one_that_does_not_fit() -> None:
    found = choose(Request(FIVE, make_rule(100, cut="skip")))
    assert funded(found) == "ACDE"
    assert reasons(found) == dict.fromkeys([("E", "B"), ("D", "B"), ("C", "B")], "purse")
    assert (found.spent_fen, found.left_fen) == (100 * YUAN, 0)


def test_by_rank_stopping_ends_at_the_first_that_does_not_fit() -> None:
    found = choose(Request(FIVE, make_rule(100, cut="stop")))
    assert funded(found) == "A"
    assert found.inversions == ()


def test_the_most_awards_end_the_way_down() -> None:
    assert funded(choose(Request(FIVE, make_rule(1_000, most=2)))) == "AB"


def test_the_last_award_may_be_a_part_if_that_is_enough() -> None:
    partly = choose(Request(FIVE, make_rule(100, partial_bp=8_000, cut="stop")))
    assert [(r.application, r.outcome, r.award_fen) for r in partly.rows[:3]] == [
        ("A", "award", 40 * YUAN),
        ("B", "partial", 60 * YUAN),
        ("C", "none", 0),
    ]
    too_little = choose(Request(FIVE, make_rule(100, partial_bp=9_000, cut="stop")))
    assert funded(too_little) == "A"


def test_a_tracks_minimum_is_filled_with_its_best_first() -> None:
    rows = placed(("A", 90, 40), ("B", 80, 40), ("C", 70, 40), ("D", 60, 40), tracks="TTTU")
    found = choose(Request(rows, make_rule(100, tracks=(TrackLimit("U", 1),))))
    assert funded(found) == "AD"
    assert reasons(found) == dict.fromkeys([("D", "B"), ("D", "C")], "track_least")
    assert found.rows[3].how == "track"


def test_an_applicant_or_a_track_that_is_full_is_passed_over() -> None:
    rows = placed(("A", 90, 10), ("B", 80, 10), ("C", 70, 10), tracks="TTU", groups="xxy")
    by_group = choose(Request(rows, make_rule(100, per_group=1)))
    assert (funded(by_group), reasons(by_group)) == ("AC", {("C", "B"): "applicant"})
    by_track = choose(Request(rows, make_rule(100, tracks=(TrackLimit("T", 0, 1),))))
    assert (funded(by_track), reasons(by_track)) == ("AC", {("C", "B"): "track_most"})
    by_purse = choose(Request(rows, make_rule(100, tracks=(TrackLimit("T", 0, None, 15 * YUAN),))))
    assert (funded(by_purse), reasons(by_purse)) == ("AC", {("C", "B"): "track_purse"})


def test_an_award_is_no_higher_than_the_cap() -> None:
    found = choose(Request(FIVE, make_rule(1_000, award_cap_fen=30 * YUAN)))
    assert [row.award_fen // YUAN for row in found.rows] == [30, 30, 30, 20, 10]


def test_below_the_floor_nothing_is_funded() -> None:
    found = choose(Request(FIVE, make_rule(1_000, floor=Decimal(70))))
    assert funded(found) == "ABC"
    assert "低于最低分" in found.rows[3].why.msgid


def test_who_has_no_points_is_not_funded() -> None:
    rows = placed(("A", 90, 10), ("B", None, 10))
    for rule in ("rank", "exact"):
        assert funded(choose(Request(rows, make_rule(1_000, rule)))) == "A"


def test_a_minimum_that_the_ranking_does_not_reach_is_said() -> None:
    found = choose(Request(FIVE, make_rule(100, least=5)))
    assert [c.code for c in found.caveats] == ["short"]


# --- People decide -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["rank", "exact"])
def test_decisions_of_people_hold_and_are_given_as_the_reason(rule: str) -> None:
    request = Request(
        FIVE,
        make_rule(70, rule),
        forced_in={"E": "a village without any"},
        forced_out={"A": "withdrew"},
    )
    found = choose(request)
    assert "E" in funded(found)
    assert "A" not in funded(found)
    codes = reasons(found)
    assert all(code == "taken_out" for (_, passed), code in codes.items() if passed == "A")
    assert {code for (low, passed), code in codes.items() if low == "E" and passed != "A"} == {
        "put_in"
    }
    said = [i.why.params["why"] for i in found.inversions if i.funded == "E" and i.passed == "B"]
    assert said == ["a village without any"]


@pytest.mark.parametrize("rule", ["rank", "exact"])
def test_people_may_put_in_who_has_no_points_and_set_the_amount(rule: str) -> None:
    rows = placed(("A", 90, 60), ("B", None, 60))
    request = Request(rows, make_rule(100, rule), forced_in={"B": "why"}, amounts={"B": 40 * YUAN})
    assert {r.application: r.award_fen // YUAN for r in choose(request).rows} == {"A": 60, "B": 40}


@pytest.mark.parametrize("rule", ["rank", "exact"])
def test_decisions_that_exceed_the_purse_propose_nothing_and_say_so(rule: str) -> None:
    found = choose(Request(FIVE, make_rule(100, rule), forced_in={"A": "x", "B": "y"}))
    assert funded(found) == ""
    assert {"purse", "override"} <= {b.code for b in found.blocked}


# --- The exact way -----------------------------------------------------------------------------------


def test_the_exact_way_keeps_minimums_that_the_ranking_misses() -> None:
    rows = placed(("A", 90, 60), ("B", 80, 50), ("C", 70, 30), ("D", 60, 20), tracks="TTUU")
    rule = make_rule(100, "exact", least=3, tracks=(TrackLimit("T", 1), TrackLimit("U", 2)))
    assert funded(choose(Request(rows, rule))) == "BCD"


def test_the_naive_sum_buys_more_cheaper_and_worse_projects() -> None:
    """A planted purse: four good projects of 25, or one of them and fifteen mediocre ones of 5."""
    good = [(f"G{n}", 90 - n, 25) for n in range(4)]
    cheap = [(f"c{n:02}", 55 - n / 10, 5) for n in range(16)]
    rows = placed(*good, *cheap)
    ours = choose(Request(rows, make_rule(100, "exact")))
    assert ours.funded == {"G0", "G1", "G2", "G3"}
    assert ours.inversions == ()
    points = [int((p.points or 0) * 10_000) for p in rows]
    naive = best_set(rows, points, Limits(make_rule(100)), ())
    assert naive is not None
    assert len(naive) == 16
    by_code = {p.id: p.points or Decimal(0) for p in rows}
    assert sum(by_code[c] for c in ours.funded) / 4 == Decimal("88.5")
    assert sum(by_code[c] for c in naive) / 16 < 57


def test_whoever_stands_on_the_line_is_funded_where_there_is_room() -> None:
    assert funded(choose(Request(FIVE, make_rule(170, "exact")))) == "ABCDE"


def test_of_equal_sets_the_one_with_the_higher_places_is_taken() -> None:
    rows = placed(("A", 80, 50), ("B", 80, 50), ("C", 80, 50), ("D", 80, 50))
    assert funded(choose(Request(rows, make_rule(100, "exact")))) == "AB"


def test_what_is_left_may_fund_a_part_of_the_next() -> None:
    rows = placed(("A", 90, 60), ("B", 80, 50), ("C", 70, 45))
    found = choose(Request(rows, make_rule(100, "exact", partial_bp=8_000, cut="stop")))
    assert [(r.outcome, r.award_fen // YUAN, r.how) for r in found.rows] == [
        ("award", 60, "exact"),
        ("partial", 40, "rest"),
        ("none", 0, "passed"),
    ]


def test_the_sure_ones_are_fixed_and_dropped_again_when_they_do_not_fit_together() -> None:
    rows = placed(("A", 90, 90), ("B", 80, 50), ("C", 79, 50), tracks="TTU")
    rule = make_rule(100, "exact", fixed_in_bp=9_000)
    fixed = choose(Request(rows, rule, chances={"C": 9_500}))
    assert "C" in funded(fixed)
    assert next(r.how for r in fixed.rows if r.application == "C") == "fixed"
    both = choose(Request(rows, rule, chances={"A": 9_500, "B": 9_500}))
    assert [c.code for c in both.caveats] == ["sure_dropped"]


def test_the_impossible_names_what_makes_it_so() -> None:
    rows = placed(("A", 90, 60), ("B", 80, 50), tracks="TU")
    found = choose(Request(rows, make_rule(100, "exact", least=2)))
    assert {b.code for b in found.blocked} == {"purse", "least"}
    assert (found.spent_fen, funded(found), len(found.rows)) == (0, "", 2)
    other = choose(Request(rows, make_rule(1_000, "exact", tracks=(TrackLimit("U", 2),))))
    assert [b.code for b in other.blocked] == ["track"]


def test_nobody_to_choose_from_is_an_empty_choice() -> None:
    for rule in ("rank", "exact"):
        found = choose(Request([], make_rule(100, rule)))
        assert (found.rows, found.line, found.blocked) == ((), None, ())
    assert choose(Request([], make_rule(100, "exact", least=1))).blocked


# --- Against every possible set ----------------------------------------------------------------------


def random_request(seed: int, count: int = 9) -> Request:
    dice = random.Random(seed)
    rows = sorted(
        ((round(dice.gauss(70, 6), 1), dice.randrange(2, 12) * 5) for _ in range(count)),
        reverse=True,
    )
    order = placed(
        *((chr(65 + n), points, yuan) for n, (points, yuan) in enumerate(rows)),
        tracks="".join(dice.choice("TU") for _ in rows),
        groups="".join(dice.choice("xyz ") for _ in rows),
    )
    limits = {
        "least": dice.choice([0, 2, 3]),
        "most": dice.choice([None, 4, 6]),
        "per_group": dice.choice([None, 1, 2]),
        "tracks": dice.choice(
            [
                (),
                (TrackLimit("T", 1, 2),),
                (TrackLimit("U", 2, None, 60 * YUAN), TrackLimit("T", 1)),
            ]
        ),
    }
    return Request(
        order,
        make_rule(dice.randrange(60, 160), "exact", cut=dice.choice(["stop", "skip"]), **limits),
    )


def by_trying(request: Request) -> frozenset[str] | None:
    """The best of all sets: the greatest sum above the line, then the highest places."""
    limits = Limits(request.rule)
    at = line(request.order, limits) or max(p.points or Decimal(0) for p in request.order)
    best: tuple[tuple[int, tuple[bool, ...]], frozenset[str]] | None = None
    for flags in itertools.product((True, False), repeat=len(request.order)):
        chosen = [p for p, flag in zip(request.order, flags, strict=True) if flag]
        if limits.broken({p.candidate: limits.need(p.candidate) for p in chosen}):
            continue
        value = sum(1 + int(((p.points or at) - at) * 10_000) for p in chosen)
        key = (value, flags)
        if best is None or key > best[0]:
            best = key, frozenset(p.id for p in chosen)
    return best[1] if best else None


@pytest.mark.parametrize("seed", range(40))
def test_the_exact_way_finds_what_trying_every_set_finds(seed: int) -> None:
    request = random_request(seed)
    expected = by_trying(request)
    found = choose(request)
    assert found.funded == (expected or frozenset())
    assert bool(found.blocked) == (expected is None)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("rule", ["rank", "exact"])
def test_every_inversion_is_listed_and_has_a_reason(seed: int, rule: str) -> None:
    request = random_request(seed, count=14)
    request = replace(request, rule=replace(request.rule, rule=rule, partial_bp=5_000))
    found = choose(request)
    ranks = {row.application: row.rank for row in found.rows}
    expected = {
        (low, high)
        for low in found.funded
        for high in ranks
        if high not in found.funded and ranks[high] < ranks[low]
    }
    assert set(reasons(found)) == expected
    assert all(i.code and i.why.in_source() for i in found.inversions)


def test_what_may_be_chosen_from_in_any_order_of_limits_is_chosen_alike() -> None:
    request = random_request(3, count=14)
    turned = replace(request.rule, tracks=tuple(reversed(request.rule.tracks)))
    assert choose(request).rows == choose(replace(request, rule=turned)).rows


# --- Nothing is trusted ------------------------------------------------------------------------------


def test_a_choice_that_breaks_a_limit_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def everybody(order: Sequence[Placed], *_: object) -> frozenset[str]:
        return frozenset(p.id for p in order)

    monkeypatch.setattr(selection, "best_set", everybody)
    with pytest.raises(SelectionBroken, match="purse"):
        choose(Request(FIVE, make_rule(100, "exact")))


@pytest.mark.parametrize("apart", [0, 1])
def test_amounts_of_many_digits_are_kept_to_the_fen(apart: int) -> None:
    """One fen too much is too much, and none too much is none, however large the amounts are."""
    amounts = [33_333_333_333_33 + apart * n for n in range(3)]
    rows = [
        Placed(n, Candidate(f"A{n}", "T", fen), Decimal(90 - n)) for n, fen in enumerate(amounts)
    ]
    just = SelectionRule("exact", sum(amounts))
    assert len(choose(Request(rows, just)).funded) == 3
    assert len(choose(Request(rows, replace(just, purse_fen=sum(amounts) - 1))).funded) == 2


@pytest.mark.parametrize("seed", range(20))
def test_large_amounts_without_a_common_unit_are_added_exactly(seed: int) -> None:
    """The purse is short by a single fen for the best set: no tolerance of a solver may hide it."""
    dice = random.Random(seed)
    amounts = [dice.randrange(10**11, 10**12) * 2 + 1 for _ in range(8)]
    rows = [
        Placed(n, Candidate(f"A{n}", "T", fen), Decimal(90 - n)) for n, fen in enumerate(amounts, 1)
    ]
    best = SelectionRule("exact", sum(amounts[:5]), cut="skip")
    assert (
        sum(
            a
            for a, p in zip(amounts, rows, strict=True)
            if p.id in choose(Request(rows, best)).funded
        )
        <= best.purse_fen
    )
    request = Request(rows, replace(best, purse_fen=sum(amounts[:5]) - 1))
    assert choose(request).funded == by_trying(request)


# --- The parts ---------------------------------------------------------------------------------------


def test_the_line_knows_purse_and_count_only() -> None:
    rule = make_rule(100, cut="stop", tracks=(TrackLimit("T", 0, 1),), partial_bp=100)
    assert line(placed(("A", 90, 50), ("B", 80, 50), ("C", 70, 50)), Limits(rule)) == 80
    assert line([], Limits(rule)) is None


def test_who_is_taken_says_how() -> None:
    rows = placed(("A", 90, 50), ("B", 80, 30), ("C", 70, 50), tracks="TTU")
    rule = make_rule(120, tracks=(TrackLimit("U", 1),), partial_bp=5_000)
    assert by_rank(rows, Limits(rule), {"B"}) == {
        "B": Taken(30 * YUAN, "override"),
        "C": Taken(50 * YUAN, "track"),
        "A": Taken(40 * YUAN, "rest"),
    }


def test_the_least_part_is_rounded_up_to_a_whole_fen() -> None:
    limits = Limits(make_rule(1, partial_bp=5_000, award_cap_fen=300))
    assert limits.least_part(Candidate("A", "T", 101)) == 51
    assert limits.least_part(Candidate("A", "T", 10_000)) == 150
    assert Limits(make_rule(1)).least_part(Candidate("A", "T", 101)) is None

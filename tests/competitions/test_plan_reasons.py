"""Why this reviewer: where they stand among those who may, what stood in the way of better ones."""

from dataclasses import replace

from charity_portal.competitions.rules.plan_reasons import points, reasons
from charity_portal.competitions.rules.review_rounds import Entry, Judge, Pair, Round, Wishes

A, B = 101, 102
ROUND = Round(
    judges=(Judge(1, "J01", 0, 1, 7), Judge(2, "J02", 0, 2, 8), Judge(3, "J03", 0, 2, 7)),
    entries=(Entry(A, "P-01", 7), Entry(B, "P-02", 7)),
    scores={(1, 7): 900_000, (2, 7): 300_000, (3, 7): 500_000},
    wishes=Wishes(each=1),
)


def said(of: Round, pairs: set[Pair], pair: Pair) -> list[tuple[str, dict[str, object]]]:
    return [(text.msgid, dict(text.params)) for text in reasons(of, pairs, [pair])[pair]]


def test_scores_are_read_with_two_decimals_rounded_half_up() -> None:
    assert [points(n) for n in (0, 4_999, 5_000, 1_000_000, 2_344_999, -50_000)] == [
        "0.00",
        "0.00",
        "0.01",
        "1.00",
        "2.34",
        "-0.05",
    ]


def test_the_best_of_all_is_said_to_be_so_and_who_would_be_next() -> None:
    first, second = said(ROUND, {(1, A), (3, B)}, (1, A))
    assert "没有更合适的" in first[0] and first[1] == {"n": 3, "score": "0.90"}
    assert second[1] == {"judge": "J03", "score": "0.50", "lower": "-0.40"}


def test_better_ones_who_are_full_are_counted() -> None:
    first, second = said(ROUND, {(1, A), (3, B)}, (3, B))
    assert first[1] == {"n": 3, "better": 1, "full": 1, "score": "0.50"}
    assert second[1]["judge"] == "J02"


def test_who_must_stand_aside_is_no_alternative() -> None:
    of = replace(ROUND, conflicts=frozenset({(2, B), (1, B)}))
    first, second = said(of, {(1, A), (3, B)}, (3, B))
    assert first[1] == {"n": 1, "score": "0.50"} and "没有其他可评" in second[0]


def test_reading_across_tracks_and_work_begun_are_named() -> None:
    of = replace(ROUND, begun=frozenset({(2, A)}))
    texts = [msgid for msgid, _ in said(of, {(2, A), (3, B)}, (2, A))]
    assert texts[0].startswith("评审已经开始") and any("跨赛道" in text for text in texts)


def test_a_colleague_of_another_reviewer_is_no_alternative() -> None:
    judges = tuple(replace(j, employer="x" if j.id != 1 else None) for j in ROUND.judges)
    of = replace(ROUND, judges=judges, wishes=Wishes(each=2))
    last = said(of, {(1, A), (2, A)}, (1, A))[-1]
    assert "没有其他可评" in last[0]

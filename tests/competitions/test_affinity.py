"""How well a panel member suits an application."""

import itertools

from charity_portal.competitions.rules.affinity import (
    FULL_EXPERIENCE,
    MICRO,
    WEIGHTS,
    Background,
    Subject,
    affinity,
)

ELDERLY = Subject(1, frozenset({"elderly", "health"}))


def score(member: Background, subject: Subject = ELDERLY) -> int:
    return affinity(member, subject).score


def test_the_weights_add_up_to_one() -> None:
    assert sum(WEIGHTS.values()) == 1


def test_who_has_everything_is_a_perfect_fit_and_who_has_nothing_of_it_is_none() -> None:
    fields = frozenset({"elderly", "health", "finance"})
    assert score(Background(fields, 1, {"elderly": FULL_EXPERIENCE})) == MICRO
    assert score(Background(frozenset({"villages"}), 2, {"villages": 3})) == 0


def test_what_is_not_known_is_worth_one_half_and_never_zero() -> None:
    assert score(Background()) == MICRO // 2
    assert score(Background(), Subject()) == MICRO // 2
    known = Background(frozenset({"elderly"}), 1, {"elderly": 4})
    assert score(known, Subject()) == MICRO // 2


def test_half_of_the_fields_is_half_of_that_part() -> None:
    parts = {
        part.key: part.value for part in affinity(Background(frozenset({"health"})), ELDERLY).parts
    }
    assert parts == {"subject": MICRO // 2, "track": MICRO // 2, "experience": MICRO // 2}


def test_experience_counts_in_the_best_of_the_fields_and_no_more_than_full() -> None:
    member = Background(frozenset({"elderly"}), 1, {"elderly": 3, "health": 7, "culture": 50})
    found = {part.key: part for part in affinity(member, ELDERLY).parts}["experience"]
    assert found.value == 700_000 and "7" in str(found.note.params["n"])
    many = Background(frozenset({"elderly"}), 1, {"elderly": 400})
    assert affinity(many, ELDERLY).parts[2].value == MICRO


def test_more_of_anything_never_lowers_the_score() -> None:
    fields = [frozenset({"villages"}), frozenset({"elderly"}), frozenset({"elderly", "health"})]
    histories = [{"villages": 1}, {"elderly": 2}, {"elderly": 30}]
    for track, history in itertools.product((2, None, 1), histories):
        scores = [score(Background(f, track, history)) for f in fields]
        assert scores == sorted(scores)
    for found, history in itertools.product(fields, histories):
        scores = [score(Background(found, track, history)) for track in (2, None, 1)]
        assert scores == sorted(scores)


def test_every_part_says_what_it_rests_on() -> None:
    for member in (Background(), Background(frozenset({"health"}), 2, {"health": 1})):
        for part in affinity(member, ELDERLY).parts:
            assert part.note.msgid

"""Reviewers assigned from a file's figures: rules kept, the best proven, the same answer in any order."""

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from charity_portal.competitions.rules import assignment, assignment_files
from charity_portal.competitions.rules.assignment import (
    Answer,
    Infeasible,
    Instance,
    Refused,
    figures,
    solve,
    verify,
)
from charity_portal.kernel.matching import levels
from tests.factories.assignments_at_random import Size, as_file, by_fields, shuffled, tight


def read(instance: dict[str, Any]) -> Instance:
    return assignment_files.read(io.BytesIO(as_file(instance)))


def small(seed: int) -> dict[str, Any]:
    """Small enough to try everything."""
    instance = tight(seed)
    names = [r["id"] for r in instance["reviewers"][:4]]
    wanted = instance["applications"][:4]
    kept = {*names, *wanted}
    return instance | {
        "k": 2,
        "reviewers": [{"id": name, "min": 1, "max": 2} for name in names],
        "applications": wanted,
        "affinity": [row for row in instance["affinity"] if kept >= set(row[:2])],
        "conflicts": [row for row in instance["conflicts"] if kept >= set(row)],
    }


def every_assignment(instance: Instance) -> list[tuple[tuple[str, str], ...]]:
    names = [reviewer.id for reviewer in instance.reviewers]
    choices = [
        [tuple((r, a) for r in readers) for readers in itertools.combinations(names, instance.k)]
        for a in instance.applications
    ]
    plans = (tuple(itertools.chain(*plan)) for plan in itertools.product(*choices))
    return [plan for plan in plans if not verify(instance, plan)]


@pytest.mark.parametrize("objective", ["fair", "total"])
def test_as_good_as_trying_everything(objective: str) -> None:
    impossible = 0
    for seed in range(25):
        instance = read(small(seed) | {"objective": objective})
        known = [figures(instance, plan) for plan in every_assignment(instance)]
        try:
            answer = solve(instance)
        except Infeasible:
            impossible += 1
            assert known == []
            continue
        total, worst = figures(instance, answer.pairs)
        if objective == "fair":
            assert (worst, total) == max((w, t) for t, w in known)
            assert answer.worst == answer.worst_bound
        else:
            assert total == max(t for t, _ in known)
        assert answer.worst_bound * instance.unit >= max(w for _, w in known) - 1
    assert 0 < impossible < 20


def test_tight_rounds_break_no_rule_and_order_changes_nothing() -> None:
    for seed in range(2000, 2060):
        told = tight(seed)
        instance, other = read(told), read(shuffled(told, seed))
        answer = answered(instance)
        assert answer == answered(other)
        if answer is not None:
            assert verify(instance, answer.pairs) == []
            assert answer.worst <= answer.worst_bound and answer.total <= answer.total_bound


def answered(instance: Instance) -> Answer | None:
    try:
        return solve(instance)
    except Infeasible:
        return None


def test_the_key_decides_between_equals_and_nothing_else() -> None:
    told = tight(1) | {"affinity": [], "objective": "fair"}
    answers = {key: solve(read(told | {"key": key})) for key in ("1", "2", "3")}
    assert len({answer.pairs for answer in answers.values()}) > 1
    assert {answer.key for answer in answers.values()} == {"1", "2", "3"}
    assert len({(answer.total, answer.worst) for answer in answers.values()}) == 1


def test_without_affinities_loads_are_even() -> None:
    told = by_fields(Size(40, 10, spare=1.0, conflicts=0.1), seed=3) | {"affinity": []}
    loads = [0] * 10
    for reviewer, _ in solve(read(told)).pairs:
        loads[int(reviewer[1:])] += 1
    assert set(loads) == {12}


def test_a_middling_round_is_proven_and_loses_next_to_nothing() -> None:
    told = by_fields(Size(200, 40, spare=0.2, least=10, conflicts=0.05), seed=4)
    fair, total = solve(read(told)), solve(read(told | {"objective": "total"}))
    assert fair.worst == fair.worst_bound > total.worst
    assert fair.total >= 0.995 * total.total


def test_figures_are_sums_of_the_affinities_in_the_file() -> None:
    told = tight(5)
    affinity = {(r, a): score for r, a, score in told["affinity"]}
    answer = solve(read(told))
    assert answer.total == pytest.approx(sum(affinity.get(pair, 0) for pair in answer.pairs))


@pytest.mark.parametrize(
    ("tamper", "rule"),
    [
        (lambda pairs: pairs[1:], "reviewers"),
        (lambda pairs: (*pairs, pairs[0]), "twice"),
        (lambda pairs: (*pairs[1:], ("nobody", pairs[0][1])), "unknown"),
        (lambda pairs: (("walled", pairs[0][1]), *pairs[1:]), "conflict"),
        (lambda pairs: tuple(("r0", a) for _, a in pairs), "load"),
    ],
)
def test_every_broken_rule_is_seen(
    tamper: Callable[[tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]], rule: str
) -> None:
    told = tight(6)
    walls = [["walled", name] for name in told["applications"]]
    told["reviewers"].append({"id": "walled", "min": 0, "max": 9})
    instance = read(told | {"conflicts": [*told["conflicts"], *walls]})
    pairs = solve(instance).pairs
    assert verify(instance, pairs) == []
    assert rule in {violation.rule for violation in verify(instance, tamper(pairs))}


def test_a_minimum_that_is_missed_is_seen() -> None:
    told = tight(6)
    told["reviewers"].append({"id": "eager", "min": 1, "max": 9})
    instance = read(told)
    pairs = tuple(pair for pair in solve(instance).pairs if pair[0] != "eager")
    assert ("load", "eager", 0) in {
        (wrong.rule, wrong.reviewer, wrong.count) for wrong in verify(instance, pairs)
    }


def test_a_solver_that_lies_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = levels.solve

    def swapped(*arguments: Any) -> levels.Solution:
        found = honest(*arguments)
        return replace(found, pairs=found.pairs[1:])

    def boasting(*arguments: Any) -> levels.Solution:
        found = honest(*arguments)
        return replace(found, worst_bound=found.worst - 1)

    instance = read(tight(7))
    for lie in (swapped, boasting):
        monkeypatch.setattr(levels, "solve", lie)
        with pytest.raises(Refused):
            solve(instance)


def test_what_is_missing_is_named_with_the_smallest_relief() -> None:
    told = {
        "k": 2,
        "reviewers": [{"id": n, "min": 0, "max": 2} for n in ("r1", "r2", "r3")],
        "applications": ["a1", "a2", "a3", "a4"],
        "affinity": [],
        "conflicts": [["r1", "a1"], ["r2", "a1"]],
    }
    with pytest.raises(Infeasible) as refusal:
        solve(read(told))
    assert sum(refusal.value.applications.values()) == 8 - 6 or refusal.value.applications["a1"]
    assert sum(refusal.value.relief.values()) >= 1
    assert refusal.value.reviewers == {}
    assert assignment.KEY == "1"

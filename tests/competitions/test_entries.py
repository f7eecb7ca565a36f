from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from charity_portal.competitions.rules.bundles.entries import (
    REQUIRED,
    Entries,
    Fault,
    fen,
    listed,
    points,
    truth,
    whole,
    word,
)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (fen, "12.5", 1_250),
        (fen, "12.05", 1_205),
        (fen, 12, 1_200),
        (points, "2.2500", Decimal("2.25")),
        (points, 3, Decimal(3)),
        (whole, 0, 0),
        (truth, False, False),
        (listed, [], []),
        (word, "x", "x"),
    ],
)
def test_what_is_as_documented_is_read(
    read: Callable[[Any, str], Any], value: object, expected: object
) -> None:
    assert read(value, "there") == expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (fen, "12.345"),
        (fen, "-1"),
        (fen, True),
        (fen, "１２"),
        (fen, " 12"),
        (fen, "9" * 14),
        (points, "1e3"),
        (points, "NaN"),
        (points, True),
        (points, "0.00001"),
        (whole, True),
        (whole, "5"),
        (whole, -1),
        (truth, 1),
        (listed, "ab"),
        (word, ""),
        (word, "x" * 3_000),
    ],
)
def test_what_is_not_is_a_fault_with_its_place(
    read: Callable[[Any, str], Any], value: object
) -> None:
    with pytest.raises(Fault) as caught:
        read(value, "there")
    assert caught.value.field == "there"


def test_null_counts_as_absent_and_what_is_required_is_missed() -> None:
    assert Entries({"a": None}, "").get("a", whole, 7) == 7
    with pytest.raises(Fault) as caught:
        Entries({"a": None}, "outer").get("a", whole, REQUIRED)
    assert caught.value.field == "outer.a"


def test_what_nobody_asked_for_is_a_fault_at_any_depth() -> None:
    outer = Entries({"list": [{"a": 1}, {"a": 2, "b": 3}]}, "")
    with pytest.raises(Fault) as caught:
        outer.each("list", lambda inner: inner.get("a", whole))
    assert caught.value.field == "list[1].b"

"""A JSON object read member by member, its long lists into columns."""

import io
import json
import tracemalloc

import pytest

from charity_portal.competitions.rules.json_members import BrokenJson, Tuples, members


def test_short_members_are_what_json_says_and_long_ones_are_columns() -> None:
    text = (
        b' {"a" : {"b": [1, null]}, "t":[ ["x","y",2] ,["z","y",-0.5]], "p": [["x", "y"]], "e": []}'
    )
    found = members(io.BytesIO(text), {"t": 3, "p": 2, "e": 3})
    assert found["a"] == {"b": [1, None]}
    triples = found["t"]
    assert (triples.firsts.tolist(), triples.seconds.tolist()) == ([0, 1], [0, 0])
    assert triples.numbers.tolist() == [2.0, -0.5]
    assert (list(triples.first_names), list(triples.second_names)) == (["x", "z"], ["y"])
    assert found["p"].firsts.tolist() == [0] and not found["p"].numbers
    assert found["e"] == Tuples()


def test_the_first_strange_entry_is_remembered_and_the_rest_is_still_json() -> None:
    found = members(io.BytesIO(b'{"t": [["x","y",2], {}, ["x"], ["a","b",1]], "k": 1}'), {"t": 3})
    assert found["t"].strange == 1 and found["t"].firsts.tolist() == [0] and found["k"] == 1
    with pytest.raises(BrokenJson):
        members(io.BytesIO(b'{"t": [["x","y",2], {}, ["x",], ["a","b",1]]}'), {"t": 3})


def test_a_long_list_needs_a_fraction_of_what_json_loads_needs() -> None:
    rows = [[f"reviewer {n % 50}", f"application {n // 50}", n / 1e4] for n in range(10_000)]
    data = json.dumps({"t": rows}).encode()
    peaks = []
    for read in (lambda: members(io.BytesIO(data), {"t": 3}), lambda: json.loads(data)):
        tracemalloc.start()
        read()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < 0.5 * peaks[1]

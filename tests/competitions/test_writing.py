import json

from charity_portal.competitions.rules.bundles.writing import texts
from charity_portal.competitions.rules.scores import Candidate, Material, Override, Score
from tests.factories.contests import TWO_CRITERIA, make_method, make_rule

MATERIAL = Material(
    (Score("B", "J1", "need", 0), Score("A", "J2", "need", None), Score("A", "J1", "need", 5)),
    TWO_CRITERIA,
    (Candidate("B", "T1", 123_456), Candidate("A", "T1", 5, group="G1")),
    make_method(selection=make_rule(100), overrides=(Override("B", "in", "理由"),)),
)


def test_not_applicable_is_empty_zero_is_zero_and_rows_stand_by_code() -> None:
    assert texts(MATERIAL)["scores.csv"].splitlines() == [
        "application,reviewer,criterion,score",
        "A,J1,need,5",
        "A,J2,need,",
        "B,J1,need,0",
    ]


def test_amounts_are_yuan_with_two_decimals() -> None:
    assert texts(MATERIAL)["applications.csv"].splitlines() == [
        "application,track,requested,bonus,applicant",
        "A,T1,0.05,0.0000,G1",
        "B,T1,1234.56,0.0000,",
    ]


def test_json_holds_what_is_set_and_no_numbers_with_a_point() -> None:
    method = json.loads(texts(MATERIAL)["method.json"])
    assert method["selection"] == {
        "cut": "skip",
        "least": 0,
        "purse": "100.00",
        "rule": "rank",
        "tracks": [],
    }
    assert method["overrides"] == [{"application": "B", "decision": "in", "reason": "理由"}]
    assert "理由" in texts(MATERIAL)["method.json"]

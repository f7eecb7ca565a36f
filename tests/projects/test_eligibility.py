"""Who may apply: each rule, holding and not holding."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask

from charity_portal.projects.rules.eligibility import Rules, answers, check, conditions

DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Applicant:
    kind: str = "service"
    county: str | None = "370602"
    township: str | None = "370602001"
    is_charity: bool = True
    standing: str = "normal"
    grade: int | None = 3
    years: int | None = 2

    def grade_on(self, day: date) -> int | None:
        return self.grade if day == DAY else None

    def years_on(self, day: date) -> int | None:
        return self.years if day == DAY else None


CASES: list[tuple[dict[str, Any], dict[str, Any], int, list[str]]] = [
    ({}, {}, 0, []),
    ({"kinds": ["service"]}, {}, 0, []),
    ({"kinds": ["association", "foundation"]}, {}, 0, ["kinds"]),
    ({"regions": ["370602"]}, {}, 0, []),
    ({"regions": ["3706"]}, {}, 0, []),
    ({"regions": ["370602001"]}, {}, 0, []),
    ({"regions": ["370611", "3707"]}, {}, 0, ["regions"]),
    ({"regions": ["370602"]}, {"county": "3706", "township": None}, 0, ["regions"]),
    ({"regions": ["3706"]}, {"county": "3706", "township": None}, 0, []),
    ({"regions": ["3706"]}, {"county": None, "township": None}, 0, ["regions"]),
    ({"standings": ["normal"]}, {"standing": "abnormal"}, 0, ["standings"]),
    ({"standings": ["normal", "abnormal"]}, {"standing": "abnormal"}, 0, []),
    ({"standings": ["normal", "abnormal"]}, {"standing": "serious"}, 0, ["standings"]),
    ({}, {"standing": "serious"}, 0, []),
    ({"min_years": 2}, {}, 0, []),
    ({"min_years": 3}, {}, 0, ["min_years"]),
    ({"min_years": 1}, {"years": None}, 0, ["min_years"]),
    ({"min_grade": 3}, {}, 0, []),
    ({"min_grade": 4}, {}, 0, ["min_grade"]),
    ({"min_grade": 1}, {"grade": None}, 0, ["min_grade"]),
    ({"charity_only": True}, {}, 0, []),
    ({"charity_only": True}, {"is_charity": False}, 0, ["charity_only"]),
    ({}, {}, 1, []),
    ({}, {}, 2, ["limit"]),
    ({}, {}, 3, ["limit"]),
    (
        {"kinds": ["foundation"], "min_grade": 5, "charity_only": True},
        {"is_charity": False},
        2,
        ["kinds", "min_grade", "charity_only", "limit"],
    ),
]


@pytest.mark.parametrize(("stored", "applicant", "already", "wrong"), CASES)
def test_rule(
    app: Flask,
    stored: dict[str, Any],
    applicant: dict[str, Any],
    already: int,
    wrong: list[str],
) -> None:
    found = check(Rules.read(stored, 2), Applicant(**applicant), DAY, already)
    assert [defect.key for defect in found] == [f"eligibility:{key}" for key in wrong]
    assert all(str(defect.text) for defect in found)


def test_every_rule_is_answered_not_only_those_that_fail(app: Flask) -> None:
    stored = {"kinds": ["service"], "regions": ["3707"], "min_years": 1}
    given = answers(Rules.read(stored, 1), Applicant(), DAY, 0)
    assert [(a.key, a.holds) for a in given] == [
        ("kinds", True),
        ("regions", False),
        ("min_years", True),
        ("barred", True),
        ("limit", True),
    ]


def test_regions_are_said_by_name(app: Flask) -> None:
    names = {"370602": "芝罘区", "3707": "潍坊市"}
    given = answers(
        Rules.read({"regions": ["3707"]}, 1), Applicant(), DAY, 0, lambda code: names[code]
    )
    assert str(given[0].rule) == "登记地在：潍坊市"
    assert str(given[0].found) == "本机构登记地为芝罘区"


def test_the_conditions_stand_without_an_applicant(app: Flask) -> None:
    rules = Rules.read({"min_grade": 3, "standings": ["normal"]}, 1)
    assert [str(text) for text in conditions(rules)] == [
        "未被列入活动异常名录或严重违法失信名单",
        "社会组织评估等级在有效期内，且不低于 3A",
        "不在因违约暂停申请资助的期限内",
        "每家机构最多申请 1 项",
    ]


def test_a_bar_keeps_out_and_says_until_when(app: Flask) -> None:
    (found,) = check(Rules.read({}, 1), Applicant(), DAY, 0, str, date(2029, 3, 1))
    assert found.key == "eligibility:barred"
    assert "2029年3月1日" in str(found.text)

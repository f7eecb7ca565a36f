"""Who must not judge what, on plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from charity_portal.competitions.rules.detection import (
    Applicant,
    Declared,
    Judge,
    Stint,
    detect,
)

TODAY = date(2026, 3, 2)
NOBODY = Judge(1, "顾评审")
GROUP = Applicant(
    7,
    organizations=frozenset({20, 21}),  # the group and its host
    names=frozenset({"向阳邻里互助会", "春晓社会工作服务中心"}),
    phones=frozenset({"p1"}),
    addresses=frozenset({"a1"}),
    lead="周安宁",
)


def codes(judge: Judge, applicant: Applicant = GROUP) -> list[str]:
    return [found.code for found in detect([judge], [applicant], TODAY)]


def test_a_stranger_may_judge() -> None:
    far = replace(
        NOBODY,
        employments=(Stint(99, None), Stint(None, None, "别的单位")),
        memberships=(Stint(98, None),),
        phones=frozenset({"p2"}),
        ties=(Declared(97, "family", datetime(2026, 3, 1, tzinfo=UTC)),),
        awarded=frozenset({96}),
    )
    assert codes(far) == []


@pytest.mark.parametrize("organization", [20, 21])
@pytest.mark.parametrize("kind", ["employments", "memberships"])
def test_work_for_the_applicant_or_its_host_counts_for_two_years(
    organization: int, kind: str
) -> None:
    code = "employed" if kind == "employments" else "membership"
    for until, expected in (
        (None, [code]),
        (TODAY + timedelta(days=30), [code]),
        (date(2024, 3, 2), [code]),
        (date(2024, 2, 28), []),
    ):
        judge = replace(NOBODY, **{kind: (Stint(organization, until),)})
        assert codes(judge) == expected, until


def test_an_employer_known_by_name_alone_is_compared_by_name() -> None:
    assert codes(replace(NOBODY, employments=(Stint(None, None, "春晓 社会工作服务中心"),))) == [
        "employed"
    ]
    assert codes(replace(NOBODY, employments=(Stint(None, None, ""),))) == []
    assert codes(replace(NOBODY, employments=(Stint(99, None, "春晓社会工作服务中心"),))) == []


def test_contacts_declared_ties_awards_and_the_leads_name_are_grounds() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    everything = replace(
        NOBODY,
        name="周 安宁",
        phones=frozenset({"p1"}),
        addresses=frozenset({"a1"}),
        ties=(Declared(21, "family", at),),
        awarded=frozenset({20}),
    )
    assert codes(everything) == ["family", "past_award", "lead", "phone", "address"]
    assert [f.at for f in detect([everything], [GROUP], TODAY)][:2] == [at, None]


def test_missing_contacts_and_names_are_not_alike() -> None:
    bare = Applicant(8, frozenset({30}))
    assert codes(Judge(1), bare) == []

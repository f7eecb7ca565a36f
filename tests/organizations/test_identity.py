from datetime import date
from typing import Any

import pytest

from charity_portal.kernel.identifiers import make_uscc
from charity_portal.organizations.rules import identity

TODAY = date(2026, 3, 2)
SERVICE = make_uscc("370602", 1, "2")


def entry(**given: Any) -> dict[str, Any]:
    return {"name": "某机构", "kind": "service", "uscc": SERVICE, "county": "370602"} | given


def test_a_complete_entry_has_no_faults() -> None:
    assert identity.faults(entry(), TODAY) == {}


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"name": ""}, "name", "请填写机构名称"),
        ({"name": "名" * 201}, "name", "不能超过"),
        ({"kind": "club"}, "kind", "请选择机构类型"),
        ({"uscc": None}, "uscc", "请填写统一社会信用代码"),
        ({"uscc": SERVICE[:-1] + ("1" if SERVICE[-1] != "1" else "2")}, "uscc", "末位校验码不符"),
        ({"uscc": SERVICE[:-1]}, "uscc", "应为 18 位"),
        ({"kind": "foundation"}, "uscc", "与机构类型"),
        ({"kind": "association"}, "uscc", "与机构类型"),
        ({"uscc": make_uscc("990602", 1, "2")}, "uscc", "省级行政区划"),
        ({"uscc": "91370200163562681G"}, "uscc", "民政部门登记的机构应为"),
        ({"kind": "community_group", "uscc": None}, "filing_number", "请填写备案编号"),
        ({"kind": "community_group", "filing_number": "1"}, "uscc", "没有统一社会信用代码"),
        ({"kind": "other", "uscc": None}, "org_ref", "请填写机构标识"),
        ({"county": None}, "county", "请选择县区"),
        ({"county": "370671"}, "county", "没有代码为"),
        ({"township": "370702001"}, "township", "不属于所选县区"),
        ({"grade": 3, "grade_from": TODAY}, "grade_to", "有效期"),
        ({"grade_to": date(2027, 1, 1)}, "grade", "请同时填写评估等级"),
        ({"grade": 6, "grade_from": TODAY, "grade_to": TODAY}, "grade", "1A 至 5A"),
        (
            {"grade": 3, "grade_from": date(2026, 1, 1), "grade_to": date(2025, 12, 31)},
            "grade_to",
            "不能早于",
        ),
        ({"deductible_to": TODAY}, "deductible_from", "请填写起始日期"),
        ({"fundraising_from": TODAY}, "fundraising_from", "慈善组织"),
        ({"registered_on": date(2026, 3, 3)}, "registered_on", "不能晚于今天"),
        ({"website": "javascript:alert(1)"}, "website", "http"),
    ],
)
def test_each_fault_is_named_at_its_field(given: dict[str, Any], field: str, said: str) -> None:
    found = identity.faults(entry(**given), TODAY)
    assert list(found) == [field]
    assert said in found[field][0].in_source()


def test_all_faults_are_found_at_once() -> None:
    found = identity.faults(entry(name="", county=None, uscc="123"), TODAY)
    assert set(found) == {"name", "county", "uscc"}


@pytest.mark.parametrize("kind", ["association", "service", "foundation"])
def test_a_code_fits_its_own_kind_only(kind: str) -> None:
    mark = {"association": "1", "service": "2", "foundation": "3"}[kind]
    code = make_uscc("370000", 7, mark)
    fitting = [
        other
        for other in ("association", "service", "foundation")
        if not identity.faults(entry(kind=other, uscc=code), TODAY)
    ]
    assert fitting == [kind]


def test_codes_of_dissolved_counties_and_of_the_ministry_are_accepted() -> None:
    for region in ("370684", "100000"):
        assert identity.faults(entry(uscc=make_uscc(region, 3)), TODAY) == {}


def test_outside_organizations_need_no_county_and_any_code_will_do() -> None:
    outside = {"name": "Some Trust", "kind": "other", "org_ref": "GB-CHC-1234567"}
    assert identity.faults(outside, TODAY) == {}
    company = {"name": "某公司", "kind": "other", "uscc": "91370200163562681G"}
    assert identity.faults(company, TODAY) == {}


def test_a_grade_counts_on_both_its_edge_days_and_not_beyond() -> None:
    begins, ends = date(2026, 1, 1), date(2030, 12, 31)
    assert identity.grade_on(4, begins, ends, begins) == 4
    assert identity.grade_on(4, begins, ends, ends) == 4
    assert identity.grade_on(4, begins, ends, date(2025, 12, 31)) is None
    assert identity.grade_on(4, begins, ends, date(2031, 1, 1)) is None
    assert identity.grade_on(None, None, None, begins) is None


def test_a_qualification_without_an_end_holds_for_ever_but_not_before_it_was_given() -> None:
    assert identity.holds_on(TODAY, None, date(2099, 1, 1))
    assert not identity.holds_on(TODAY, None, date(2026, 3, 1))
    assert not identity.holds_on(None, None, TODAY)
    assert not identity.holds_on(None, date(2099, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("registered", "day", "years"),
    [
        (date(2025, 3, 2), date(2026, 3, 1), 0),
        (date(2025, 3, 2), date(2026, 3, 2), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2024, 2, 29), date(2028, 2, 29), 4),
        (date(2026, 5, 1), date(2026, 3, 2), 0),
    ],
)
def test_years_are_whole_years(registered: date, day: date, years: int) -> None:
    assert identity.years_registered(registered, day) == years


def test_years_of_an_unknown_date_are_unknown() -> None:
    assert identity.years_registered(None, TODAY) is None


def test_identifiers_come_from_the_code_then_the_filing_number_then_what_was_brought() -> None:
    assert identity.make_org_ref(entry()) == f"CN-USCI-{SERVICE}"
    group = {"kind": "community_group", "filing_number": "芝备7"}
    assert identity.make_org_ref(group) == "CN-FILING-芝备7"
    assert identity.make_org_ref({"kind": "other", "org_ref": "GB-CHC-1"}) == "GB-CHC-1"
    assert identity.make_org_ref({"kind": "other"}) is None

from datetime import date
from typing import Any

import pytest

from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.tables import Row
from charity_portal.organizations.rules.roster_rows import TITLES, Entry, columns_of, read_entry

TODAY = date(2026, 3, 2)
FIELDS = {title.msgid: name for name, title in TITLES.items()}
HEADER = list(FIELDS)
CODE = make_uscc("370602", 11)


def read(distorted: str = "", **cells: str) -> Entry:
    given = {"name": "某中心", "kind": "社会服务机构", "uscc": CODE, "county": "芝罘区"} | cells
    row = Row(
        7,
        {title: given.get(name, "") for title, name in FIELDS.items()},
        frozenset({TITLES[distorted].msgid} if distorted else ()),
    )
    return read_entry(row, FIELDS, "3706", TODAY)


def test_titles_are_known_in_chinese_and_english_whatever_the_spacing() -> None:
    fields, missing, unknown = columns_of([title.replace("（", "( ") for title in HEADER])
    assert unknown == ["登记( 备案）日期"] and missing == ["登记（备案）日期"]
    fields, missing, unknown = columns_of([*HEADER, "颜色"])
    assert (missing, unknown) == ([], ["颜色"])
    assert fields["机构名称"] == "name"


def test_contacts_and_standing_may_be_left_out_and_nothing_else() -> None:
    optional = [
        TITLES[n].msgid for n in ("contact_name", "contact_phone", "contact_email", "standing")
    ]
    _, missing, _ = columns_of([title for title in HEADER if title not in optional])
    assert missing == []
    _, missing, _ = columns_of([title for title in HEADER if title != "住所"])
    assert missing == ["住所"]


def test_a_good_row_becomes_an_organization() -> None:
    entry = read(
        uscc=f" {CODE[:8]} {CODE[8:]}".lower(),
        grade="AAAA",
        grade_from="2026年1月1日",
        grade_to="2030/12/31",
        is_charity="是",
        registered_on="20200518",
        township="",
    )
    assert entry.problems == []
    assert entry.org_ref == f"CN-USCI-{CODE}"
    assert entry.values["grade"] == 4
    assert entry.values["grade_from"] == date(2026, 1, 1)
    assert entry.values["registered_on"] == date(2020, 5, 18)
    assert entry.values["is_charity"] is True and entry.values["is_hub"] is False
    assert entry.values["county"] == "370602"


@pytest.mark.parametrize(
    ("cells", "field", "said"),
    [
        ({"kind": "俱乐部"}, "kind", "没有“俱乐部”这种机构类型"),
        ({"uscc": CODE[:-1]}, "uscc", "应为 18 位"),
        ({"is_hub": "大概"}, "is_hub", "请填写“是”或“否”"),
        ({"grade": "6A"}, "grade", "1A 至 5A"),
        ({"registered_on": "去年"}, "registered_on", "不是日期"),
        ({"county": "不存在区"}, "county", "没有叫“不存在区”的县区"),
        ({"township": "不存在街道"}, "township", "没有叫“不存在街道”的镇街"),
        ({"host": CODE}, "host", "只有社区社会组织"),
        ({"standing": "很好"}, "standing", "没有“很好”这种名录状态"),
        ({"org_ref": "CN-USCI-X"}, "org_ref", "机构标识与代码不符"),
        ({"name": ""}, "name", "请填写机构名称"),
    ],
)
def test_each_fault_is_said_once_at_its_column(
    cells: dict[str, str], field: str, said: str
) -> None:
    entry = read(**cells)
    assert [name for name, _ in entry.problems] == [field]
    assert said in entry.problems[0][1].in_source()


def test_every_fault_of_a_row_is_told() -> None:
    entry = read(uscc="", county="", grade="9A", registered_on="x")
    assert {name for name, _ in entry.problems} == {"uscc", "county", "grade", "registered_on"}


def test_a_code_that_a_spreadsheet_distorted_is_refused_with_that_reason() -> None:
    entry = read(distorted="uscc", uscc="5.13706E+17")
    assert [name for name, _ in entry.problems] == ["uscc"]
    assert "失真" in entry.problems[0][1].in_source()


def test_a_county_name_that_two_cities_have_means_the_home_one() -> None:
    assert read_place("3701", "市中区") == "370103"
    assert read_place("3704", "市中区") == "370402"
    entry = read(county="市中区")
    assert "请填写 6 位代码" in entry.problems[0][1].in_source()
    assert read(county="370103").values["county"] == "370103"


def read_place(home: str, county: str) -> Any:
    row = Row(2, {title: county if name == "county" else "" for title, name in FIELDS.items()})
    return read_entry(row, FIELDS, home, TODAY).values["county"]


def test_what_is_not_in_the_file_is_not_among_the_values() -> None:
    fields = {title: name for title, name in FIELDS.items() if name != "contact_phone"}
    row = Row(2, dict.fromkeys(fields, ""))
    assert "contact_phone" not in read_entry(row, fields, "3706", TODAY).values

import pytest
from flask import Flask

from charity_portal.organizations.rules import words


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("kind", "service", "社会服务机构"),
        ("standing", "serious", "列入严重违法失信名单"),
        ("role", "owner", "负责人"),
        ("grade", 3, "3A"),
        ("is_hub", True, "是"),
        ("is_hub", False, "否"),
        ("county", "370602", "芝罘区"),
        ("grade_from", "2026-01-01", "2026年1月1日"),
        ("registered_on", "2020-05-18", "2020年5月18日"),
        ("address", None, "（空）"),
        ("legal_rep", "*", "已变更，此处不显示内容"),
        ("address", "*", "*"),
    ],
)
def test_values_are_shown_in_words(app: Flask, field: str, value: object, shown: str) -> None:
    assert words.shown(field, value) == shown


def test_a_change_is_one_sentence_a_field_and_unknown_fields_are_left_out(app: Flask) -> None:
    changed = {
        "address": ["甲", "乙"],
        "website": [None, "https://example.org"],
        "legal_rep": ["*", "*"],
        "host_id": [1, 2],
    }
    assert words.sentences(changed).splitlines() == [
        "住所：由“甲”改为“乙”",
        "网址：https://example.org",
        "法定代表人：已变更，此处不显示内容",
    ]

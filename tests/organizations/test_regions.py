import pytest
from flask import Flask

from charity_portal.organizations.rules import regions
from tests.support.paths import shared


def test_zones_that_exist_in_statistics_only_are_left_out() -> None:
    for code in ("370671", "370676", "370772", "370671007"):
        assert regions.region(code) is None


def test_every_other_county_and_township_of_the_source_is_there() -> None:
    lines = shared("regions-shandong.csv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        code, name, _level, parent = line.split(",")
        if "7" not in (code[4:5], parent[4:5]):
            found = regions.region(code)
            assert found is not None and found.name_zh == name, line


def test_counties_of_a_city_and_townships_of_a_county() -> None:
    yantai = regions.counties("3706")
    assert [county.code for county in yantai][:3] == ["370602", "370611", "370612"]
    assert all(county.name_en for county in regions.counties())
    assert {place.parent for place in regions.townships("370602")} == {"370602"}
    assert regions.townships("999999") == ()
    assert regions.townships(None) == ()


@pytest.mark.parametrize(("lang", "name"), [("zh", "芝罘区"), ("en", "Zhifu District")])
def test_names_are_in_the_readers_language(app: Flask, lang: str, name: str) -> None:
    with app.test_request_context(f"/?lang={lang}"):
        assert regions.county_name("370602") == name
        assert regions.county_name("999999") == "999999"
        assert regions.county_name(None) == ""


def test_a_name_that_two_counties_have_is_told_by_its_code(app: Flask) -> None:
    assert regions.telling_name("370103") == "370103"  # 市中区 of Jinan; Zaozhuang has one too
    assert regions.telling_name("370602") == "芝罘区"
    assert regions.telling_name("371302") == "兰山区"


def test_in_english_more_names_are_alike(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert regions.telling_name("371302") == "371302"  # 兰山 and 岚山 are both Lanshan

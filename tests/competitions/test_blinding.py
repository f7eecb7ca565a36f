"""What is hidden, in whatever shape it is written; and that what is left tells nothing."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.competitions.rules import suspicions
from charity_portal.competitions.rules.blinding import Blinder, Identity
from charity_portal.competitions.rules.folding import fold, squeeze
from charity_portal.competitions.rules.name_forms import english_forms, place_forms, short_forms
from charity_portal.kernel.identifiers import make_uscc

CODE = make_uscc("370602", 123_456)
IDENTITY = Identity(
    names=("烟台市芝罘区晨光助老公益协会",),
    names_en=("Yantai Zhifu Morninglight Association for the Elderly",),
    codes=(CODE, f"CN-SOC-{CODE}"),
    phones=("0535-6881234",),
    emails=("office@morninglight.org.cn",),
    websites=("https://www.morninglight.org.cn/about",),
    addresses=("烟台市芝罘区南大街158号3楼302室",),
    people=("周安宁", "王芳"),
    terms=("夕阳驿站",),
    places=("烟台市", "芝罘区"),
    places_en=("Yantai", "Zhifu"),
)
NAME, PERSON, PHONE, MAIL = "〔申请机构〕", "〔人员〕", "〔电话〕", "〔邮箱〕"
WEB, ADDRESS, CODE_MARK, ACCOUNT = "〔网址〕", "〔地址〕", "〔代码〕", "〔账号〕"
BLINDER = Blinder(IDENTITY)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("由烟台市芝罘区晨光助老公益协会承办", f"由{NAME}承办"),
        ("由芝罘区晨光助老公益协会承办", f"由{NAME}承办"),
        ("由晨光助老公益协会承办", f"由{NAME}承办"),
        ("由晨光助老协会承办", f"由{NAME}承办"),
        ("由烟台晨光助老承办", f"由{NAME}承办"),
        ("由“晨光”承办", f"由“{NAME}”承办"),
        ("由晨 光\n助　老公益协会承办", f"由{NAME}承办"),
        ("由【晨光·助老】公益协会承办", f"由【{NAME}承办"),
        ("by MORNINGLIGHT association for the elderly.", f"by {NAME}."),
        ("Ｍｏｒｎｉｎｇｌｉｇｈｔ runs it", f"{NAME} runs it"),
        ("morninglighters", "morninglighters"),
        ("周安宁主任和王芳老师", f"{PERSON}和{PERSON}"),
        ("周老师、安宁社工", f"{PERSON}、{PERSON}"),
        ("致电 0535 688 1234", f"致电 {PHONE}"),
        ("致电６８８１２３４", f"致电{PHONE}"),
        ("致电 138-0000-0000 转 1", f"致电 {PHONE} 转 1"),
        ("致电(0532)85551234", f"致电{PHONE}"),
        ("写信 Office@MorningLight.org.cn，谢谢", f"写信 {MAIL}，谢谢"),
        ("写信 somebody@else.cn", f"写信 {MAIL}"),
        ("见 http://morninglight.org.cn/x?a=1。", f"见 {WEB}。"),
        ("见www.other.com，谢谢", f"见{WEB}，谢谢"),
        ("在南大街 158 号三楼", f"在{ADDRESS}三楼"),
        ("在烟台市芝罘区南大街158号3楼302室", f"在{ADDRESS}"),
        (f"代码 {CODE[:8]} {CODE[8:]}", f"代码 {CODE_MARK}"),
        (f"组织机构代码 {CODE[8:16]}-{CODE[16]}", f"组织机构代码 {CODE_MARK}"),
        ("微信号：chenguang_2020", f"微信{ACCOUNT}"),
        ("在夕 阳 驿 站活动", "在〔已隐去〕活动"),
    ],
)
def test_every_form_of_an_identity_becomes_its_mark(written: str, left: str) -> None:
    assert BLINDER.text(written) == left


@pytest.mark.parametrize(
    "written",
    [
        "",
        "为三百余名独居老人送餐。",
        "预算 13,800,000 元",
        "2026-05-01",
        "安宁疗护",
        "公益协会",
        "第 158 号",
    ],
)
def test_what_names_nobody_stays(written: str) -> None:
    assert BLINDER.text(written) == written


def test_an_ordinary_word_is_hidden_only_where_it_stands_for_the_name() -> None:
    sunny = Blinder(Identity(names=("烟台市阳光社会工作服务中心",), places=("烟台市",)))
    assert (
        sunny.text("在阳光下，阳光社工和烟台阳光、“阳光”") == f"在阳光下，{NAME}和{NAME}、“{NAME}”"
    )


def test_what_is_hidden_is_counted() -> None:
    found = BLINDER.hide("晨光助老的周安宁，电话 6881234，晨光助老")
    assert found.counts == {"name": 2, "person": 1, "phone": 1}


NAMES = st.text("安宁晓岚若溪怀瑾书宜", min_size=2, max_size=3)


def _identity(core: str, person: str, phone: str) -> Identity:
    return Identity(names=(f"{core}公益协会",), people=(person,), phones=(phone,))


@given(
    cores=st.lists(st.text("琥珀珊瑚玛瑙翡翠", min_size=3, max_size=8), min_size=2, max_size=2),
    people=st.lists(NAMES, min_size=2, max_size=2),
    phones=st.lists(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), min_size=2, max_size=2),
    gap=st.sampled_from(["", " ", "\u3000", "\n", "·"]),
)
def test_texts_that_differ_in_the_identity_alone_come_out_equal(
    cores: list[str], people: list[str], phones: list[str], gap: str
) -> None:
    left = []
    for core, person, phone in zip(cores, people, phones, strict=True):
        blinder = Blinder(_identity(core, person, phone))
        text = (
            f"「{core[0]}{gap}{core[1:]}公益协会」的{person}主任，电话{phone}；{core}团队欢迎您。"
        )
        left.append(blinder.text(text))
    assert left[0] == left[1]


@given(st.text(string.printable + "银龄（）…ﬁ①Ａ１\u0301\u200b", max_size=60))
def test_every_place_of_a_folded_text_is_a_place_of_the_text(text: str) -> None:
    folded, places = fold(text)
    assert len(folded) == len(places)
    assert all(0 <= at < len(text) for at in places)
    assert list(places) == sorted(places)
    assert BLINDER.text(text) is not None


def test_folding_knows_no_width_case_accent_or_ornament() -> None:
    assert squeeze("Ｓｉｌｖéｒ (Age)·银 龄") == "silverage银龄"
    assert squeeze("oﬃce") == "office"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("烟台市芝罘区晨光助老公益协会", ["晨光助老公益协会", "晨光助老", "晨光"]),
        ("烟台市志愿服务联合会", ["志愿服务联合会"]),
        ("阳光社区服务中心", ["阳光社区服务中心", "阳光"]),
        ("莱州市红十字会", ["红十字会"]),
    ],
)
def test_short_forms_are_those_that_say_which_organization(name: str, wanted: list[str]) -> None:
    assert list(short_forms(name, place_forms(["烟台市", "芝罘区"]))) == wanted


def test_english_short_forms_are_own_words_and_initials() -> None:
    found = english_forms("Yantai Silver Age Social Work Service Center", ["Yantai"])
    assert list(found) == [
        "Silver Age Social Work Service Center",
        "Silver Age",
        "YSASWSC",
        "SASWSC",
    ]


def test_what_may_still_tell_is_pointed_out() -> None:
    text = BLINDER.text("我们是一家 5A 级社会组织，曾获“十佳”称号，见某某志愿者协会公众号。")
    assert [s.code for s in suspicions.suspicions(text)] == [
        "we",
        "organization",
        "honour",
        "honour",
        "honour",
        "media",
    ]

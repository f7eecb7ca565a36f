"""Both languages say the same, and figures read as people write them."""

from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_babel import force_locale

from charity_portal.kernel import i18n
from charity_portal.kernel.errors import Forbidden
from charity_portal.kernel.i18n import say


def test_a_sentence_is_put_into_the_readers_language_when_shown(app: Flask) -> None:
    sentence = Forbidden.default()
    assert str(sentence) == "您没有权限查看或办理此事项。"
    with force_locale("en"):
        assert str(sentence).startswith("You are not permitted")


def test_a_sentence_inside_a_sentence_is_translated_too(app: Flask) -> None:
    outer = say(
        "当前状态为“%(state)s”，不能办理这一步。请刷新页面查看最新进展。", state=say("没有找到")
    )
    with force_locale("en"):
        assert "“Not found”" in str(outer)
    assert "“没有找到”" in outer.in_source()


def test_markup_in_a_parameter_is_shown_not_obeyed(app: Flask) -> None:
    shown = say("当前为 %(x)s", x="<b> \"quoted\" 'too'").__html__()
    assert not {"<", '"', "'"} & set(shown)


@pytest.mark.parametrize(
    ("fen", "currency", "text"),
    [
        (123450, "CNY", "¥1,234.50"),
        (2175779327, "GBP", "£21,757,793.27"),
        (-5, "CNY", "-¥0.05"),
        (500, "JPY", "JP¥500"),
        (None, "CNY", "—"),
    ],
)
def test_money_reads_as_people_write_it(fen: int | None, currency: str, text: str) -> None:
    assert i18n.money(fen, currency) == text


@pytest.mark.parametrize(
    ("part", "whole", "places", "text"),
    [
        (1, 3, 1, "33.3%"),
        (2, 3, 1, "66.7%"),
        (1, 8, 2, "12.50%"),
        (1, 200, 0, "1%"),
        (0, 5, 1, "0.0%"),
        (-1, 3, 1, "-33.3%"),
        (1, 0, 1, "—"),
        (None, 5, 1, "—"),
    ],
)
def test_a_share_is_rounded_from_whole_numbers(
    part: int | None, whole: int, places: int, text: str
) -> None:
    assert i18n.percent(part, whole, places) == text


def test_dates_in_both_languages(app: Flask) -> None:
    day = date(2026, 3, 5)
    assert i18n.date_text(day) == "2026年3月5日"
    with force_locale("en"):
        assert i18n.date_text(day) == "5 March 2026"
    assert i18n.date_text(None) == "—"


def test_chinese_on_an_english_page_says_what_it_is(app: Flask) -> None:
    assert i18n.lang_of("老人食堂") == ""
    with force_locale("en"):
        assert i18n.lang_of("老人食堂") == ' lang="zh-CN"'
        assert i18n.lang_of("Canteen") == ""
        assert i18n.lang_of(None) == ""


def test_what_has_no_english_is_shown_in_chinese(app: Flask) -> None:
    thing = SimpleNamespace(title_zh="标题", title_en=None, note_zh="说明", note_en="Note")
    with force_locale("en"):
        assert (i18n.localized(thing, "title"), i18n.localized(thing, "note")) == ("标题", "Note")
    assert i18n.localized(thing, "note") == "说明"

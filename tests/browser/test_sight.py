"""What looks at every page sees the faults that it is for; shown on a page that has them all."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Page

from tests.browser import sight

WRONG = """<!doctype html><html lang="en"><title>提交申请</title><style>button { height: 30px }
  .wide { width: 500px; height: 9px } .sr { height: 1px }</style>
<main><h1>Title</h1><button>Low</button><button class="sr">hidden</button><p class="wide">Wide</p>
<p>银龄食光, 检查通过，没有发现问题。</p><p>检查通过，没有发现问题。</p><p>与第 1 版相比的改动（3 处）</p>
<p lang="zh-CN">这一句标明是中文</p><p>银龄食光</p><input aria-label="没有人写过的话"></main></html>"""
TYPED = sight.Typed(frozenset({"银龄食光"}), "银龄食光\n与第\n版相比的改动\n处")


@pytest.fixture
def live() -> SimpleNamespace:
    return SimpleNamespace(url="http://portal.test")


@pytest.fixture
def wrong(page: Page) -> Page:
    page.set_content(WRONG)
    return page


def test_a_low_button_is_seen_and_one_for_screen_readers_is_not(wrong: Page) -> None:
    assert sight.too_low(wrong, 44) == ['BUTTON "Low" 30px']
    assert sight.too_low(wrong, 30) == []


def test_what_makes_a_page_scroll_sideways_is_named(wrong: Page) -> None:
    assert sight.wider(wrong, 320) == ["P.wide"]
    assert sight.wider(wrong, 600) == []


def test_chinese_that_nobody_typed_is_found_in_texts_titles_and_names() -> None:
    assert sight.left_in_chinese(WRONG, TYPED) == [
        "提交申请",
        "银龄食光, 检查通过，没有发现问题。",
        "检查通过，没有发现问题。",
        "与第 1 版相比的改动（3 处）",
        "没有人写过的话",
    ]

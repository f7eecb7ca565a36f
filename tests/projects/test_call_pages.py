"""How parts of a call are put into words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from charity_portal.projects.views.call_pages import (
    file_words,
    share,
    short_money,
    unit_text,
)

QUESTION = {
    "id": 4,
    "label_zh": "对象",
    "kind": "multi",
    "longest": None,
    "choices": [{"key": "a", "zh": "老人", "en": None}],
}


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("purse_fen", 100_000_000, "¥1,000,000.00"),
        ("purse_fen", None, ""),
        ("own_contribution_min_bp", 750, "7.50%"),
        ("closes_at", datetime(2026, 3, 20, 9, tzinfo=UTC), "2026年3月20日 17:00"),
        ("regions", ["370602"], "芝罘区"),
        ("kinds", ["service", "foundation"], "社会服务机构、基金会"),
        ("fund_source", "lottery", "福彩公益金"),
        ("priorities", [{"key": "c1", "zh": "枢纽", "en": "Hub"}], "枢纽"),
        ("questions", [QUESTION], "对象 · multi · 老人"),
        (
            "tracks",
            [{"id": 1, "title_zh": "助老", "title_en": None, "purse_fen": 100}],
            "助老 · ¥1.00",
        ),
        ("title_zh", "征集", "征集"),
    ],
)
def test_two_versions_can_be_compared_as_texts(
    app: Flask, unit: str, value: Any, words: str
) -> None:
    assert unit_text(unit, value) == words


def test_amounts_and_shares_carry_no_needless_decimals(app: Flask) -> None:
    assert (short_money(100_000), short_money(100_050)) == ("¥1,000", "¥1,000.50")
    assert short_money(100_000, "GBP") == "£1,000"
    assert (share(1000), share(1050), share(None)) == ("10%", "10.50%", "—")


def test_kinds_of_files_are_said_by_group(app: Flask) -> None:
    assert str(file_words(("jpeg", "png", "webp", "pdf"))) == "PDF、图片"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.kernel import money
from charity_portal.kernel.money import BadAmount


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("0", 0),
        ("1234.5", 123450),
        ("1,234.50", 123450),
        (" 1 234.50 ", 123450),
        ("１，２３４．５０", 123450),
        ("￥1,234.50元", 123450),
        ("¥5", 500),
        ("12.", 1200),
        ("100.500", 10050),
        ("1.25万", 1250000),
        ("12.345678万元", 12345678),
        ("185万", 185000000),
        ("1,000,000,000,000.00", 10**14),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, fen: int) -> None:
    assert money.parse_yuan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写"),
        ("   ", "请填写"),
        ("abc", "不是金额"),
        ("NaN", "不是金额"),
        ("Infinity", "不是金额"),
        ("1e5", "不是金额"),
        ("1,23.45", "不是金额"),
        ("1,5", "不是金额"),
        (".5", "不是金额"),
        ("--5", "不是金额"),
        ("1.2.3", "不是金额"),
        ("=1+1", "不是金额"),
        ("١٢", "不是金额"),
        ("1.005", "小数点后"),
        ("1.2345678万", "小数点后"),
        ("-5", "负数"),
        ("－5", "负数"),
        ("1000000000000.01", "过大"),
        ("9" * 5000, "过大"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(typed: str, words: str) -> None:
    with pytest.raises(BadAmount) as caught:
        money.parse_yuan(typed)
    assert words in caught.value.message.in_source()


def test_a_negative_amount_is_read_only_where_it_may_be() -> None:
    assert money.parse_yuan("-1,000.01", negative=True) == -100001


def test_a_currency_without_minor_units_takes_no_decimals() -> None:
    assert money.parse_yuan("500", currency="JPY") == 500
    with pytest.raises(BadAmount):
        money.parse_yuan("500.5", currency="JPY")


@given(st.integers(-money.LARGEST_FEN, money.LARGEST_FEN))
def test_what_is_written_is_read_back(fen: int) -> None:
    assert money.parse_yuan(money.format_yuan(fen), negative=True) == fen


def test_figures_are_plain() -> None:
    assert money.format_yuan(123450) == "1,234.50"
    assert money.format_yuan(-5) == "-0.05"
    assert money.format_yuan(123450, "JPY") == "123,450"


@pytest.mark.parametrize(
    ("fen", "capitals"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (1000, "壹拾元整"),
        (1_000_000_010, "壹仟万元壹角整"),
        (185_000_005, "壹佰捌拾伍万元零伍分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10_001_000, "壹拾万零壹拾元整"),
        (10_010_000, "壹拾万零壹佰元整"),
        (1_000_000_100, "壹仟万零壹元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_100_000, "壹亿零壹仟元整"),
        (100_010_000_000, "壹拾亿零壹拾万元整"),
        (10**14, "壹万亿元整"),
        (2_000_000_000_000 + 100, "贰佰亿零壹元整"),
        (12_345_678_901_234, "壹仟贰佰叁拾肆亿伍仟陆佰柒拾捌万玖仟零壹拾贰元叁角肆分"),
        (-123_400, "负壹仟贰佰叁拾肆元整"),
    ],
)
def test_capitals_follow_the_rules_for_notes(fen: int, capitals: str) -> None:
    assert money.in_capitals(fen) == capitals


def _read_capitals(text: str) -> int:
    """An independent reader: the value of what was written, in fen."""
    digits = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    total = group = digit = 0
    for char in text.removesuffix("整"):
        if char in digits:
            digit = digits[char]
        elif char in places:
            group, digit = group + digit * places[char], 0
        elif char == "万":
            group, digit = (group + digit) * 10**4, 0
        elif char == "亿":
            total, group, digit = (total + group + digit) * 10**8, 0, 0
        elif char == "元":
            total, group, digit = (total + group + digit) * 100, 0, 0
        elif char == "角":
            total, digit = total + digit * 10, 0
        elif char == "分":
            total, digit = total + digit, 0
    return total


@given(st.integers(0, money.LARGEST_FEN))
def test_capitals_mean_the_amount(fen: int) -> None:
    text = money.in_capitals(fen)
    assert _read_capitals(text) == fen
    assert "零零" not in text


def test_a_ratio_is_exact_and_rounds_half_up() -> None:
    assert money.ratio(7, 10) == money.ratio(70, 100)
    assert money.ratio_percent(2, 3) == "66.67"
    assert money.ratio_percent(1, 8, 1) == "12.5"
    assert money.ratio_percent(1, 200, 0) == "1"
    assert money.ratio_percent(-1, 3) == "-33.33"
    assert money.ratio_percent(69_999, 100_000, 1) == "70.0"
    assert money.ratio(69_999, 100_000) < money.ratio(7, 10)
    assert money.ratio_percent(5, 0) is None


@given(st.integers(-(10**14), 10**14), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_parts_add_up(fen: int, weights: list[int]) -> None:
    if not any(weights):
        weights[0] = 1
    parts = money.split_by(fen, weights)
    assert sum(parts) == fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - fen * weight) < sum(weights)


def test_an_even_split_gives_the_rest_to_the_first() -> None:
    assert money.split_evenly(100, 3) == [34, 33, 33]
    assert money.split_evenly(-100, 3) == [-34, -33, -33]
    with pytest.raises(ValueError):
        money.split_evenly(100, 0)


def test_an_unknown_currency_is_an_error() -> None:
    with pytest.raises(ValueError):
        money.minor("XXQ")

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from charity_portal.kernel import identifiers
from charity_portal.kernel.identifiers import BadCode

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID = [
    "91110000600037341L",
    "91330100799655058B",
    "9144030071526726XG",
    "91370200163562681G",
    "51370600MJ0123456H",
    "52370602MJ0123456B",
    "53370200MJ0123456N",
    "51370702MJ0123456K",
]
codes = st.builds(
    identifiers.make_uscc,
    st.from_regex("37[0-9]{4}", fullmatch=True).filter(str.isascii),
    st.integers(0, 999_999),
    st.sampled_from("1239"),
)


@pytest.mark.parametrize("code", VALID)
def test_a_valid_code_passes_and_keeps_its_form(code: str) -> None:
    assert identifiers.check_uscc(code) == code


@pytest.mark.parametrize(
    "typed",
    [
        "51370600mj0123456h",
        " 51370600 MJ0123456 H ",
        "５１３７０６００ＭＪ０１２３４５６Ｈ",
        "513706-00MJ012345-6H",
    ],
)
def test_the_ways_people_write_a_code_come_to_one(typed: str) -> None:
    assert identifiers.check_uscc(typed) == "51370600MJ0123456H"


def test_an_authority_marked_by_a_letter_is_accepted() -> None:
    # Village collectives are registered by the farming authority, mark N.
    body = "N2370602MJ0123456"
    accepted = [body + c for c in LETTERS if _passes(body + c)]
    assert len(accepted) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写"),
        ("51370600MJ012345", "现在是 16 位"),
        ("51370600MJ0123456HH", "现在是 19 位"),
        ("5137060OMJ0123456H", "第 8 位是字母 O"),
        ("51370600MJ0123456I", "可能应为 1"),
        ("51370600MJ01234_6H", "第 16 位“_”"),
        ("51370600MJ01234汉6H", "第 16 位“汉”"),
        ("5137A600MJ0123456H", "行政区划"),
        ("51370600MJ0123466H", "组织机构代码"),
        ("51370600MJ0123457H", "组织机构代码"),
        ("51370600MJ0123456J", "末位校验码"),
        ("52370600MJ0123456H", "末位校验码"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(typed: str, words: str) -> None:
    with pytest.raises(BadCode) as caught:
        identifiers.check_uscc(typed)
    assert words in caught.value.message.in_source()


def test_a_right_outer_digit_does_not_excuse_a_wrong_organisation_code() -> None:
    body = "51370600MJ0123457"
    assert not any(_passes(body + c) for c in LETTERS)


@given(codes, st.integers(0, 17), st.sampled_from(LETTERS))
def test_one_wrong_character_is_always_noticed(code: str, position: int, char: str) -> None:
    assume(code[position] != char)
    assert not _passes(code[:position] + char + code[position + 1 :])


@given(codes, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_noticed(code: str, position: int) -> None:
    assume(code[position] != code[position + 1])
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert not _passes(swapped)


@given(codes)
def test_a_made_code_is_valid_and_tells_its_parts(code: str) -> None:
    assert identifiers.check_uscc(code) == code
    assert identifiers.uscc_region(code) == code[2:8]
    assert identifiers.uscc_kind(code) == code[1]


def test_kinds_are_those_of_civil_affairs_only() -> None:
    assert identifiers.uscc_kind("53370200MJ0123456N") == "3"
    assert identifiers.uscc_kind("91110000600037341L") is None
    with pytest.raises(ValueError):
        identifiers.make_uscc("3706", 1, "2")
    with pytest.raises(ValueError):
        identifiers.make_uscc("370602", 1, "4")


def test_the_reference_for_data_exchange_names_its_scheme() -> None:
    assert identifiers.org_ref("CN-USCI", VALID[4]) == "CN-USCI-51370600MJ0123456H"


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "360426199101010071"]
)
def test_a_valid_identity_number_passes_whatever_its_region(number: str) -> None:
    assert identifiers.check_ric(number) == number
    assert identifiers.check_ric(number.lower()) == number


def test_the_birth_date_is_read_from_the_number() -> None:
    assert identifiers.ric_birth_date("11010519491231002X") == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写"),
        ("1101051949123100", "现在是 16 位"),
        ("1101051949123100AX", "17 位数字"),
        ("110105194912310X21", "17 位数字"),
        ("11010519491331002X", "出生日期"),
        ("110105194902300029", "出生日期"),
        ("110105194912310021", "末位校验码"),
        ("11010519491231003X", "末位校验码"),
    ],
)
def test_a_wrong_identity_number_is_told_what_is_wrong(typed: str, words: str) -> None:
    with pytest.raises(BadCode) as caught:
        identifiers.check_ric(typed)
    assert words in caught.value.message.in_source()


def test_a_message_about_an_identity_number_does_not_repeat_it() -> None:
    with pytest.raises(BadCode) as caught:
        identifiers.check_ric("11010519491231003X")
    assert "19491231" not in caught.value.message.in_source()
    assert "19491231" not in str(caught.value)


def _passes(code: str) -> bool:
    try:
        identifiers.check_uscc(code)
    except BadCode:
        return False
    return True

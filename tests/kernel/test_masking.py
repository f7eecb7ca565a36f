import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.kernel import masking


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张小明", "张*明"),
        ("张明", "张*"),
        ("张", "*"),
        ("欧阳小明", "欧阳*明"),
        ("欧阳明", "欧阳*"),
        ("欧阳", "欧*"),
        ("买买提·艾力", "买*力"),
        (" 王五 ", "王*"),
        ("John Smith", "J. ***"),
        ("Ada", "A. ***"),
        ("éva", "É. ***"),
        ("", ""),
    ],
)
def test_a_name_keeps_what_its_owner_recognises(name: str, masked: str) -> None:
    assert masking.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("0086-13812341234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("0535-6612345", "053****2345"),
        ("6612345", "*****45"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_phone_number_keeps_its_ends(phone: str, masked: str) -> None:
    assert masking.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("zhangsan@example.org", "z***@example.org"),
        ("z@example.org", "z***@example.org"),
        ("nonsense", "***"),
        ("@example.org", "***"),
        ("", "***"),
    ],
)
def test_an_address_keeps_its_first_letter_and_domain(address: str, masked: str) -> None:
    assert masking.mask_email(address) == masked


def test_an_identity_number_keeps_no_birth_date() -> None:
    assert masking.mask_identity("11010519491231002X") == "1****************X"
    assert masking.mask_identity("123") == "***"


@given(st.from_regex(r"[0-9A-Z]{3,30}", fullmatch=True))
def test_most_of_a_number_is_hidden(number: str) -> None:
    masked = masking.mask_identity(number)
    assert len(masked) == len(number)
    assert masked.count("*") >= len(masked) - 2
    assert masked.count("*") * 2 >= len(masked)


@given(st.from_regex(r"[0-9]{3,15}", fullmatch=True))
def test_three_digits_of_a_phone_number_are_hidden_at_least(number: str) -> None:
    assert masking.mask_phone(number).count("*") >= 3


@given(st.from_regex(r"[\u4e00-\u9fa5]{2,6}", fullmatch=True))
def test_something_of_every_chinese_name_is_hidden(name: str) -> None:
    assert "*" in masking.mask_name(name)
    assert masking.mask_name(name) != name

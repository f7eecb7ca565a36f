"""How contacts are compared."""

import pytest

from charity_portal.competitions.models.panels import FOUND, TIES
from charity_portal.competitions.rules import ties


@pytest.mark.parametrize(
    "text",
    [
        "0535-6612345",
        "(0535) 661 2345",
        "０５３５６６１２３４５",
        "0535-6612345转802",
        "+86 0535 6612345",
    ],
)
def test_one_number_is_one_number_however_it_is_written(text: str) -> None:
    assert ties.plain_phone(text) == "05356612345"


@pytest.mark.parametrize("text", ["", None, "110", "转8012345678"])
def test_too_few_digits_are_no_number(text: str | None) -> None:
    assert ties.plain_phone(text) == ""


@pytest.mark.parametrize(
    "text",
    ["山东省烟台市芝罘区海港路 12 号", "烟台市芝罘区海港路12号", "芝罘区海港路１２号。"],
)
def test_one_address_is_one_address_with_or_without_province(text: str) -> None:
    assert ties.plain_address(text) == "芝罘区海港路12号"


@pytest.mark.parametrize("text", ["", None, "烟台市芝罘区", "芝罘区"])
def test_a_county_alone_is_no_address(text: str | None) -> None:
    assert ties.plain_address(text) == ""


def test_names_are_compared_without_blanks_width_and_case() -> None:
    assert ties.plain_name("春晓 社工（烟台） ABC") == ties.plain_name("春晓社工(烟台)abc")


def test_every_kind_that_the_tables_know_has_its_word() -> None:
    assert set(ties.TIES) == set(TIES) and set(ties.FOUND) == set(FOUND)

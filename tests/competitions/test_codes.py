"""Codes in what is published."""

import hashlib

from charity_portal.competitions.rules.codes import applicant_codes, application_codes


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_codes_do_not_depend_on_the_order_asked_in() -> None:
    assert application_codes([1, 2, 3], key) == application_codes([3, 1, 2, 2], key)


def test_codes_have_one_width_and_are_in_no_order_of_ids() -> None:
    codes = application_codes(range(1, 1201), key)

    assert {len(code) for code in codes.values()} == {6}
    assert list(codes.values()) != [codes[n] for n in range(1, 1201)]


def test_an_applicant_has_one_code_for_all_its_applications() -> None:
    assert set(applicant_codes([7, 7, 9], key)) == {7, 9}

"""What a gift, a donor and a promise must be; how names are compared."""

from dataclasses import replace
from datetime import date

from charity_portal.funds.rules.giving import (
    DonorFacts,
    Gift,
    Promise,
    donor_problems,
    gift_problems,
    is_kept,
    name_key,
    name_parts,
    number_key,
    number_parts,
    promise_problems,
)
from charity_portal.kernel.identifiers import make_uscc

TODAY = date(2026, 3, 2)
GIFT = Gift("test:1", 1, 2, 10_000, "bank", TODAY)
GOODS = replace(GIFT, form="in_kind", goods="棉被", quantity="20 床", valuation="invoice")


def test_a_plain_gift_and_a_gift_of_goods_hold() -> None:
    assert gift_problems(GIFT, TODAY) == {}
    assert gift_problems(GOODS, TODAY) == {}


def test_everything_wrong_with_a_gift_is_told_by_field() -> None:
    wrong = {
        "amount_fen": replace(GIFT, amount_fen=0),
        "received_on": replace(GIFT, received_on=date(2026, 3, 3)),
        "form": replace(GIFT, form="card"),
        "naming": replace(GIFT, naming="named"),
        "receipt_on": replace(GIFT, receipt_number="1"),
        "receipt_number": replace(GIFT, receipt_on=TODAY),
        "goods": replace(GIFT, goods="棉被"),
        "quantity": replace(GOODS, quantity=""),
        "valuation_note": replace(GOODS, valuation="fair_value"),
    }
    assert {field: list(gift_problems(gift, TODAY)) for field, gift in wrong.items()} == {
        field: [field] for field in wrong
    }
    early = replace(GIFT, receipt_number="1", receipt_on=date(2026, 3, 1))
    assert list(gift_problems(early, TODAY)) == ["receipt_on"]


def test_an_organization_has_a_valid_code() -> None:
    code = make_uscc("370602", 5, "9")
    broken = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert donor_problems(DonorFacts("organization", "某某公司", code=code)) == {}
    assert list(donor_problems(DonorFacts("organization", "某某公司", code=broken))) == ["code"]
    assert list(donor_problems(DonorFacts("firm", "某"))) == ["kind", "name"]


def test_a_promise_is_over_something_and_is_kept_by_as_much() -> None:
    assert list(promise_problems(Promise(1, 1, 1, 0, TODAY, naming="x"))) == [
        "amount_fen",
        "naming",
    ]
    assert [is_kept(100, received) for received in (99, 100, 101)] == [False, True, True]


def test_spellings_of_one_name_are_one() -> None:
    assert {name_key(name) for name in ("Ａｎｎ Amber", "ann  amber", "ANN·AMBER")} == {"annamber"}
    assert {number_key(n) for n in ("+86 139-5450-0017", "0086 13954500017", "13954500017")} == {
        "13954500017"
    }


def test_parts_of_a_text_are_looked_up_whole_words_in_latin_letters() -> None:
    assert {"琥珀", "琥珀青禾", "谢琥珀"} <= name_parts("感谢琥珀青禾")
    parts = name_parts("thanks to Ann Amber")
    assert {"ann", "annamber", "toann"} <= parts
    assert not {"nn", "nnamber", "annamb"} & parts
    long = "烟台鲸歌琥珀灯塔商贸有限公司"
    assert long in name_parts(f"由{long}捐赠")
    assert number_parts("电话 139-5450-0017，共 20 床") == {"13954500017"}

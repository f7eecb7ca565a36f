"""Donations and pledges: what must be told of them, and what may be shown."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.identifiers import BadCode, check_ric, check_uscc
from charity_portal.kernel.money import LARGEST_FEN

DONOR_KINDS: dict[str, Text] = {"person": say("个人"), "organization": say("单位或团体")}
FORMS: dict[str, Text] = {
    "bank": say("银行转账"),
    "cash": say("现金"),
    "in_kind": say("实物"),
}
NAMINGS: dict[str, Text] = {
    "named": say("同意公开姓名（名称）"),
    "unnamed": say("不同意公开"),
}
VALUATIONS: dict[str, Text] = {
    "invoice": say("发票金额"),
    "agreement": say("协议约定金额"),
    "fair_value": say("公允价值"),
}
"""How goods are valued: by invoice or agreement, else at fair value (山东省慈善条例, art. 31)."""

SHORTEST, LONGEST_OF_PERSON, LONGEST = 2, 12, 40
_ENDINGS = {
    "司", "心", "会", "校", "院", "行", "团", "社", "厂", "店", "部", "局", "处", "所", "馆", "站", "园",
}  # fmt: skip
"""What names of organizations end with: only such parts of a text are looked up at full length."""


def name_key(name: str) -> str:
    """A name without what writers vary: width, case, spaces, dots. What two spellings share."""
    return "".join(letter for letter, _ in _letters(name))


def number_key(number: str) -> str:
    """A telephone number or code without spaces, hyphens and the country's prefix."""
    return name_key(number).removeprefix("0086").removeprefix("86")


def name_parts(text: str) -> set[str]:
    """Every part of a text that could be somebody's name, as keys.

    Words in Latin letters are not cut. Up to 12 characters any part may be a name; beyond that, up
    to 40, only what ends as organizations do.
    """
    letters = _letters(text)
    whole = "".join(letter for letter, _ in letters)
    stops = {at for at, (_, joined) in enumerate(letters) if joined}
    found = set()
    for start in range(len(whole)):
        if start in stops:
            continue
        for end in range(start + SHORTEST, min(start + LONGEST, len(whole)) + 1):
            last = whole[end - 1]
            fits = end - start <= LONGEST_OF_PERSON or last in _ENDINGS or last.isascii()
            if fits and end not in stops:
                found.add(whole[start:end])
    return found


def number_parts(text: str) -> set[str]:
    """Every run of 7 to 20 letters and digits in a text: telephone numbers and codes, as keys."""
    runs = re.findall(
        r"[0-9A-Za-z][0-9A-Za-z-]{5,24}[0-9A-Za-z]", unicodedata.normalize("NFKC", text)
    )
    return {number_key(run) for run in runs if any(sign.isdigit() for sign in run)}


def _letters(text: str) -> list[tuple[str, bool]]:
    """Letters and digits of a text in lower case; whether each goes on a Latin word or number."""
    found: list[tuple[str, bool]] = []
    before = ""
    for sign in unicodedata.normalize("NFKC", text).casefold():
        if sign.isalnum():
            found.append((sign, _latin(before) and _latin(sign)))
        before = sign
    return found


def _latin(sign: str) -> bool:
    return sign.isalnum() and unicodedata.category(sign) != "Lo"


@dataclass(frozen=True)
class DonorFacts:
    """Who a donor is; `code` is an organization's credit code, or a person's identity number."""

    kind: str
    name: str
    phone: str = ""
    code: str = ""
    address: str = ""


@dataclass(frozen=True)
class Gift:
    """A gift that arrived. Its donor is known (`donor_id`), told here (`donor`), or nobody's business.

    `cause` names what makes the record: the same cause makes no second gift. Amounts in fen.
    """

    cause: str
    fund_id: int
    purpose_id: int
    amount_fen: int
    form: str
    received_on: date
    donor_id: int | None = None
    donor: DonorFacts | None = None
    income_source: str = "donation"
    campaign_id: int | None = None
    pledge_id: int | None = None
    goods: str = ""
    quantity: str = ""
    valuation: str = ""
    valuation_note: str = ""
    naming: str = "unnamed"
    public_name: str = ""
    note: str = ""
    receipt_number: str = ""
    receipt_on: date | None = None
    voucher: str = ""


@dataclass(frozen=True)
class Promise:
    """What a donor promises; amounts in fen."""

    donor_id: int
    fund_id: int
    purpose_id: int
    amount_fen: int
    due_on: date
    income_source: str = "donation"
    campaign_id: int | None = None
    agreement_number: str = ""
    naming: str = "unnamed"
    public_name: str = ""
    note: str = ""


Found = Iterable[tuple[str, Text]]


def donor_problems(facts: DonorFacts) -> dict[str, list[Text]]:
    """What is wrong with what is told of a donor, by field."""
    return _gathered(_donor(facts))


def _donor(facts: DonorFacts) -> Found:
    if facts.kind not in DONOR_KINDS:
        yield "kind", say("请选择个人或单位。")
    if len(name_key(facts.name)) < SHORTEST:
        yield "name", say("请填写完整的姓名或名称。")
    if not facts.code:
        return
    try:
        (check_uscc if facts.kind == "organization" else check_ric)(facts.code)
    except BadCode as wrong:
        yield "code", wrong.message


def gift_problems(gift: Gift, today: date) -> dict[str, list[Text]]:
    """What is wrong with a gift by itself, by field."""
    return _gathered((*_amount(gift.amount_fen), *_gift(gift, today), *_goods(gift)))


def _gift(gift: Gift, today: date) -> Found:
    if gift.form not in FORMS:
        yield "form", say("请选择捐赠形式。")
    if gift.received_on > today:
        yield "received_on", say("到账日期不能晚于今天。")
    if gift.naming not in NAMINGS:
        yield "naming", say("请选择是否同意公开。")
    if gift.naming == "named" and gift.donor_id is None and gift.donor is None:
        yield "naming", say("没有登记捐赠人的捐赠，不能公开姓名。")
    yield from receipt_problems(gift.receipt_number, gift.receipt_on, gift.received_on)


def receipt_problems(number: str, day: date | None, received_on: date) -> Found:
    """What is wrong with the number and day of an official receipt."""
    if bool(number) != (day is not None):
        yield "receipt_on" if number else "receipt_number", say("票据号码和开票日期应一并填写。")
    if day is not None and day < received_on:
        yield "receipt_on", say("开票日期不能早于到账日期。")


def _goods(gift: Gift) -> Found:
    told = {"goods": gift.goods, "quantity": gift.quantity, "valuation": gift.valuation}
    if gift.form == "in_kind":
        for field, text in told.items():
            if not text:
                yield field, say("实物捐赠应写明物资、数量和计价依据。")
        if gift.valuation == "fair_value" and not gift.valuation_note:
            yield "valuation_note", say("按公允价值计价的，应说明价值如何确定。")
    elif any(told.values()):
        yield "goods", say("只有实物捐赠填写物资、数量和计价依据。")


def promise_problems(promise: Promise) -> dict[str, list[Text]]:
    """What is wrong with a promise by itself, by field."""
    found = list(_amount(promise.amount_fen))
    if promise.naming not in NAMINGS:
        found.append(("naming", say("请选择是否同意公开。")))
    return _gathered(found)


def _amount(amount_fen: int) -> Found:
    if not 0 < amount_fen <= LARGEST_FEN:
        yield "amount_fen", say("金额应大于零。")


def is_kept(promised_fen: int, received_fen: int) -> bool:
    """Whether what arrived is what was promised, or more."""
    return received_fen >= promised_fen


def _gathered(found: Found) -> dict[str, list[Text]]:
    problems: dict[str, list[Text]] = {}
    for field, text in found:
        problems.setdefault(field, []).append(text)
    return problems

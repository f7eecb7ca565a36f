"""What of an agreement may change, and what a change must say.

While a fund is being prepared its draft may be put right. Once it lives, the parties change the
agreement by a further paper with a number and a day of its own; the charity that hosts the fund,
whether it may be used up, its kind and the first agreement stay what they were.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from charity_portal.funds.rules.establishing import KINDS, WHOLE_BP, Agreement
from charity_portal.kernel.i18n import Text, date_text, money, percent, say

WORDS: dict[str, Text] = {
    "kind": say("基金类型"),
    "name_zh": say("基金名称"),
    "name_en": say("英文名称"),
    "mission_zh": say("宗旨"),
    "mission_en": say("英文宗旨"),
    "initiator": say("发起人"),
    "initiator_id": say("发起人（登记库中的机构）"),
    "agreement_number": say("协议编号"),
    "signed_on": say("签订日期"),
    "naming": say("命名约定"),
    "end_conditions": say("终止条件"),
    "surplus_rule": say("剩余财产处理"),
    "payout_bp": say("年度支出比例"),
    "minimum_fen": say("最低金额"),
    "vote_from_fen": say("须经表决的金额"),
    "instalments": say("分期到账"),
}
"""What may change while a fund is being prepared, in the order of the agreement."""

ONLY_AT_FIRST = ("kind", "agreement_number", "signed_on")
LATER = tuple(name for name in WORDS if name not in ONLY_AT_FIRST)
PUBLIC_TEXTS = (
    "name_zh", "name_en", "mission_zh", "mission_en", "initiator", "naming", "end_conditions",
    "surplus_rule",
)  # fmt: skip
"""What everybody reads on the fund's page."""


def plain(agreement: Agreement) -> dict[str, object]:
    """The terms as values that JSON can hold."""
    found: dict[str, object] = {name: getattr(agreement, name) for name in WORDS}
    found["signed_on"] = agreement.signed_on.isoformat()
    found["instalments"] = [[i.due_on.isoformat(), i.amount_fen] for i in agreement.instalments]
    return found


def print_of(agreement: Agreement) -> str:
    """A short mark of the terms: the same for the same terms, so that two people who change them at
    the same time are noticed."""
    return hashlib.sha256(repr(sorted(plain(agreement).items())).encode()).hexdigest()[:16]


def changed(before: Agreement, after: Agreement) -> list[str]:
    """The names of the terms that differ."""
    old, new = plain(before), plain(after)
    return [name for name in WORDS if old[name] != new[name]]


def with_terms(agreement: Agreement, given: Mapping[str, Any]) -> Agreement:
    """An agreement with new terms, by field."""
    return replace(agreement, **given)


def frozen(names: list[str], living: bool) -> dict[str, list[Text]]:
    """What is said of the terms that may no longer change."""
    if not living:
        return {}
    said = say("基金已经启动，此项不能再改。")
    return {name: [said] for name in names if name not in LATER}


def paper_problems(number: str, signed_on: date | None, today: date) -> dict[str, list[Text]]:
    """What is wrong with the paper that changes an agreement."""
    found: dict[str, list[Text]] = {}
    if not number.strip():
        found["amendment_number"] = [say("请填写补充协议编号。")]
    if signed_on is None:
        found["amended_on"] = [say("请填写补充协议签订日期。")]
    elif signed_on > today:
        found["amended_on"] = [say("签订日期不能晚于今天。")]
    return found


def shown(name: str, value: object) -> Text | str:
    """A term as people read it; `value` as `plain` gives it."""
    if value is None or value in ("", []):
        return say("（空）")
    if name == "kind":
        return KINDS[str(value)]
    if name.endswith("_fen") and isinstance(value, int):
        return money(value)
    if name == "payout_bp" and isinstance(value, int):
        return percent(value, WHOLE_BP, 2)
    if name == "signed_on":
        return date_text(date.fromisoformat(str(value)))
    if name == "instalments" and isinstance(value, list):
        return "；".join(f"{date_text(date.fromisoformat(day))} {money(fen)}" for day, fen in value)
    return str(value)

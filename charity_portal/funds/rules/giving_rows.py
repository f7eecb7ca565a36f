"""How a row of a donation list becomes a gift.

Titles and words are accepted in Chinese and English. Nothing that is said about a faulty row repeats
what stands in it: the row's number and column are enough, and the words are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.giving import (
    DONOR_KINDS,
    FORMS,
    NAMINGS,
    VALUATIONS,
    DonorFacts,
    Gift,
    donor_problems,
    gift_problems,
    name_key,
    number_key,
)
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import Text, english, say
from charity_portal.kernel.money import parse_yuan
from charity_portal.kernel.tables import Column, Row, parse_day

VERSION = "1"
TITLES: dict[str, Text] = {
    "received_on": say("到账日期"),
    "amount_fen": say("金额（元）"),
    "purpose": say("用途"),
    "form": say("捐赠形式"),
    "income_source": say("收入来源"),
    "kind": say("捐赠人类别"),
    "name": say("姓名或单位名称"),
    "phone": say("电话"),
    "code": say("统一社会信用代码或身份证号码"),
    "naming": say("是否同意公开"),
    "public_name": say("公开时使用的名称"),
    "goods": say("物资名称"),
    "quantity": say("数量和单位"),
    "valuation": say("计价依据"),
    "valuation_note": say("计价说明"),
    "receipt_number": say("票据号码"),
    "receipt_on": say("开票日期"),
    "serial": say("流水号"),
    "note": say("备注"),
}
REQUIRED = ("received_on", "amount_fen")
NOTES = (
    say("每行一笔捐赠。第 2 行是示例，导入时自动略过。"),
    say("有一行错误，整份清单都不导入；可下载带“错误说明”的表格，改好后重新上传。"),
    say("同一笔捐赠再次导入不会重复入账：有流水号的按流水号识别，没有的按整行内容识别。"),
    say("“是否同意公开”留空视为不同意。没有捐赠人的单独同意，不得公开其姓名（名称）。"),
    say("姓名留空的按未登记捐赠人入账。电话、代码和票据号码列已设为文本格式。"),
)
_EXAMPLES: dict[str, str | Text] = {
    "received_on": "2026-03-02",
    "amount_fen": "100.00",
    "form": FORMS["bank"],
    "kind": DONOR_KINDS["person"],
    "serial": "A0001",
}
_WORDS: Mapping[str, Mapping[str, Text]] = {
    "form": FORMS,
    "income_source": INCOME_SOURCES,
    "kind": DONOR_KINDS,
    "valuation": VALUATIONS,
}
_DEFAULTS = {"form": "bank", "income_source": "donation", "kind": "person", "valuation": ""}
_ALSO = {"单位": "organization"}
"""What people write besides for one of the words."""
_YES = frozenset({"是", "同意", "y", "yes", "1", "√", NAMINGS["named"].msgid})
_NO = frozenset({"", "否", "不同意", "n", "no", "0", NAMINGS["unnamed"].msgid})
_TEXTS = ("public_name", "goods", "quantity", "valuation_note", "receipt_number", "note")
_LONGEST = 200

Problem = tuple[str, Text]


@dataclass
class Entry:
    """One row as it was understood; `identity` is what tells it from other rows."""

    number: int
    gift: Gift | None = None
    identity: str = ""
    problems: list[Problem] = field(default_factory=list)


def columns(purposes: Sequence[str] = ()) -> list[Column]:
    """The template's columns."""
    choices: dict[str, list[str]] = {name: list(map(str, w.values())) for name, w in _WORDS.items()}
    choices |= {"naming": [str(word) for word in NAMINGS.values()], "purpose": list(purposes)}
    return [
        Column(
            name, title, width=18, choices=choices.get(name, ()), example=_EXAMPLES.get(name, "")
        )
        for name, title in TITLES.items()
    ]


def columns_of(header: Sequence[str]) -> tuple[dict[str, str], list[str], list[str]]:
    """Which field each title means, then the titles that are missing and those that are unknown."""
    known = {}
    for name, title in TITLES.items():
        known[_squeezed(title.msgid)] = name
        known[_squeezed(english().gettext(title.msgid))] = name
    fields = {title: known[_squeezed(title)] for title in header if _squeezed(title) in known}
    missing = [str(TITLES[name]) for name in REQUIRED if name not in fields.values()]
    return fields, missing, [title for title in header if title and title not in fields]


def _squeezed(title: str) -> str:
    return "".join(title.split()).casefold()


def read_entry(
    row: Row, fields: Mapping[str, str], fund_id: int, purposes: Mapping[str, int], today: date
) -> Entry:
    """Understand one row; everything that is wrong with it is collected. `purposes` are the fund's,
    by title."""
    entry = Entry(row.number)
    entry.problems += [(fields.get(title, ""), why) for title, why in row.distortions()]
    cells = dict.fromkeys(TITLES, "")
    cells |= {fields[title]: text.strip() for title, text in row.cells.items() if title in fields}
    told = _plain(cells, entry.problems)
    purpose_id = _purpose(cells["purpose"], purposes, entry.problems)
    donor = None
    if cells["name"]:
        donor = DonorFacts(told["kind"], cells["name"], cells["phone"], cells["code"])
    gift = Gift(cause="", fund_id=fund_id, purpose_id=purpose_id, donor=donor, **_of_gift(told))
    faulty = {name for name, _ in entry.problems}
    found = gift_problems(gift, today) | (donor_problems(donor) if donor else {})
    for name, texts in found.items():
        if name not in faulty:
            entry.problems += [(name if name in TITLES else "", text) for text in texts]
    entry.gift = gift
    entry.identity = _identity(cells, gift)
    return entry


def _plain(cells: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    told: dict[str, Any] = {name: cells[name] for name in _TEXTS}
    for name, text in cells.items():
        if len(text) > _LONGEST:
            problems.append((name, say("不能超过 %(n)s 个字。", n=_LONGEST)))
    for name, words in _WORDS.items():
        told[name] = _word(name, cells[name], words, problems)
    told["naming"] = _naming(cells["naming"], problems)
    told["received_on"] = _day("received_on", cells["received_on"], problems) or date(1, 1, 1)
    told["receipt_on"] = (
        _day("receipt_on", cells["receipt_on"], problems) if cells["receipt_on"] else None
    )
    told["amount_fen"] = _amount(cells["amount_fen"], problems)
    return told


def _of_gift(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "kind"}


def _word(name: str, text: str, words: Mapping[str, Text], problems: list[Problem]) -> str:
    if not text:
        return _DEFAULTS[name]
    if _ALSO.get(text) in words:
        return _ALSO[text]
    for key, word in words.items():
        if text.casefold() in (key, word.msgid, english().gettext(word.msgid).casefold()):
            return key
    problems.append((name, say("不是可以选择的内容，请从列表中选择。")))
    return _DEFAULTS[name]


def _naming(text: str, problems: list[Problem]) -> str:
    said = text.casefold()
    spoken = {key: english().gettext(word.msgid).casefold() for key, word in NAMINGS.items()}
    if said in _YES or said == spoken["named"]:
        return "named"
    if said not in _NO and said != spoken["unnamed"]:
        problems.append(("naming", say("请填写“同意”或“不同意”。")))
    return "unnamed"


def _day(name: str, text: str, problems: list[Problem]) -> date | None:
    found = parse_day(text)
    if found is None:
        problems.append((name, say("日期应写成 2026-03-05 这样的格式。")))
    return found


def _amount(text: str, problems: list[Problem]) -> int:
    try:
        return parse_yuan(text)
    except PortalError:
        problems.append(("amount_fen", say("请填写金额，例如 100.00。")))
        return 0


def _purpose(text: str, purposes: Mapping[str, int], problems: list[Problem]) -> int:
    if not text and len(purposes) == 1:
        return next(iter(purposes.values()))
    if text in purposes:
        return purposes[text]
    problems.append(("purpose", say("请填写该基金的一个用途。")))
    return 0


def _identity(cells: Mapping[str, str], gift: Gift) -> str:
    """What stands in the row, as it would be written anew: the serial alone when there is one."""
    if cells["serial"]:
        return f"serial:{name_key(cells['serial'])}"
    donor = gift.donor
    parts = [
        gift.received_on.isoformat(),
        str(gift.amount_fen),
        gift.form,
        str(gift.purpose_id),
        gift.income_source,
        name_key(donor.name) if donor else "",
        number_key(donor.phone) if donor else "",
        number_key(donor.code) if donor else "",
        gift.goods,
        gift.quantity,
        gift.receipt_number,
    ]
    return "\x1f".join(parts)


def numbered(entries: Sequence[Entry]) -> None:
    """Tell equal rows of one list apart by their order; two rows with one serial are at fault."""
    seen: dict[str, int] = {}
    for entry in entries:
        times = seen[entry.identity] = seen.get(entry.identity, 0) + 1
        if times > 1 and entry.identity.startswith("serial:"):
            entry.problems.append(("serial", say("流水号与前面的行重复。")))
        entry.identity = f"{entry.identity}\x1f{times}"
    numbers: set[str] = set()
    for entry in entries:
        number = entry.gift.receipt_number if entry.gift else ""
        if number and number in numbers:
            entry.problems.append(("receipt_number", say("票据号码与前面的行重复。")))
        numbers.add(number)

"""How a row of a roster becomes an organization.

Plain values only. The titles of columns and the words in cells are accepted in Chinese and English,
so that a file that was downloaded in either language can come back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from charity_portal.kernel.i18n import Text, english, say
from charity_portal.kernel.identifiers import BadCode, check_uscc
from charity_portal.kernel.tables import Row, parse_day
from charity_portal.organizations.rules import identity, regions
from charity_portal.organizations.rules.identity import FIELDS, KINDS, LABELS, STANDINGS

VERSION = "1"
STANDING = "standing"
TITLES: dict[str, Text] = {**LABELS, STANDING: say("名录状态")}
"""All columns in the order of the template."""
OPTIONAL = ("contact_name", "contact_phone", "contact_email", STANDING)
"""May be absent as a whole; what is not in the file is left as it is."""

DATES = frozenset(name for name in FIELDS if name.endswith(("_from", "_to"))) | {"registered_on"}
FLAGS = frozenset({"is_hub", "is_charity"})
_YES = frozenset({"是", "有", "1", "y", "yes", "true", "√"})
_NO = frozenset({"", "否", "无", "0", "n", "no", "false"})
_OLD_NAMES = {"民办非企业单位": "service", "民非": "service", "社团": "association"}

Problem = tuple[str, Text]
"""The field at fault (empty for the whole row) and the reason."""


@dataclass
class Entry:
    """One row as it was understood. `values` holds only the fields whose columns are there."""

    number: int
    values: dict[str, Any]
    host: str | None = None
    standing: str | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def org_ref(self) -> str | None:
        """The identifier that the row's own values make."""
        return identity.make_org_ref(self.values)


def _squeezed(title: str) -> str:
    return "".join(title.split()).casefold()


def columns_of(header: Sequence[str]) -> tuple[dict[str, str], list[str], list[str]]:
    """Which field each title means, then the titles that are missing and those that are unknown."""
    known = {}
    for name, title in TITLES.items():
        known[_squeezed(title.msgid)] = name
        known[_squeezed(english().gettext(title.msgid))] = name
    fields = {title: known[_squeezed(title)] for title in header if _squeezed(title) in known}
    present = set(fields.values())
    missing = [
        str(title) for name, title in TITLES.items() if name not in present and name not in OPTIONAL
    ]
    unknown = [title for title in header if title not in fields]
    return fields, missing, unknown


def read_entry(row: Row, fields: Mapping[str, str], home: str, today: date) -> Entry:
    """Understand one row; everything that is wrong with it is collected, not only the first."""
    entry = Entry(row.number, {})
    cells = {fields[title]: text.strip() for title, text in row.cells.items() if title in fields}
    for title, why in row.distortions():
        entry.problems.append((fields.get(title, ""), why))
    distorted = {name for name, _ in entry.problems}
    for name in distorted & cells.keys():
        cells[name] = ""
    for name in FIELDS:
        if name in cells and name not in ("county", "township"):
            entry.values[name] = _value(name, cells[name], entry.problems)
    _read_place(cells, home, entry)
    _read_host(cells.get("host", ""), entry)
    _read_standing(cells.get(STANDING, ""), entry)
    entry.values["org_ref"] = cells.get("org_ref") or None
    faulty = distorted | {name for name, _ in entry.problems}
    for name, messages in identity.faults(entry.values, today).items():
        if name not in faulty:
            entry.problems.extend((name, message) for message in messages)
    _check_ref(entry)
    return entry


def _value(name: str, text: str, problems: list[Problem]) -> Any:
    if name in DATES:
        return _day(name, text, problems)
    if name in FLAGS:
        return _flag(name, text, problems)
    if name == "kind":
        return _kind(text, problems)
    if name == "grade":
        return _grade(text, problems)
    if name == "uscc" and text:
        try:
            return check_uscc(text)
        except BadCode as wrong:
            problems.append((name, wrong.message))
            return text
    return text or None


def _day(name: str, text: str, problems: list[Problem]) -> date | None:
    day = parse_day(text) if text else None
    if text and day is None:
        message = say("“%(text)s”不是日期，请写成 2026-03-05 的形式。", text=text[:40])
        problems.append((name, message))
    return day


def _flag(name: str, text: str, problems: list[Problem]) -> bool:
    if text.casefold() not in _YES | _NO:
        problems.append((name, say("请填写“是”或“否”，现在是“%(text)s”。", text=text[:40])))
    return text.casefold() in _YES


def _kind(text: str, problems: list[Problem]) -> str | None:
    for kind, word in KINDS.items():
        if text.casefold() in (kind, word.msgid, english().gettext(word.msgid).casefold()):
            return kind
    if text in _OLD_NAMES:
        return _OLD_NAMES[text]
    if text:
        allowed = "、".join(word.msgid for word in KINDS.values())
        problems.append(
            (
                "kind",
                say(
                    "没有“%(text)s”这种机构类型，可填：%(allowed)s。",
                    text=text[:40],
                    allowed=allowed,
                ),
            )
        )
    return None


def _grade(text: str, problems: list[Problem]) -> int | None:
    short = text.upper().removesuffix("级").replace("Ａ", "A")
    if not short:
        return None
    if set(short) == {"A"} and len(short) <= 5:
        return len(short)
    if short.removesuffix("A") in ("1", "2", "3", "4", "5"):
        return int(short[0])
    problems.append(("grade", say("评估等级应为 1A 至 5A，现在是“%(text)s”。", text=text[:40])))
    return None


def _read_place(cells: Mapping[str, str], home: str, entry: Entry) -> None:
    """County and township by name or code; a name that two cities have means the home one."""
    county, township = cells.get("county", ""), cells.get("township", "")
    entry.values |= {"county": None, "township": None}
    if county:
        found = regions.find(county, regions.counties())
        near = [place for place in found if place.code.startswith(home)] or found
        if len(near) == 1:
            entry.values["county"] = near[0].code
        elif near:
            entry.problems.append(
                ("county", say("有多个县区叫“%(name)s”，请填写 6 位代码。", name=county[:40]))
            )
        else:
            entry.problems.append(("county", say("没有叫“%(name)s”的县区。", name=county[:40])))
    if township and entry.values["county"]:
        places = regions.find(township, regions.townships(entry.values["county"]))
        if len(places) == 1:
            entry.values["township"] = places[0].code
        else:
            entry.problems.append(
                ("township", say("所选县区没有叫“%(name)s”的镇街。", name=township[:40]))
            )


def _read_host(text: str, entry: Entry) -> None:
    if not text:
        return
    if entry.values.get("kind") != "community_group":
        entry.problems.append(("host", say("只有社区社会组织需要填写依托机构。")))
        return
    try:
        entry.host = f"CN-USCI-{check_uscc(text)}"
    except BadCode as wrong:
        entry.problems.append(("host", wrong.message))


def _read_standing(text: str, entry: Entry) -> None:
    if not text:
        return
    for standing, word in STANDINGS.items():
        if text.casefold() in (standing, word.msgid, english().gettext(word.msgid).casefold()):
            entry.standing = standing
            return
    entry.problems.append((STANDING, say("没有“%(text)s”这种名录状态。", text=text[:40])))


def _check_ref(entry: Entry) -> None:
    """An identifier in the file must be the one that the row's own codes make."""
    given = entry.values.pop("org_ref")
    made = identity.make_org_ref(entry.values)
    if given and made and given != made and not entry.problems:
        entry.problems.append(("org_ref", say("机构标识与代码不符，应为 %(ref)s。", ref=made)))
    if given and not made:
        entry.values["org_ref"] = given

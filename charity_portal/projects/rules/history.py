"""A funder's existing grants, as the 360Giving Data Standard writes them, read into plain values.

Source of names and shapes: 360Giving Data Standard 1.4, JSON and flat spreadsheet forms. Amounts become
minor units of their own currency; a figure such as 41133.770000000004 is what a spreadsheet's floating
point made of 41,133.77 and is read as that, anything further off a whole minor unit is refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from babel.numbers import is_currency

from charity_portal.kernel.i18n import Text, minor_digits, say
from charity_portal.projects.errors import Problem

SPREADSHEET_CR = "_x000D_"  # how a line break in a cell survives careless conversion
FLOAT_DUST = Decimal("0.0001")
LARGEST_MINOR = 10**14
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][0-9:.]+(?:Z|[+-]\d{2}:?\d{2})?)?")
_COLUMNS = {
    "identifier": ("id",),
    "title": ("title",),
    "description": ("description",),
    "currency": ("currency",),
    "amountappliedfor": ("amountAppliedFor",),
    "amountawarded": ("amountAwarded",),
    "awarddate": ("awardDate",),
    "planneddates:startdate": ("plannedDates", "startDate"),
    "planneddates:enddate": ("plannedDates", "endDate"),
    "planneddates:duration(months)": ("plannedDates", "duration"),
    "recipientorg:identifier": ("recipientOrganization", "id"),
    "recipientorg:name": ("recipientOrganization", "name"),
    "recipientind:identifier": ("recipientIndividual", "id"),
    "recipientind:name": ("recipientIndividual", "name"),
    "fundingorg:identifier": ("fundingOrganization", "id"),
    "fundingorg:name": ("fundingOrganization", "name"),
    "grantprogramme:code": ("grantProgramme", "code"),
    "grantprogramme:title": ("grantProgramme", "title"),
}
REQUIRED_COLUMNS = (
    "Identifier",
    "Title",
    "Currency",
    "Amount Awarded",
    "Award Date",
    "Funding Org:Identifier",
    "Funding Org:Name",
)


@dataclass(frozen=True)
class Party:
    """An organization as the funder names it: org-id.guide identifier and name."""

    ref: str
    name: str


@dataclass(frozen=True)
class Grant:
    """One grant. Amounts in minor units of `currency`; `requested` is None when not recorded.

    `recipient` is None for a grant to a person: such people are not taken over by name. `record` is the
    source's own row, kept as it was.
    """

    row: int
    ref: str
    title: str
    description: str
    currency: str
    requested: int | None
    awarded: int
    awarded_on: date
    programme: str
    recipient: Party | None
    funder: Party
    planned_start: date | None
    planned_end: date | None
    record: Mapping[str, Any] = field(hash=False)


class _Reader:
    """Reads one record and notes what is wrong with it."""

    def __init__(self, row: int, record: Mapping[str, Any]) -> None:
        self.row, self.record = row, record
        self.problems: list[Problem] = []

    def refuse(self, name: str, why: Text) -> None:
        self.problems.append(Problem(self.row, name, why))

    def text(self, name: str, needed: bool = True) -> str:
        value = self.record.get(name)
        text = str(value) if isinstance(value, str | int | Decimal) else ""
        text = " ".join(text.replace(SPREADSHEET_CR, " ").split())
        if not text and needed:
            self.refuse(name, say("缺少必填内容"))
        return text

    def part(self, name: str) -> Mapping[str, Any]:
        """The first object of a list (or the object itself) under `name`; empty when absent."""
        value = self.record.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        return value if isinstance(value, Mapping) else {}

    def currency(self) -> str:
        code = self.text("currency")
        if code and not is_currency(code):
            self.refuse("currency", say("“%(code)s”不是 ISO 4217 货币代码", code=code[:20]))
            return ""
        return code

    def amount(self, name: str, currency: str, needed: bool) -> int | None:
        value = self.record.get(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, say("缺少必填内容"))
            return None
        try:
            number = Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            self.refuse(name, say("“%(value)s”不是金额", value=str(value)[:40]))
            return None
        return self._minor(name, number, minor_digits(currency or "CNY"))

    def _minor(self, name: str, number: Decimal, digits: int) -> int | None:
        scaled = number.scaleb(digits)
        whole = scaled.to_integral_value(ROUND_HALF_UP)
        if abs(scaled - whole) > FLOAT_DUST:
            self.refuse(name, say("金额的小数超过 %(n)s 位", n=digits))
        elif not 0 <= whole <= LARGEST_MINOR:
            self.refuse(name, say("金额须不小于 0，且不超过一万亿"))
        else:
            return int(whole)
        return None

    def day(self, name: str, value: Any, needed: bool) -> date | None:
        text = str(value or "").strip()
        if not text:
            if needed:
                self.refuse(name, say("缺少必填内容"))
            return None
        match = _DAY.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            return date.fromisoformat(match[1])
        except ValueError:
            self.refuse(
                name, say("“%(value)s”不是日期，应为 2020-11-03 这样的格式", value=text[:40])
            )
            return None

    def party(self, name: str) -> Party | None:
        part = self.part(name)
        ref, title = (str(part.get(key) or "").strip() for key in ("id", "name"))
        for key, value in (("id", ref), ("name", title)):
            if not value:
                self.refuse(f"{name}/{key}", say("缺少必填内容"))
        return Party(ref, title) if ref and title else None


def read_grant(row: int, record: Mapping[str, Any]) -> tuple[Grant | None, list[Problem]]:
    """Read one record of the standard; the grant is None when something is wrong with it."""
    reader = _Reader(row, record)
    currency = reader.currency()
    dates = reader.part("plannedDates")
    to_person = "recipientIndividual" in record
    ref, title = reader.text("id"), reader.text("title")
    awarded = reader.amount("amountAwarded", currency, needed=True)
    requested = reader.amount("amountAppliedFor", currency, needed=False)
    awarded_on = reader.day("awardDate", record.get("awardDate"), needed=True)
    recipient = None if to_person else reader.party("recipientOrganization")
    funder = reader.party("fundingOrganization")
    start = reader.day("plannedDates/startDate", dates.get("startDate"), needed=False)
    end = reader.day("plannedDates/endDate", dates.get("endDate"), needed=False)
    if reader.problems or awarded is None or awarded_on is None or funder is None:
        return None, reader.problems
    programme = reader.part("grantProgramme")
    grant = Grant(
        row=row,
        ref=ref,
        title=title,
        description=reader.text("description", needed=False),
        currency=currency,
        requested=requested,
        awarded=awarded,
        awarded_on=awarded_on,
        programme=str(programme.get("title") or programme.get("code") or "").strip(),
        recipient=recipient,
        funder=funder,
        planned_start=start,
        planned_end=end,
        record=record,
    )
    return grant, []


def read_grants(records: Iterable[tuple[int, Any]]) -> tuple[list[Grant], list[Problem]]:
    """Read a whole file of (row, record); every problem of every row is told, none hides another."""
    grants: list[Grant] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row, record in records:
        if not isinstance(record, Mapping):
            problems.append(Problem(row, "grants", say("这一条不是一个对象")))
            continue
        grant, wrong = read_grant(row, record)
        problems += wrong
        if grant is None:
            continue
        if grant.ref in seen:
            why = say("编号 %(ref)s 与第 %(row)s 条重复", ref=grant.ref, row=seen[grant.ref])
            problems.append(Problem(row, "id", why))
        seen.setdefault(grant.ref, row)
        grants.append(grant)
    if not grants and not problems:
        problems.append(Problem(None, "grants", say("文件中没有资助记录")))
    return grants, problems


def _plain_title(title: str) -> str:
    return re.sub(r"\s", "", title).casefold()


def missing_columns(header: Sequence[str]) -> list[str]:
    """The columns of the flat form that a spreadsheet must have and this one has not."""
    present = {_plain_title(title) for title in header}
    missing = [title for title in REQUIRED_COLUMNS if _plain_title(title) not in present]
    if not {"recipientorg:identifier", "recipientind:identifier"} & present:
        missing.append("Recipient Org:Identifier")
    return missing


def record_of_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """The nested record of a spreadsheet row; columns outside the standard's core are kept by title."""
    record: dict[str, Any] = {}
    for title, value in cells.items():
        path = _COLUMNS.get(_plain_title(title))
        if not value.strip():
            continue
        if path is None:
            record[title] = value
        elif len(path) == 1:
            record[path[0]] = value
        else:
            record.setdefault(path[0], [{}])[0][path[1]] = value
    return record

"""The heads that banks put over the columns of a statement, and what else they write around it.

The words themselves are in `data/bank_statements.toml`: a bank that uses others is added there.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TOLD = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "bank_statements.toml").read_text(encoding="utf-8")
)
HEADS: dict[str, list[str]] = _TOLD["heads"]
WAYS: dict[str, list[str]] = _TOLD["ways"]
_BESIDE: dict[str, list[str]] = _TOLD["beside"]
OPENING, CLOSING = _BESIDE["opening"], _BESIDE["closing"]
_ROWS_ABOVE = 60
_ACCOUNT = re.compile(
    rf"(?:{'|'.join(_BESIDE['account'])})(?:\(.*?\))?[::\s|]*([0-9*Xx][0-9*Xx -]{{5,38}}[0-9])"
)
_UNIT = re.compile(rf"[\s*]|/?(?:{'|'.join(_BESIDE['units'])})$")
_CURRENCY = re.compile(rf"^(?:{'|'.join(_BESIDE['currency'])})|[+\s]")
_AMOUNT = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]{1,2})?")
_DAY = re.compile(r"20[0-9]{2}\s*[-/.年]?\s*[01]?[0-9]\s*[-/.月]?\s*[0-3]?[0-9]")


@dataclass(frozen=True)
class Head:
    """Where the titles stand: the index of their row in the grid, and the columns of each field."""

    index: int
    columns: dict[str, list[int]]

    def column(self, what: str) -> int | None:
        """The column to point at when something of a row is at fault; money may stand in any."""
        names = ("amount", "in", "out") if what == "amount" else (what,)
        return next((self.columns[name][0] for name in names if name in self.columns), None)


def plain(text: str) -> str:
    """A cell in half width and without the marks that keep a spreadsheet from rounding it."""
    tidy = unicodedata.normalize("NFKC", text).replace("\ufeff", "").strip().strip("`'\t").strip()
    if tidy.startswith('="') and tidy.endswith('"'):
        tidy = tidy[2:-1]
    return tidy


def squeezed(title: str) -> str:
    """A title without brackets and what stands in them, units, spaces and stars."""
    text = re.sub(r"\[.*?\]|\(.*?\)", "", plain(title)) or plain(title)
    return _UNIT.sub("", text)


def without_currency(text: str) -> str:
    """An amount without currency, plus sign and spaces."""
    return _CURRENCY.sub("", plain(text))


def find_head(grid: Sequence[tuple[int, Sequence[str]]]) -> Head | None:
    """The first row that has a day and an amount among its titles."""
    for index, (_, cells) in enumerate(grid[:_ROWS_ABOVE]):
        columns = _columns([squeezed(cell) for cell in cells])
        if "day" in columns and columns.keys() & {"in", "out", "amount"}:
            return Head(index, columns)
    return None


def _columns(titles: Sequence[str]) -> dict[str, list[int]]:
    """Columns by field. Of several days, amounts or balances the best name counts; a serial and the
    words may be spread over several columns."""
    found: dict[str, list[int]] = {}
    for field, names in HEADS.items():
        ranked = sorted((names.index(t), i) for i, t in enumerate(titles) if t in names)
        if ranked:
            several = field == "remark"
            found[field] = [i for _, i in ranked] if several else [ranked[0][1]]
    return found


def account_tail(rows: Sequence[Sequence[str]]) -> str | None:
    """The last four digits of the account that is named above the titles."""
    for cells in rows:
        match = _ACCOUNT.search(" | ".join(plain(cell) for cell in cells))
        if match:
            return tail_of(match[1])
    return None


def tail_of(number: str) -> str | None:
    """The last four digits of an account; None when there are none."""
    digits = re.sub(r"\D", "", plain(number))
    return digits[-4:] if len(digits) >= 4 else None


def told_amount(rows: Sequence[Sequence[str]], names: Sequence[str]) -> str | None:
    """The amount written behind one of these names outside the table (`期初余额：1,234.50`)."""
    for cells in rows:
        text = " ".join(plain(cell) for cell in cells)
        for name in names:
            behind = text.partition(name)[2]
            match = _AMOUNT.search(re.sub(r"(?<=,)\s+(?=\d)", "", behind)[:40]) if behind else None
            if match:
                return match[0]
    return None


def told_days(rows: Sequence[Sequence[str]]) -> list[str]:
    """The two days of a period written above the titles, as texts; empty when there is none."""
    for cells in rows:
        text = " ".join(plain(cell) for cell in cells)
        if any(word in text for word in _BESIDE["period"]):
            days = [re.sub(r"\s", "", day) for day in _DAY.findall(text)]
            if len(days) == 2:
                return days
    return []


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row adds up or ends a page instead of telling a movement."""
    text = "".join(plain(cell) for cell in cells)
    return any(word in text for word in (*_BESIDE["totals"], *OPENING, *CLOSING))

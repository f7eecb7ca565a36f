"""What a fund's pages show as one figure, and how a reader narrows the entries behind it down.

A figure is what some accounts took and gave. The entries behind it are all that moved one of these
accounts, corrections among them with their own sign, so that they add up to the figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from charity_portal.funds.rules.accounts import (
    BELOW_PURSE,
    ENTRIES,
    INCOME_SOURCES,
    REFUNDED,
    USES,
)
from charity_portal.funds.rules.months import next_month
from charity_portal.kernel.i18n import Text, say

FIGURES: dict[str, Text] = {
    "income": say("收入"),
    "spending": say("支出"),
    "available": say("可用余额的变动"),
    "principal": say("本金的变动"),
    "bank": say("银行存款的变动"),
    "goods": say("受赠物资的变动"),
    "payable": say("应付款的变动"),
}
RISES_BY_DEBIT = ("bank", "goods", "spending")
OF_PURPOSES = ("income", "spending", "available", "principal")
"""Figures that can be told for one purpose; the others belong to the fund as a whole."""

ENTRY_KINDS: dict[str, Text] = {kind: word for kind, word in ENTRIES.items() if kind not in FIGURES}
USE_WORDS: dict[str, Text] = USES | {REFUNDED: say("资金退回")}
_ACCOUNTS: Mapping[str, tuple[str, ...]] = {"available": BELOW_PURSE, "principal": BELOW_PURSE}


@dataclass(frozen=True)
class Narrowing:
    """What a list of entries is narrowed down to; empty means all. `since` and `until` name months
    by their first day, both included."""

    kind: str = ""
    purpose_id: int | None = None
    source: str = ""
    use: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def figure(self) -> str:
        """The figure behind which these entries stand; empty when they stand behind none."""
        return self.kind if self.kind in FIGURES else ""

    @property
    def last_day(self) -> date | None:
        """The last day included."""
        return next_month(self.until) - timedelta(days=1) if self.until else None

    def arguments(self) -> dict[str, Any]:
        """The same as part of an address."""
        named = {
            "kind": self.kind,
            "purpose": self.purpose_id,
            "source": self.source,
            "use": self.use,
        }
        if self.since and self.since == self.until:
            months = {"month": f"{self.since:%Y-%m}"}
        else:
            ends = {"since": self.since, "until": self.until}
            months = {name: f"{month:%Y-%m}" for name, month in ends.items() if month}
        return {name: value for name, value in (named | months).items() if value}


def account_kinds(figure: str) -> tuple[str, ...]:
    """The kinds of accounts whose movements make a figure."""
    return _ACCOUNTS.get(figure, (figure,))


def sign(figure: str) -> int:
    """1 when a debit raises the figure, -1 when a credit does."""
    return 1 if figure in RISES_BY_DEBIT else -1


def read(asked: Mapping[str, str], purposes: set[int]) -> tuple[Narrowing, list[Text]]:
    """What an address asks for, and what of it cannot be had, in words.

    A source belongs to income and a use to spending, so naming one of them is enough.
    """
    problems: list[Text] = []
    kind = asked.get("kind", "")
    source, use = asked.get("source", ""), asked.get("use", "")
    if kind and kind not in FIGURES and kind not in ENTRY_KINDS:
        kind = _refused(problems, say("没有这种账目类型，已显示全部账目。"))
    if source and (source not in INCOME_SOURCES or kind not in ("", "income")):
        source = _refused(problems, say("收入来源只用于查看收入，已略过这个条件。"))
    if use and (use not in USE_WORDS or kind not in ("", "spending") or source):
        use = _refused(problems, say("支出类别只用于查看支出，已略过这个条件。"))
    kind = "income" if source else "spending" if use else kind
    purpose = _purpose(asked.get("purpose", ""), purposes, problems)
    if purpose is not None and kind in FIGURES and kind not in OF_PURPOSES:
        _refused(
            problems, say("银行存款、物资和应付款属于整个基金，不按用途区分，已略过用途条件。")
        )
        purpose = None
    since, until = _months(asked, problems)
    return Narrowing(kind, purpose, source, use, since, until), problems


def _purpose(text: str, purposes: set[int], problems: list[Text]) -> int | None:
    if not text:
        return None
    if text.isdecimal() and int(text) in purposes:
        return int(text)
    _refused(problems, say("该基金没有这个用途，已略过用途条件。"))
    return None


def _months(asked: Mapping[str, str], problems: list[Text]) -> tuple[date | None, date | None]:
    if asked.get("month"):
        month = parse_month(asked["month"])
        if month is None:
            _refused(problems, say("月份应写成 2026-03 这样的形式。"))
        return month, month
    ends = [asked.get("since", ""), asked.get("until", "")]
    since, until = (parse_month(text) for text in ends)
    if (ends[0] and since is None) or (ends[1] and until is None):
        _refused(problems, say("月份应写成 2026-03 这样的形式。"))
    if since and until and since > until:
        _refused(problems, say("起始月份晚于截止月份，已对调。"))
        since, until = until, since
    return since, until


def _refused(problems: list[Text], message: Text) -> str:
    problems.append(message)
    return ""


def parse_month(text: str) -> date | None:
    """The first day of a month written as `2026-03` (a day of it will do); None for anything else."""
    year, _, rest = text.strip().partition("-")
    month = rest.partition("-")[0]
    if not (len(year) == 4 and year.isdecimal() and len(month) == 2 and month.isdecimal()):
        return None
    if not (1900 <= int(year) <= 9998 and 1 <= int(month) <= 12):
        return None
    return date(int(year), int(month), 1)

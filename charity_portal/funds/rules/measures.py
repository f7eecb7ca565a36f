"""What spending is measured against: dated rules, each with the article it stands on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from charity_portal.kernel.i18n import Text, say

MEASURES: dict[str, Text] = {
    "management_share": say("管理费用占当年总支出的比例上限"),
    "spending_share": say("慈善活动支出占上年总收入的比例下限"),
    "fundraising_share": say("募捐成本占当年募捐收入的比例上限"),
    "idle_months": say("资金闲置提醒的月数"),
    "bulletin_days": say("突发事件募捐公开收支的间隔天数"),
}
"""Shares are hundredths of a per cent."""

SCOPES: dict[str, Text] = {
    "all": say("所有慈善组织"),
    "public": say("有公开募捐资格的慈善组织"),
    "other": say("没有公开募捐资格的慈善组织"),
}

SHARES = ("management_share", "fundraising_share", "spending_share")
CEILINGS = {"management": "management_share", "fundraising": "fundraising_share"}
"""Which share spending of a use must keep; beyond it, it needs an exception in words."""

WHOLE_BP = 10_000
MOST = {"idle_months": 120, "bulletin_days": 60}
Problems = dict[str, list[Text]]


@dataclass(frozen=True)
class YearFigures:
    """What one charity's funds did in a year, in fen. What funds that end give away is no spending;
    interest is income, but nothing that was raised."""

    spent_fen: int = 0
    management_fen: int = 0
    fundraising_fen: int = 0
    raised_fen: int = 0
    income_before_fen: int = 0

    @property
    def charitable_fen(self) -> int:
        """What went to charitable activities."""
        return self.spent_fen - self.management_fen - self.fundraising_fen

    def with_spending(self, use: str, amount_fen: int) -> "YearFigures":
        """The same year after some more spending."""
        more = replace(self, spent_fen=self.spent_fen + amount_fen)
        if use == "management":
            return replace(more, management_fen=more.management_fen + amount_fen)
        if use == "fundraising":
            return replace(more, fundraising_fen=more.fundraising_fen + amount_fen)
        return more


@dataclass(frozen=True)
class Limit:
    """A rule in force: `value` in hundredths of a per cent, and where it stands."""

    value: int
    basis_zh: str
    basis_en: str | None
    since: date


@dataclass(frozen=True)
class Share:
    """One part of one whole, in fen, and the rule for it; `limit` is None where there is no rule."""

    measure: str
    part_fen: int
    whole_fen: int
    limit: Limit | None

    @property
    def kept(self) -> bool | None:
        """Whether the rule is kept; None without a rule. Compared exactly, without rounding."""
        if self.limit is None:
            return None
        part, whole = self.part_fen * WHOLE_BP, self.limit.value * self.whole_fen
        return part >= whole if self.measure == "spending_share" else part <= whole


def share_of(measure: str, figures: YearFigures, limit: Limit | None) -> Share:
    """One of SHARES for a year."""
    part, whole = {
        "management_share": (figures.management_fen, figures.spent_fen),
        "fundraising_share": (figures.fundraising_fen, figures.raised_fen),
        "spending_share": (figures.charitable_fen, figures.income_before_fen),
    }[measure]
    return Share(measure, part, whole, limit)


@dataclass(frozen=True)
class RuleRow:
    """A row of a measure for one scope."""

    measure: str
    scope: str
    value: int
    since: date
    until: date | None
    basis_zh: str
    basis_en: str


def read_value(measure: str, text: str) -> int | None:
    """What somebody typed as the value of a measure: a percentage with up to two decimals as hundredths
    of a per cent, or a whole number of months or days; None when it is neither or out of bounds."""
    try:
        number = Decimal(text.strip().rstrip("%％").strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    value = number * 100 if measure in SHARES else number
    most = WHOLE_BP if measure in SHARES else MOST.get(measure, 0)
    least = 0 if measure in SHARES else 1
    whole = value == value.to_integral_value()
    return int(value) if whole and least <= value <= most else None


def row_problems(row: RuleRow, earlier: Iterable[date]) -> Problems:
    """Everything that is wrong with a new row; `earlier` are the first days of its scope's others."""
    found: Problems = {}
    if row.measure not in MEASURES:
        found["measure"] = [say("请选择一项规定。")]
    if row.scope not in SCOPES:
        found["scope"] = [say("请选择适用范围。")]
    for field in ("basis_zh", "basis_en"):
        if not getattr(row, field).strip():
            found[field] = [say("请写明依据的条文。")]
    newest = max(earlier, default=None)
    if newest is not None and row.since <= newest:
        said = say("应当晚于现有规定的施行日期（%(day)s）。", day=newest.isoformat())
        found["since"] = [said]
    return found

"""Reading the dated rules that funds are measured against, and a charity's year in figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.models.ledger import LedgerAccount, LedgerTurnover, LedgerUse
from charity_portal.funds.models.spending import FundRule
from charity_portal.funds.rules.measures import (
    MEASURES,
    SHARES,
    Limit,
    Share,
    YearFigures,
    share_of,
)
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.organizations import queries as organizations

_BY_USE = ("management", "fundraising", "surplus")


@dataclass(frozen=True)
class FundYear:
    """One fund's part in its charity's year, in fen."""

    fund_id: int
    number: str
    name_zh: str
    name_en: str | None
    figures: YearFigures


@dataclass(frozen=True)
class HostYear:
    """A charity's year: its figures over all funds, its shares against the rules, its funds."""

    host_id: int
    year: int
    scope: str
    figures: YearFigures
    shares: tuple[Share, ...]
    funds: tuple[FundYear, ...]


def rule(rule_id: int) -> FundRule | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(FundRule, rule_id)


def rule_on(measure: str, day: date, scope: str = "all") -> FundRule | None:
    """The rule of a measure in force on a day: that of the scope, else the one for all."""
    wanted = (
        sa.select(FundRule)
        .where(
            FundRule.measure == measure,
            FundRule.scope.in_((scope, "all")),
            FundRule.since <= day,
            sa.or_(FundRule.until.is_(None), FundRule.until >= day),
        )
        .order_by(FundRule.scope == "all", FundRule.since.desc())
    )
    return db.session.scalar(wanted.limit(1))


def limit_on(measure: str, day: date, scope: str) -> Limit | None:
    """The same as a plain value."""
    row = rule_on(measure, day, scope)
    return Limit(row.value, row.basis_zh, row.basis_en, row.since) if row else None


def all_rules() -> dict[str, list[FundRule]]:
    """All rows by measure, each scope's newest first."""
    rows = db.session.scalars(sa.select(FundRule).order_by(FundRule.scope, FundRule.since.desc()))
    found: dict[str, list[FundRule]] = {measure: [] for measure in MEASURES}
    for row in rows:
        found[row.measure].append(row)
    return found


def rows_of(measure: str, scope: str) -> list[FundRule]:
    """The rows of one measure for one scope, the newest first."""
    wanted = sa.select(FundRule).where(FundRule.measure == measure, FundRule.scope == scope)
    return list(db.session.scalars(wanted.order_by(FundRule.since.desc())))


def scope_of(host_id: int, day: date) -> str:
    """Under which rules a charity stands on a day: as one that may raise publicly or as another."""
    profile = organizations.profile(host_id)
    return "public" if profile is not None and profile.may_raise_on(day) else "other"


def hosts() -> list[tuple[int, str]]:
    """The charities that host funds, with their names for the reader."""
    ids = list(db.session.scalars(sa.select(Fund.host_id).distinct()))
    names = organizations.names(ids)
    return sorted(((key, names[key]) for key in ids), key=lambda pair: pair[1])


def figures(host_id: int, year: int) -> YearFigures:
    """What a charity's funds did in a year."""
    return _sum(fund.figures for fund in fund_years(host_id, year))


def shares(host_id: int, year: int) -> HostYear:
    """A charity's year against the rules of its last day, of today while it runs."""
    day = min(clock.today(), date(year, 12, 31))
    scope = scope_of(host_id, day)
    funds = fund_years(host_id, year)
    whole = _sum(fund.figures for fund in funds)
    found = tuple(share_of(m, whole, limit_on(m, day, scope)) for m in SHARES)
    return HostYear(host_id, year, scope, whole, found, tuple(funds))


def fund_years(host_id: int, year: int) -> list[FundYear]:
    """The figures of each fund of a charity in a year: four statements, however many entries."""
    wanted = sa.select(Fund.id, Fund.number, Fund.name_zh, Fund.name_en)
    funds = db.session.execute(wanted.where(Fund.host_id == host_id).order_by(Fund.number)).all()
    ids = [fund.id for fund in funds]
    spent, raised, _ = _turnover(ids, year)
    _, _, before = _turnover(ids, year - 1)
    used = _by_use(ids, year)
    return [
        FundYear(
            fund.id,
            fund.number,
            fund.name_zh,
            fund.name_en,
            YearFigures(
                spent_fen=spent.get(fund.id, 0) - used.get((fund.id, "surplus"), 0),
                management_fen=used.get((fund.id, "management"), 0),
                fundraising_fen=used.get((fund.id, "fundraising"), 0),
                raised_fen=raised.get(fund.id, 0),
                income_before_fen=before.get(fund.id, 0),
            ),
        )
        for fund in funds
    ]


def _turnover(
    fund_ids: list[int], year: int
) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """By fund: what was spent, what was raised, all income."""
    kind, net = LedgerAccount.kind, LedgerTurnover.debit_fen - LedgerTurnover.credit_fen
    interest = LedgerAccount.income_source == "interest"
    sums = (
        sa.func.sum(sa.case((kind == "spending", net), else_=0)),
        sa.func.sum(sa.case((sa.and_(kind == "income", ~interest), -net), else_=0)),
        sa.func.sum(sa.case((kind == "income", -net), else_=0)),
    )
    rows = db.session.execute(
        sa.select(LedgerAccount.fund_id, *sums)
        .join(LedgerTurnover, LedgerTurnover.account_id == LedgerAccount.id)
        .where(
            LedgerAccount.fund_id.in_(fund_ids),
            kind.in_(("spending", "income")),
            LedgerTurnover.month.between(date(year, 1, 1), date(year, 12, 1)),
        )
        .group_by(LedgerAccount.fund_id)
    ).all()
    return (
        {row[0]: int(row[1]) for row in rows},
        {row[0]: int(row[2]) for row in rows},
        {row[0]: int(row[3]) for row in rows},
    )


def _by_use(fund_ids: list[int], year: int) -> dict[tuple[int, str], int]:
    """By fund and use: what was spent on what is not charitable, less what was taken back."""
    rows = db.session.execute(
        sa.select(FundPurpose.fund_id, LedgerUse.spent_on, sa.func.sum(LedgerUse.amount_fen))
        .join(FundPurpose, FundPurpose.id == LedgerUse.purpose_id)
        .where(
            FundPurpose.fund_id.in_(fund_ids),
            LedgerUse.spent_on.in_(_BY_USE),
            LedgerUse.month.between(date(year, 1, 1), date(year, 12, 1)),
        )
        .group_by(FundPurpose.fund_id, LedgerUse.spent_on)
    )
    return {(fund_id, use): int(total) for fund_id, use, total in rows}


def _sum(parts: Iterable[YearFigures]) -> YearFigures:
    names = YearFigures.__dataclass_fields__
    found = list(parts)
    return YearFigures(**{name: sum(getattr(part, name) for part in found) for name in names})

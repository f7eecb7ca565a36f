"""What citizens read of funds: the register, the city's totals, and one entry with what it hangs on.

Funds in preparation are not public, and not part of any sum here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.models.ledger import LedgerAccount, LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.ledger import Balance, EntryLine
from charity_portal.funds.rules.accounts import ACCOUNTS
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations import queries as organizations

PUBLIC = Fund.state != "draft"
_BATCH = 500
_POSTS = ("finance", "approver", "officer", "administrator")
"""Which of somebody's offices an entry is told with, the likeliest first."""


@dataclass(frozen=True)
class FundSearch:
    """What the register is narrowed down to; empty means all."""

    text: str = ""
    host_id: int | None = None
    kind: str = ""
    state: str = ""


@dataclass(frozen=True)
class FundRow:
    """A fund of the register, the name of the charity that hosts it, and what it has."""

    fund: Fund
    host_name: str
    balance: Balance


@dataclass(frozen=True)
class CityTotals:
    """All public funds together, in fen; what remains is what came in less what was spent."""

    funds: int
    received_fen: int
    spent_fen: int

    @property
    def remaining_fen(self) -> int:
        """What all funds have, debts deducted."""
        return self.received_fen - self.spent_fen


@dataclass(frozen=True)
class PublicEntry:
    """An entry as everybody may read it. `posted_by` is an office, never a person."""

    line: EntryLine
    fund: Fund
    purpose: FundPurpose
    debit: Text
    credit: Text
    income_source: str | None
    payee: str | None
    payee_listed: bool
    posted_by: Text
    settled_by: list[tuple[int, int | None]]


def totals() -> CityTotals:
    """The city's funds in one sum, from their accounts."""
    funds = db.session.scalar(sa.select(sa.func.count()).select_from(Fund).where(PUBLIC)) or 0
    rows = db.session.execute(
        sa.select(LedgerAccount.kind, sa.func.sum(LedgerAccount.balance_fen))
        .join(Fund, Fund.id == LedgerAccount.fund_id)
        .where(PUBLIC, LedgerAccount.kind.in_(("income", "spending")))
        .group_by(LedgerAccount.kind)
    )
    sums = {kind: int(total) for kind, total in rows}
    return CityTotals(funds, -sums.get("income", 0), sums.get("spending", 0))


def register(search: FundSearch, after: str | None = None, size: int = 50) -> Page[FundRow]:
    """One screenful of public funds, the newest first."""
    cut = page(_selection(search), order=[Fund.id.desc()], after=after, size=size)
    balances = ledger.balances(fund.id for fund in cut.items)
    hosts = organizations.names({fund.host_id for fund in cut.items})
    rows = [FundRow(f, hosts.get(f.host_id, "—"), balances[f.id]) for f in cut.items]
    return Page(rows, cut.next_cursor, cut.first)


def everything(search: FundSearch) -> Iterator[FundRow]:
    """All public funds that a search finds, in the same order, some at a time."""
    after: str | None = None
    while True:
        cut = register(search, after, _BATCH)
        yield from cut.items
        if cut.next_cursor is None:
            return
        after = cut.next_cursor


def _selection(search: FundSearch) -> sa.Select[Fund]:
    found = sa.select(Fund).where(PUBLIC)
    if search.text:
        columns = (Fund.name_zh, Fund.name_en, Fund.number)
        found = found.where(sa.or_(*(c.icontains(search.text, autoescape=True) for c in columns)))
    if search.host_id is not None:
        found = found.where(Fund.host_id == search.host_id)
    if search.kind:
        found = found.where(Fund.kind == search.kind)
    if search.state:
        found = found.where(Fund.state == search.state)
    return found


def hosts() -> dict[int, str]:
    """The charities that host public funds, by name."""
    ids = set(db.session.scalars(sa.select(Fund.host_id).where(PUBLIC).distinct()))
    return dict(sorted(organizations.names(ids).items(), key=lambda pair: pair[1]))


def entry(entry_id: int) -> PublicEntry | None:
    """One entry with its fund, its accounts and what it hangs on."""
    row = ledger.entry(entry_id)
    if row is None:
        return None
    fund, purpose = db.session.get_one(Fund, row.fund_id), _purpose(row.purpose_id)
    debit, credit = (
        db.session.get_one(LedgerAccount, key) for key in (row.debit_id, row.credit_id)
    )
    payee = organizations.names([row.payee_id]).get(row.payee_id) if row.payee_id else None
    profile = organizations.profile(row.payee_id) if row.payee_id else None
    return PublicEntry(
        line=ledger.lines([row])[0],
        fund=fund,
        purpose=purpose,
        debit=ACCOUNTS[debit.kind],
        credit=ACCOUNTS[credit.kind],
        income_source=debit.income_source or credit.income_source,
        payee=payee,
        payee_listed=profile is not None and not profile.archived,
        posted_by=_office(row, fund),
        settled_by=[(paid.id, undone) for paid, undone in ledger.payments_of(entry_id)],
    )


def _purpose(purpose_id: int) -> FundPurpose:
    return db.session.get_one(FundPurpose, purpose_id)


def _office(row: LedgerEntry, fund: Fund) -> Text:
    """In which office an entry was posted: of the charity that keeps the book, else of the portal."""
    if row.actor_id is None:
        return say("系统自动记账")
    if organizations.memberships_of(row.actor_id).get(fund.host_id) == "finance":
        return say("依托慈善组织财务人员")
    held = accounts.roles_held(row.actor_id)
    office = next((role for role in _POSTS if role in held), None)
    return accounts.role_word(office) if office else say("平台工作人员")

"""Comparing the ledger's kept figures with what its entries add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from charity_portal.funds.rules.accounts import PURSE
from charity_portal.kernel.i18n import Text, money, say


@dataclass(frozen=True)
class Kept:
    """An account as it stands on its row."""

    id: int
    fund_id: int
    fund_number: str
    code: str
    kind: str
    purse_id: int | None
    balance_fen: int


@dataclass(frozen=True)
class Sums:
    """What went to the debit and to the credit side."""

    debit_fen: int = 0
    credit_fen: int = 0

    @property
    def balance_fen(self) -> int:
        """Debits minus credits."""
        return self.debit_fen - self.credit_fen

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(self.debit_fen + other.debit_fen, self.credit_fen + other.credit_fen)


MonthKey = tuple[int, date]
UseKey = tuple[int, date, str]
"""A purpose, a month by its first day, and what was spent on."""


def balance_differences(accounts: Iterable[Kept], entries: Mapping[int, Sums]) -> Iterable[Text]:
    """Accounts whose balance is not what the entries say; a purse's are those of what is below it."""
    kept = list(accounts)
    expected = {a.id: entries.get(a.id, Sums()).balance_fen for a in kept}
    for account in kept:
        if account.purse_id is not None and account.purse_id in expected:
            expected[account.purse_id] += expected[account.id]
    for account in kept:
        if account.balance_fen != expected[account.id]:
            yield say(
                "基金 %(fund)s 的科目 %(account)s：余额记为 %(kept)s，按账目应为 %(right)s。",
                fund=account.fund_number,
                account=account.code,
                kept=money(account.balance_fen),
                right=money(expected[account.id]),
            )
    if strangers := sorted(set(entries) - set(expected)):
        yield say("有账目记入不存在的科目 %(account)s。", account=strangers[0])


def fund_differences(accounts: Iterable[Kept]) -> Iterable[Text]:
    """Funds whose money and goods are not what they owe and may spend together."""
    owned: dict[str, int] = {}
    for account in accounts:
        if account.kind in ("bank", "goods", "payable", PURSE):
            owned[account.fund_number] = owned.get(account.fund_number, 0) + account.balance_fen
    for number, rest in owned.items():
        if rest:
            yield say(
                "基金 %(fund)s 的资产与应付款、净资产相差 %(rest)s。", fund=number, rest=money(rest)
            )


def month_differences(
    kept: Mapping[MonthKey, Sums], entries: Mapping[MonthKey, Sums], codes: Mapping[int, str]
) -> Iterable[Text]:
    """Monthly sums that are not what the entries of the month say."""
    for account_id, month in sorted(set(kept) | set(entries)):
        there, right = (part.get((account_id, month), Sums()) for part in (kept, entries))
        if there != right:
            yield say(
                "科目 %(account)s %(month)s 的发生额：记为 %(kept)s，按账目应为 %(right)s。",
                account=codes.get(account_id, account_id),
                month=f"{month:%Y-%m}",
                kept=f"{money(there.debit_fen)} / {money(there.credit_fen)}",
                right=f"{money(right.debit_fen)} / {money(right.credit_fen)}",
            )


def use_differences(
    kept: Mapping[UseKey, int], entries: Mapping[UseKey, int], funds: Mapping[int, str]
) -> Iterable[Text]:
    """Monthly sums of uses that are not what the entries say; `funds` are numbers by purpose."""
    for key in sorted(set(kept) | set(entries)):
        purpose_id, month, use = key
        if key not in kept or kept[key] != entries.get(key, 0):
            yield say(
                "基金 %(fund)s 用途 %(purpose)s 在 %(month)s 的“%(use)s”支出：记为 %(kept)s，按账目应为 %(right)s。",
                fund=funds.get(purpose_id, "—"),
                purpose=purpose_id,
                month=f"{month:%Y-%m}",
                use=use,
                kept=money(kept.get(key)),
                right=money(entries.get(key, 0)),
            )

"""Statements that nobody may make to the ledger, and the scene that they are made in."""

from collections.abc import Callable
from dataclasses import dataclass

from charity_portal.funds.rules.accounts import Address
from tests.factories.funds import Settled

COLUMNS = (
    "fund_id, purpose_id, kind, debit_id, credit_id, amount_fen, booked_on, source, voucher,"
    " description, spent_on, settles_id, reverses_id, actor_id, by_system, posted_at"
)


@dataclass(frozen=True)
class Scene:
    """A ledger with something in it, and the numbers that an attacker would look up."""

    fund: Settled
    other: Settled
    income: int
    allocation: int
    payment: int
    reversed: int
    promised: int
    undone: int
    by_code: dict[str, int]

    def account(self, kind: str, source: str | None = None, nth: int = 0) -> int:
        """An account of the fund."""
        of_purpose = kind in ("purse", "income", "spending", "moved")
        purpose = self.fund.purposes[nth] if of_purpose else None
        return self.by_code[Address(kind, purpose, source).code]

    def insert(
        self, verb: str = "INSERT", ending: str = "", with_id: str = "", **given: object
    ) -> str:
        """A statement that posts an entry: one that would pass, changed by `given` (in SQL)."""
        plain: dict[str, object] = {
            "fund_id": self.fund.fund_id, "purpose_id": self.fund.purpose, "kind": "'income'",
            "debit_id": self.account("bank"), "credit_id": self.account("income", "donation"),
            "amount_fen": 100, "booked_on": "'2026-03-02'", "source": "'raw:1'",
            "voucher": "'v'", "description": "'d'", "spent_on": "NULL", "settles_id": "NULL",
            "reverses_id": "NULL", "actor_id": self.fund.staff.user_id, "by_system": "'0'",
            "posted_at": "'2026-03-02 02:00:00+00'",
        }  # fmt: skip
        values = ", ".join(str(value) for value in (plain | given).values())
        columns, values = (
            (f"id, {COLUMNS}", f"{with_id}, {values}") if with_id else (COLUMNS, values)
        )
        return f"{verb} INTO ledger_entry ({columns}) VALUES ({values}) {ending}"

    def spend(self, amount: object, **given: object) -> str:
        """A statement that promises money."""
        return self.insert(
            **{
                "kind": "'allocation'",
                "debit_id": self.account("spending"),
                "credit_id": self.account("payable"),
                "amount_fen": amount,
                "spent_on": "'award'",
            }
            | given
        )

    def pay(self, amount: int, allocation: object, **given: object) -> str:
        """A statement that pays a promise."""
        accounts = {"debit_id": self.account("payable"), "credit_id": self.account("bank")}
        settled = {"kind": "'payment'", "spent_on": "NULL", "settles_id": allocation}
        return self.spend(amount, **(accounts | settled | given))

    def refund(self, amount: int, **given: object) -> str:
        """A statement by which money comes back from what was spent."""
        accounts = {"debit_id": self.account("bank"), "credit_id": self.account("spending")}
        return self.insert(**({"kind": "'refund'", "amount_fen": amount} | accounts | given))


Attack = Callable[[Scene], str]
BOTH: dict[str, Attack] = {
    # what stands is changed
    "edit an amount": lambda s: f"UPDATE ledger_entry SET amount_fen = 1 WHERE id = {s.income}",
    "edit a description": lambda s: "UPDATE ledger_entry SET description = 'x'",
    "edit a voucher of one": lambda s: f"UPDATE ledger_entry SET voucher = 'x' WHERE id = {s.income}",
    "move the day": lambda s: "UPDATE ledger_entry SET booked_on = '2026-02-01'",
    "delete an entry": lambda s: f"DELETE FROM ledger_entry WHERE id = {s.income}",
    "delete all entries": lambda s: "DELETE FROM ledger_entry",
    "delete an account": lambda s: f"DELETE FROM ledger_account WHERE id = {s.account('goods')}",
    "delete a sum": lambda s: "DELETE FROM ledger_turnover",
    "delete a sum of a use": lambda s: "DELETE FROM ledger_use",
    "delete a closing": lambda s: "DELETE FROM ledger_closing",
    "delete a book": lambda s: "DELETE FROM ledger_book",
    "delete a fund": lambda s: f"DELETE FROM fund WHERE id = {s.fund.fund_id}",
    "delete a purpose": lambda s: "DELETE FROM fund_purpose",
    "reopen a month": lambda s: "UPDATE ledger_closing SET month = '2025-01-01'",
    "move a fund to another book": lambda s: (
        f"UPDATE fund SET host_id = {s.other.host_id} WHERE id = {s.fund.fund_id}"
    ),
    "make principal spendable": lambda s: "UPDATE fund_purpose SET spendable = '1'",
    # balances are forged
    "forge a balance": lambda s: (
        f"UPDATE ledger_account SET balance_fen = 999 WHERE id = {s.account('bank')}"
    ),
    "forge both sides": lambda s: (
        "UPDATE ledger_account SET balance_fen = balance_fen"
        f" + CASE WHEN id = {s.account('bank')} THEN 5 ELSE -5 END"
        f" WHERE id IN ({s.account('bank')}, {s.account('income', 'donation')})"
    ),
    "forge a balance by an old entry": lambda s: (
        f"UPDATE ledger_account SET balance_fen = balance_fen + 14000, last_entry_id = {s.income}"
        f" WHERE id = {s.account('bank')}"
    ),
    "apply the last entry again": lambda s: (
        "UPDATE ledger_account SET balance_fen = balance_fen - 700,"
        " last_entry_id = (SELECT max(id) FROM ledger_entry)"
        f" WHERE id = {s.account('bank')}"
    ),
    "let an untouched account claim an entry": lambda s: (
        "UPDATE ledger_account SET last_entry_id = (SELECT max(id) FROM ledger_entry)"
        f" WHERE id = {s.account('goods')}"
    ),
    "forge the entry to come": lambda s: (
        f"UPDATE ledger_account SET last_entry_id = 999999 WHERE id = {s.account('bank')}"
    ),
    "turn an account into another": lambda s: (
        f"UPDATE ledger_account SET kind = 'moved' WHERE id = {s.account('payable')}"
    ),
    "hang an account on another purse": lambda s: (
        f"UPDATE ledger_account SET purse_id = {s.account('purse', nth=1)}"
        f" WHERE id = {s.account('spending')}"
    ),
    "forge a sum of a month": lambda s: "UPDATE ledger_turnover SET debit_fen = debit_fen + 1",
    "forge a sum of a use": lambda s: "UPDATE ledger_use SET amount_fen = amount_fen - 1",
    "call a use another": lambda s: "UPDATE ledger_use SET spent_on = 'management'",
    "a sum of a use from nothing": lambda s: (
        "INSERT INTO ledger_use (purpose_id, month, spent_on, amount_fen, last_entry_id)"
        f" VALUES ({s.fund.purpose}, '2026-01-01', 'award', 5, 0)"
    ),
    "a sum from nothing": lambda s: (
        "INSERT INTO ledger_turnover (account_id, month, debit_fen, credit_fen, last_entry_id)"
        f" VALUES ({s.account('bank')}, '2026-02-01', 5, 0, 0)"
    ),
    "an account that begins with money": lambda s: (
        "INSERT INTO ledger_account (fund_id, code, kind, balance_fen, last_entry_id)"
        f" VALUES ({s.fund.fund_id}, 'bank2', 'bank', 500, 0)"
    ),
    "a spending account for principal": lambda s: (
        "INSERT INTO ledger_account"
        " (fund_id, code, kind, purpose_id, purse_id, balance_fen, last_entry_id) VALUES"
        f" ({s.fund.fund_id}, 'spending:x', 'spending', {s.fund.purposes[2]},"
        f" {s.account('purse', nth=2)}, 0, 0)"
    ),
    "an account below another fund's purse": lambda s: (
        "INSERT INTO ledger_account"
        " (fund_id, code, kind, purpose_id, purse_id, balance_fen, last_entry_id) VALUES"
        f" ({s.other.fund_id}, 'moved:x', 'moved', {s.fund.purpose}, {s.account('purse')}, 0, 0)"
    ),
    # entries that are none
    "a negative amount": lambda s: s.insert(amount_fen=-5),
    "nothing": lambda s: s.insert(amount_fen=0),
    "more than there is": lambda s: s.insert(amount_fen=10**14 + 1),
    "no amount": lambda s: s.insert(amount_fen="NULL"),
    "one account on both sides": lambda s: s.insert(credit_id=s.account("bank")),
    "a known source": lambda s: s.insert(source="'gift:1'"),
    "no source": lambda s: s.insert(source="' '"),
    "no voucher": lambda s: s.insert(voucher="''"),
    "no actor": lambda s: s.insert(actor_id="NULL"),
    "an unknown kind": lambda s: s.insert(kind="'bonus'"),
    "into a closed month": lambda s: s.insert(booked_on="'2026-01-31'"),
    "before a closed month": lambda s: s.insert(booked_on="'2025-12-01'"),
    "a day that is none": lambda s: s.insert(booked_on="'2026-02-30'"),
    "an account that is none": lambda s: s.insert(debit_id=987654321),
    "an account of another fund": lambda s: s.insert(fund_id=s.other.fund_id),
    "a purpose of another fund": lambda s: s.insert(purpose_id=s.other.purpose),
    "a purpose of another purse": lambda s: s.insert(purpose_id=s.fund.purposes[1]),
    "straight into a purse": lambda s: s.insert(credit_id=s.account("purse")),
    "income from what is owed": lambda s: s.insert(credit_id=s.account("payable")),
    "overspending by one fen": lambda s: s.spend(60_01),
    "overspending another purse": lambda s: s.spend(
        1, purpose_id=s.fund.purposes[1], debit_id=s.account("spending", nth=1)
    ),
    "a spending without its use": lambda s: s.spend(1, spent_on="NULL"),
    "a payment of nothing": lambda s: s.spend(
        1, kind="'payment'", debit_id=s.account("payable"), credit_id=s.account("bank")
    ),
    "a payment twice": lambda s: s.pay(40_00, s.allocation),
    "a payment of another amount": lambda s: s.pay(1, s.promised),
    "a payment of what was taken back": lambda s: s.pay(5_00, s.undone),
    "a payment of income": lambda s: s.pay(140_00, s.income),
    "a reversal of what is paid": lambda s: s.insert(
        kind="'reversal'", debit_id=s.account("payable"), credit_id=s.account("spending"),
        amount_fen=40_00, reverses_id=s.allocation,
    ),
    "a payout that takes from a purse": lambda s: s.insert(
        kind="'payout'", purpose_id=s.fund.purposes[1],
        debit_id=s.account("moved"), credit_id=s.account("moved", nth=1),
    ),
    "a second reversal": lambda s: s.insert(
        kind="'reversal'", debit_id=s.account("income", "donation"), credit_id=s.account("bank"),
        amount_fen=7_00, reverses_id=s.reversed,
    ),
    "a reversal of another amount": lambda s: s.insert(
        kind="'reversal'", debit_id=s.account("income", "donation"), credit_id=s.account("bank"),
        amount_fen=1, reverses_id=s.income,
    ),
    "a reversal that is no mirror": lambda s: s.insert(
        kind="'reversal'", amount_fen=140_00, reverses_id=s.income
    ),
    "a reversal of nothing": lambda s: s.insert(kind="'reversal'", reverses_id="NULL"),
    "a reversal of a reversal": lambda s: s.insert(
        kind="'reversal'", amount_fen=7_00,
        reverses_id=f"(SELECT id FROM ledger_entry WHERE reverses_id = {s.reversed})",
    ),
    # money that comes back
    "a refund of more than was spent": lambda s: s.refund(80_01),
    "a refund on a purpose that spent nothing": lambda s: s.refund(
        1, purpose_id=s.fund.purposes[1], credit_id=s.account("spending", nth=1)
    ),
    "a refund of another purpose's spending": lambda s: s.refund(1, purpose_id=s.fund.purposes[1]),
    "a refund in goods": lambda s: s.refund(1, debit_id=s.account("goods")),
    "a refund of what is owed": lambda s: s.refund(1, credit_id=s.account("payable")),
    "a refund out of the bank": lambda s: s.refund(
        1, debit_id=s.account("spending"), credit_id=s.account("bank")
    ),
    "a refund straight into a purse": lambda s: s.refund(1, credit_id=s.account("purse")),
    "a refund with a use": lambda s: s.refund(1, spent_on="'award'"),
    "a refund that pays a promise": lambda s: s.refund(40_00, settles_id=s.promised),
    "a refund that calls itself a reversal": lambda s: s.refund(40_00, reverses_id=s.payment),
    "a refund to another fund's spending": lambda s: s.refund(
        1, fund_id=s.other.fund_id, purpose_id=s.other.purpose
    ),
    "a refund into a closed month": lambda s: s.refund(1, booked_on="'2026-01-31'"),
    "a month closed before a closed one": lambda s: (
        "INSERT INTO ledger_closing (host_id, month, closed_by, by_system, closed_at) VALUES"
        f" ({s.fund.host_id}, '2025-12-01', 1, '0', '2026-03-02')"
    ),
    "a month that is a day": lambda s: (
        "INSERT INTO ledger_closing (host_id, month, closed_by, by_system, closed_at) VALUES"
        f" ({s.fund.host_id}, '2026-02-02', {s.fund.staff.user_id}, '0', '2026-03-02')"
    ),
}  # fmt: skip
SQLITE: dict[str, Attack] = {
    "a fraction": lambda s: s.insert(amount_fen=0.5),
    "a word for an amount": lambda s: s.insert(amount_fen="'much'"),
    "replace by id": lambda s: s.insert("REPLACE", with_id=str(s.income)),
    "replace by source": lambda s: s.insert("INSERT OR REPLACE", source="'gift:1'"),
    "replace by reversal": lambda s: s.insert(
        "REPLACE", kind="'reversal'", debit_id=s.account("income", "donation"),
        credit_id=s.account("bank"), amount_fen=7_00, reverses_id=s.reversed,
    ),
    "replace an account": lambda s: (
        "REPLACE INTO ledger_account (id, fund_id, code, kind, balance_fen, last_entry_id)"
        f" VALUES ({s.account('bank')}, {s.fund.fund_id}, 'bank', 'bank', 0, 0)"
    ),
    "replace a sum": lambda s: (
        "REPLACE INTO ledger_turnover SELECT account_id, month, 0, 0, 0 FROM ledger_turnover"
    ),
    "replace a sum of a use": lambda s: (
        "REPLACE INTO ledger_use SELECT purpose_id, month, spent_on, 0, 0 FROM ledger_use"
    ),
    "replace a fund": lambda s: (
        "REPLACE INTO fund SELECT * FROM fund"
    ),
    "update or replace": lambda s: (
        f"UPDATE OR REPLACE ledger_entry SET source = 'gift:1' WHERE id = {s.allocation}"
    ),
    "overspending, ignored": lambda s: s.spend(60_01).replace("INSERT", "INSERT OR IGNORE", 1),
    "overspending, failing": lambda s: s.spend(60_01).replace("INSERT", "INSERT OR FAIL", 1),
    "a number between": lambda s: s.insert(with_id="-5"),
    "a number far ahead": lambda s: s.insert(with_id="9000000000000000000"),
    "a day written otherwise": lambda s: s.insert(booked_on="'2026-3-2'"),
    "a day and an hour": lambda s: s.insert(booked_on="'2026-03-02 10:00'"),
    "upsert": lambda s: s.insert(
        source="'gift:1'", ending="ON CONFLICT (source) DO UPDATE SET amount_fen = 1"
    ),
}  # fmt: skip
POSTGRESQL: dict[str, Attack] = {
    "a fraction below half": lambda s: s.insert(amount_fen=0.4),
    "a word for an amount": lambda s: s.insert(amount_fen="'much'"),
    "truncate entries": lambda s: "TRUNCATE ledger_entry CASCADE",
    "truncate accounts": lambda s: "TRUNCATE ledger_account CASCADE",
    "truncate sums": lambda s: "TRUNCATE ledger_turnover",
    "truncate sums of uses": lambda s: "TRUNCATE ledger_use",
    "truncate closings": lambda s: "TRUNCATE ledger_closing",
    "truncate a table they hang on": lambda s: "TRUNCATE organization CASCADE",
    "upsert": lambda s: s.insert(
        source="'gift:1'", ending="ON CONFLICT (source) DO UPDATE SET amount_fen = 1"
    ),
    "merge": lambda s: (
        "MERGE INTO ledger_entry e USING (SELECT 1) x ON TRUE WHEN MATCHED THEN DELETE"
    ),
    "update from": lambda s: (
        "UPDATE ledger_account a SET balance_fen = a.balance_fen + e.amount_fen"
        " FROM ledger_entry e WHERE e.debit_id = a.id"
    ),
}

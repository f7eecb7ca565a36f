"""The chart of accounts of a fund, and which entry moves what between which of them.

A fund is a restricted sub-ledger of its hosting charity. For the fund as a whole there are three
accounts: its share of the charity's bank money, its goods, and what it owes. For each purpose there
is a purse, the restricted net assets that may be spent on that purpose and nothing else, and below
it what fills and empties it: income by source, spending, and moves between purposes. A purse's
balance is the sum of the accounts below it.

Balances are debits minus credits, so that all accounts but the purses add up to zero.
"""

from dataclasses import dataclass

from charity_portal.kernel.i18n import Text, say

PURSE = "purse"
DEBIT_SIDE = ("bank", "goods", "spending")
CREDIT_SIDE = ("payable", PURSE, "income")
OF_FUND = ("bank", "goods", "payable")
BELOW_PURSE = ("income", "spending", "moved")
ACCOUNTS: dict[str, Text] = {
    "bank": say("银行存款（本基金份额）"),
    "goods": say("受赠物资"),
    "payable": say("应付款项"),
    PURSE: say("限定性净资产"),
    "income": say("收入"),
    "spending": say("支出"),
    "moved": say("用途间划转"),
}

INCOME_SOURCES: dict[str, Text] = {
    "donation": say("捐赠"),
    "naming": say("冠名捐赠"),
    "sale": say("义卖"),
    "show": say("义演"),
    "shop": say("慈善超市"),
    "matching": say("配捐"),
    "interest": say("利息与保值增值收益"),
}

USES: dict[str, Text] = {
    "award": say("公益项目资助"),
    "wish": say("微心愿"),
    "relief": say("急难救助"),
    "bursary": say("助学"),
    "insurance": say("慈善保险"),
    "activity": say("慈善活动"),
    "fundraising": say("募捐成本"),
    "management": say("管理费用"),
    "surplus": say("剩余财产处理"),
}
"""What money may be spent on; a purpose lists those it is earmarked for. `surplus` is no purpose: it
is how what is left goes where the agreement says when a fund ends."""

REFUNDED = "refunded"
"""Under which sum of uses stands what came back from spending: no entry says on what it was spent."""

EARMARKS = tuple(use for use in USES if use != "surplus")

REVERSAL = "reversal"
ENTRIES: dict[str, Text] = {
    "income": say("收入"),
    "allocation": say("拨付决定"),
    "handout": say("物资发放"),
    "payment": say("付款"),
    "refund": say("资金退回"),
    "payout": say("本金收益划转"),
    REVERSAL: say("冲销"),
}

SHAPES = frozenset(
    {
        ("income", "bank", "income"),
        ("income", "goods", "income"),
        ("allocation", "spending", "payable"),
        ("handout", "spending", "goods"),
        ("payment", "payable", "bank"),
        ("refund", "bank", "spending"),
        ("payout", "moved", "moved"),
    }
)
"""(entry, account debited, account credited): nothing else can be posted; a reversal mirrors one."""

SPENDS = ("allocation", "handout")


@dataclass(frozen=True)
class Address:
    """Which account of a fund: kind, and for those of a purpose which purpose and income source."""

    kind: str
    purpose_id: int | None = None
    income_source: str | None = None

    @property
    def code(self) -> str:
        """The name that is unique within the fund: `bank`, `purse:7`, `income:7:sale`."""
        parts = (self.kind, self.purpose_id, self.income_source)
        return ":".join(str(part) for part in parts if part is not None)

    @property
    def purse(self) -> "Address | None":
        """The purse that this account fills or empties; None for accounts of the whole fund."""
        return Address(PURSE, self.purpose_id) if self.kind in BELOW_PURSE else None


def accounts_of_fund() -> list[Address]:
    """What every fund begins with."""
    return [Address(kind) for kind in OF_FUND]


def accounts_of_purpose(purpose_id: int, spendable: bool) -> list[Address]:
    """What every purpose begins with; principal has no spending account and so cannot be spent."""
    kinds = (PURSE, "moved", "spending") if spendable else (PURSE, "moved")
    below = [Address("income", purpose_id, source) for source in INCOME_SOURCES]
    return [Address(kind, purpose_id) for kind in kinds] + below

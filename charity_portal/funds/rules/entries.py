"""What may be posted, when, and whether two postings say the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from charity_portal.funds.rules.accounts import (
    CREDIT_SIDE,
    DEBIT_SIDE,
    ENTRIES,
    REVERSAL,
    SHAPES,
    SPENDS,
    USES,
    Address,
)
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.money import LARGEST_FEN

LONGEST = 200
OPEN_FOR = {
    "income": ("draft", "active", "suspended"),
    "allocation": ("active",),
    "handout": ("active",),
    "payment": ("active", "suspended"),
    "refund": ("active", "suspended"),
    "payout": ("draft", "active", "suspended"),
    REVERSAL: ("draft", "active", "suspended"),
}
"""In which states of a fund an entry is possible. Money that arrives on a suspended fund's behalf is
in the bank whatever we say, and what was promised is paid; nothing new is promised. When
principal moves, `services.moving` says.
"""

OPEN_FOR_SURPLUS = ("draft", "active", "suspended")
"""What is left goes out before a fund ends, whether it ever began or was suspended for good."""

Problems = dict[str, list[Text]]


@dataclass(frozen=True)
class Posting:
    """One entry to be posted. `amount_fen` in fen; `source` is unique for the cause (`award:7`);
    `payee_id` is an organization; nothing here may name a person.
    """

    fund_id: int
    purpose_id: int
    kind: str
    debit: Address
    credit: Address
    amount_fen: int
    booked_on: date
    source: str
    voucher: str
    description: str
    spent_on: str | None = None
    payee_id: int | None = None
    settles_id: int | None = None
    reverses_id: int | None = None


@dataclass(frozen=True)
class Earmark:
    """What a purpose may be spent on."""

    spendable: bool
    uses: frozenset[str]

    def allows(self, use: str | None) -> bool:
        """Whether money of this purpose may go there; what is left at the end may go out."""
        return self.spendable and (use == "surplus" or use in self.uses)


def check(posting: Posting, today: date) -> None:
    """Raise Invalid with everything that is wrong with a posting by itself."""
    found: Problems = {}
    for check_part in (_amount, _texts, _day, _shape):
        for field, message in check_part(posting, today):
            found.setdefault(field, []).append(message)
    if found:
        raise Invalid(fields=found)


Found = Iterable[tuple[str, Text]]


def _amount(posting: Posting, _today: date) -> Found:
    amount = posting.amount_fen
    if type(amount) is not int or not 0 < amount <= LARGEST_FEN:
        yield "amount_fen", say("金额应大于零，且精确到分。")


def _texts(posting: Posting, _today: date) -> Found:
    if not posting.source.strip():
        yield "source", say("每笔账都要写明来源。")
    for field, text in (("voucher", posting.voucher), ("description", posting.description)):
        if not text.strip():
            yield field, say("请填写凭证号和摘要。")
        elif len(text) > LONGEST:
            yield field, say("不能超过 %(n)s 个字。", n=LONGEST)


def _day(posting: Posting, today: date) -> Found:
    if posting.booked_on > today:
        yield "booked_on", say("记账日期不能晚于今天。")


def _shape(posting: Posting, _today: date) -> Found:
    shape = (posting.kind, posting.debit.kind, posting.credit.kind)
    mirrored = (posting.kind == REVERSAL) == (posting.reverses_id is not None)
    if posting.kind not in ENTRIES or not mirrored:
        yield "kind", say("没有这种记账类型。")
    elif posting.kind != REVERSAL and shape not in SHAPES:
        yield "kind", say("这种账目不能记入这两个科目。")
    if (posting.kind in SPENDS) != (posting.spent_on in USES):
        yield "spent_on", say("支出应写明支出类别；其他账目不写支出类别。")


def is_open(state: str, kind: str, spent_on: str | None) -> bool:
    """Whether a fund in that state takes an entry of that kind."""
    return state in (OPEN_FOR_SURPLUS if spent_on == "surplus" else OPEN_FOR[kind])


def same(posting: Posting, other: Posting) -> bool:
    """Whether a posting repeats another one: the same cause, the same facts. Words may differ, and
    the day on which it is told again."""
    return _facts(posting) == _facts(other)


def _facts(posting: Posting) -> tuple[object, ...]:
    return (
        posting.fund_id,
        posting.purpose_id,
        posting.kind,
        posting.debit,
        posting.credit,
        posting.amount_fen,
        posting.source,
        posting.spent_on,
        posting.payee_id,
        posting.settles_id,
        posting.reverses_id,
    )


def short_of(posting: Posting, balances: Mapping[str, int]) -> int | None:
    """What there is, in fen, when a posting would take more than that; None when it fits.

    `balances` holds debits minus credits by account code, for both accounts and their purses.
    """
    moves: dict[Address, int] = {}
    for address, amount in (
        (posting.debit, posting.amount_fen),
        (posting.credit, -posting.amount_fen),
    ):
        for touched in (address, address.purse):
            if touched is not None:
                moves[touched] = moves.get(touched, 0) + amount
    for address, change in moves.items():
        stands = balances[address.code]
        if address.kind in DEBIT_SIDE and stands + change < 0:
            return stands
        if address.kind in CREDIT_SIDE and stands + change > 0:
            return -stands
    return None

"""A bank's statement as a table of cells, understood: who moved how much when.

Nothing is guessed: a row that cannot be read is at fault, with the reason, and so is one before which
something is missing when the balances are followed from row to row.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from charity_portal.funds.rules import bank_heads as heads
from charity_portal.funds.rules.bank_heads import Head, plain
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, money, say
from charity_portal.kernel.money import parse_yuan
from charity_portal.kernel.tables import parse_day

Grid = Sequence[tuple[int, Sequence[str]]]
Problem = tuple[str, Text]
"""What is at fault (day, amount, balance, account) and the reason."""

_NOTHING = {"", "-", "--", "—", "/"}
_EXCEL_ZERO = date(1899, 12, 30)
_LONGEST = 500


@dataclass(frozen=True)
class Movement:
    """One movement on the account; positive came in. `row` is its row in the file."""

    row: int
    day: date
    amount_fen: int
    balance_fen: int | None = None
    serial: str = ""
    counterparty: str = ""
    remark: str = ""

    @property
    def before_fen(self) -> int | None:
        """What stood on the account before it, where the file tells the balance."""
        return None if self.balance_fen is None else self.balance_fen - self.amount_fen


@dataclass
class Reading:
    """What a file says. With any `problems` (by row) it is not to be imported; `followed` says that
    the file tells a balance with every row, so that a missing one would have shown."""

    head: Head
    tail: str | None = None
    since: date | None = None
    until: date | None = None
    opening_fen: int | None = None
    closing_fen: int | None = None
    followed: bool = False
    movements: list[Movement] = field(default_factory=list)
    problems: dict[int, list[Problem]] = field(default_factory=dict)

    def fault(self, row: int, what: str, reason: Text) -> None:
        """Note what is wrong with a row."""
        self.problems.setdefault(row, []).append((what, reason))


def read(grid: Grid) -> Reading:
    """Understand a statement. Raises Invalid when it has no titles or no movement."""
    head = heads.find_head(grid)
    if head is None:
        raise Invalid(
            say(
                "文件里找不到表头。应有日期列，以及借方发生额和贷方发生额（或收入、支出、交易金额）列。"
            )
        )
    above = [cells for _, cells in grid[: head.index]]
    reading = Reading(head, tail=heads.account_tail(above))
    titles = [cell.strip() for cell in grid[head.index][1]]
    beside: list[Sequence[str]] = list(above)
    for number, cells in grid[head.index + 1 :]:
        if [cell.strip() for cell in cells] == titles:
            continue
        if not _read_row(reading, number, cells):
            beside.append(cells)
    if not reading.movements and not reading.problems:
        raise Invalid(say("文件里没有流水。"))
    _read_around(reading, above, beside)
    _follow_balances(reading)
    return reading


def _read_row(reading: Reading, number: int, cells: Sequence[str]) -> bool:
    """Take one row; False when it tells no movement (totals, remarks at the end)."""
    texts = {name: _joined(cells, places) for name, places in reading.head.columns.items()}
    day = day_of(texts["day"])
    money_told = any(texts.get(name, "") not in _NOTHING for name in ("in", "out", "amount"))
    if day is None and (not money_told or heads.is_total(cells)):
        return False
    if day is not None and not _moves(texts) and heads.is_total(cells):
        return False
    if day is None:
        reading.fault(number, "day", say("日期无法识别。"))
    try:
        amount = _amount(texts)
        balance = _fen(texts.get("balance", ""))
    except Invalid as wrong:
        reading.fault(number, "amount", wrong.message)
        return True
    _check_account(reading, number, texts.get("account", ""))
    if day is not None:
        reading.movements.append(_movement(number, day, amount, balance, texts))
    return True


def _moves(texts: dict[str, str]) -> bool:
    """Whether any amount but zero stands in the row."""
    told = (texts.get(name, "") for name in ("in", "out", "amount"))
    return any(re.search("[1-9]", text) for text in told)


def _movement(
    row: int, day: date, amount: int, balance: int | None, texts: dict[str, str]
) -> Movement:
    other = texts.get("counterparty") or texts.get("payer" if amount > 0 else "payee", "")
    return Movement(
        row,
        day,
        amount,
        balance,
        texts.get("serial", "")[:80],
        other[:_LONGEST],
        texts.get("remark", "")[:_LONGEST],
    )


def _joined(cells: Sequence[str], places: Sequence[int]) -> str:
    """The cells of one field, each said once."""
    told = (plain(cells[i]) for i in places if i < len(cells))
    return " / ".join(dict.fromkeys(text for text in told if text))


def day_of(text: str) -> date | None:
    """A day as banks write it: 20260305, 2026-03-05, 2026/3/5 9:01, 2026年3月5日, an Excel number."""
    cut = re.sub(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$", "", plain(text))
    if re.fullmatch(r"20\d{12}", cut):
        cut = cut[:8]
    if re.fullmatch(r"[34]\d{4}(?:\.\d+)?", cut):
        return _EXCEL_ZERO + timedelta(days=int(cut[:5]))
    return parse_day(cut)


def _fen(text: str) -> int | None:
    """Fen, None for an empty cell; `(1.00)` and `1.00-` are negative, more decimals are zeros."""
    bare = heads.without_currency(text)
    if bare in _NOTHING:
        return None
    match = re.fullmatch(r"\((.+)\)|(.+)-", bare)
    inner = f"-{match[1] or match[2]}" if match else bare
    if re.fullmatch(r"-?[0-9,]*", inner) and not re.fullmatch(r"-?\d{1,3}(,\d{3})+|-?\d+", inner):
        inner = inner.replace(",", "")
    if inner.startswith((".", "-.")):
        inner = inner.replace(".", "0.", 1)
    return parse_yuan(inner, negative=True)


def _amount(texts: dict[str, str]) -> int:
    """What moved, positive in. Raises Invalid with the reason."""
    came, went = (_fen(texts.get(name, "")) or 0 for name in ("in", "out"))
    if came and went:
        raise Invalid(say("收入和支出两列都有金额。"))
    amount = came - went
    if not amount and "amount" in texts:
        amount = _signed(_fen(texts["amount"]) or 0, texts.get("flag"))
    if not amount:
        raise Invalid(say("没有金额。"))
    return amount


def _signed(amount: int, flag: str | None) -> int:
    """An amount with its direction; without a column for it the sign says it."""
    if flag is None or not amount:
        return amount
    word = flag.upper().strip()
    if word in heads.WAYS["in"]:
        return amount
    if word in heads.WAYS["out"]:
        # A file may say it twice, by word and by sign: money went out either way.
        return -abs(amount)
    raise Invalid(say("借贷标志“%(word)s”无法识别。", word=flag[:10]))


def _check_account(reading: Reading, number: int, account: str) -> None:
    tail = heads.tail_of(account) if account else None
    if tail is None:
        return
    if reading.tail is None:
        reading.tail = tail
    elif tail != reading.tail:
        reading.fault(number, "account", say("与文件中其他行不是同一个账号，请分账号导出。"))


def _read_around(
    reading: Reading, above: Iterable[Sequence[str]], beside: Sequence[Sequence[str]]
) -> None:
    """Period and balances that are written outside the table."""
    days = [m.day for m in reading.movements]
    told = [day for text in heads.told_days(list(above)) if (day := day_of(text))]
    reading.since = min([*told, *days], default=None)
    reading.until = max([*told, *days], default=None)
    for name, names in (("opening_fen", heads.OPENING), ("closing_fen", heads.CLOSING)):
        text = heads.told_amount(beside, names)
        if text is not None:
            setattr(reading, name, _fen(text))


def _follow_balances(reading: Reading) -> None:
    """Find out where the account stood at both ends; rows after which something is missing are at
    fault. The order of rows does not matter: what one leaves another begins with."""
    known = [m for m in reading.movements if m.balance_fen is not None]
    if not known or len(known) < len(reading.movements):
        return
    reading.followed = True
    starts = Counter(m.before_fen for m in known)
    ends = Counter(m.balance_fen for m in known)
    opening, closing = list((starts - ends).elements()), list((ends - starts).elements())
    ordered = _in_order(known)
    if len(opening) > 1:
        _blame(reading, ordered)
        return
    first = opening[0] if opening else ordered[0].before_fen
    last = closing[0] if closing else ordered[-1].balance_fen
    for told, found, name, end in (
        (reading.opening_fen, first, say("期初余额"), 0),
        (reading.closing_fen, last, say("期末余额"), -1),
    ):
        if told is not None and told != found:
            row = ordered[end].row
            reason = say(
                "%(name)s写明为 %(told)s，按流水应为 %(found)s，文件可能不完整。",
                name=name, told=money(told), found=money(found or 0),
            )  # fmt: skip
            reading.fault(row, "balance", reason)
    reading.opening_fen, reading.closing_fen = first, last


def _in_order(movements: Sequence[Movement]) -> list[Movement]:
    """As they happened: some files begin with the latest. The direction with fewer breaks counts."""
    forward, backward = list(movements), list(reversed(movements))
    return min(forward, backward, key=lambda rows: len(_breaks(rows)))


def _breaks(rows: Sequence[Movement]) -> list[tuple[Movement, Movement]]:
    """Neighbours of which the second does not begin where the first ended."""
    pairs = pairwise(rows)
    return [(one, two) for one, two in pairs if two.before_fen != one.balance_fen]


def _blame(reading: Reading, ordered: Sequence[Movement]) -> None:
    for one, two in _breaks(ordered):
        reason = say(
            "余额与上一笔不连续：上一笔余额 %(before)s，本笔 %(amount)s，余额应为 %(right)s，"
            "文件写的是 %(told)s。中间可能缺少流水，请导出完整的明细。",
            before=money(one.balance_fen or 0),
            amount=money(two.amount_fen),
            right=money((one.balance_fen or 0) + two.amount_fen),
            told=money(two.balance_fen or 0),
        )
        reading.fault(two.row, "balance", reason)

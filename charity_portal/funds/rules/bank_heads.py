"""The heads that banks put over the columns of a statement, and what else they write around it.

Written as the big banks' counters and online banks export them; brackets, units, spaces and widths of
letters do not matter.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

HEADS: dict[str, tuple[str, ...]] = {
    "day": (
        "记账日期", "记帐日期", "入账日期", "入帐日期", "会计日期", "账务日期",
        "交易日期", "交易日", "日期", "发生日期", "交易时间", "交易日期时间", "记账时间",
    ),
    "out": (
        "借方发生额", "借方金额", "借方", "支出", "支出金额", "转出金额", "付出金额", "付款金额",
        "借方交易金额", "支取金额",
    ),
    "in": (
        "贷方发生额", "贷方金额", "贷方", "收入", "收入金额", "转入金额", "收款金额", "存入金额",
        "贷方交易金额",
    ),
    "amount": ("交易金额", "发生额", "金额", "发生金额"),
    "flag": (
        "借贷标志", "借贷标识", "借贷方向", "借贷", "借/贷", "借贷类型", "收支标志", "收支方向", "收支",
        "收/支", "收支类型", "收付标志", "资金流向", "方向",
    ),
    "balance": ("余额", "账户余额", "帐户余额", "交易后余额", "当前余额", "本次余额", "联机余额"),
    "counterparty": (
        "对方户名", "对方名称", "对方账户名称", "对方账户名", "对方帐户名称", "对方单位", "对方单位名称",
        "对方单位户名", "对手户名", "对手名称", "交易对手", "交易对方", "收/付方名称", "收(付)方名称",
        "收付方名称", "对方姓名",
    ),
    "payer": ("付款人名称", "付款方名称", "付款人户名", "付款方户名"),
    "payee": ("收款人名称", "收款方名称", "收款人户名", "收款方户名"),
    "remark": (
        "摘要", "附言", "用途", "备注", "交易摘要", "交易附言", "交易备注", "交易用途", "摘要内容",
        "客户附言", "转账附言", "交易说明",
    ),
    "serial": (
        "交易流水号", "流水号", "交易流水", "核心流水号", "账户明细编号-交易流水号", "业务流水号",
        "交易序号", "交易编号", "明细编号", "主机流水号", "凭证流水号",
    ),
    "account": ("账号", "帐号", "本方账号", "账户号", "查询账号", "本方帐号"),
}  # fmt: skip
"""What each field is called, the better name first where a file has several."""

TOTALS = (
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "总笔数",
    "承前页",
    "过次页",
    "本页",
    "期末",
    "打印",
    "总额",
)
OPENING = ("期初余额", "上期余额", "起始余额", "承前页余额", "上页余额", "上期结转", "承前余额")
CLOSING = ("期末余额", "本期余额", "结束余额", "截止余额")
_ROWS_ABOVE = 60
_ACCOUNT = re.compile(
    r"(?:账号|帐号|卡号|账户号码|账户)(?:\(.*?\))?[::\s|]*([0-9*Xx][0-9*Xx -]{5,38}[0-9])"
)
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
    text = re.sub(r"\[.*?\]|\(.*?\)|【.*?】", "", plain(title)) or plain(title)
    return re.sub(r"[\s*]|/?人民币|/?元$", "", text)


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
        if re.search("期间|日期|时间|时段|起止", text):
            days = [re.sub(r"\s", "", day) for day in _DAY.findall(text)]
            if len(days) == 2:
                return days
    return []


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row adds up or ends a page instead of telling a movement."""
    text = "".join(plain(cell) for cell in cells)
    return any(word in text for word in (*TOTALS, *OPENING, *CLOSING))

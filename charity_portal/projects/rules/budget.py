"""The budget of an application: what was typed, as lines of whole fen that must add up.

A line's amount is quantity × unit price, computed exactly and rounded half up to a whole fen (a
quantity has at most three decimals, so this happens only with fractions of a unit). What is asked of
the call (`grant`), one's own money (`own`) and money of others (`matched`) must add up to it exactly.
"""

import base64
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from charity_portal.kernel import money
from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.rules.defects import Defect

ORDER = "budget:order"
COLUMNS = ("category", "item", "unit", "quantity", "unit_price", "grant", "own", "matched")
SOURCES = ("grant", "own", "matched")
MOST_LINES = 200
LONGEST = {"item": 100, "unit": 20}
UID = re.compile(r"[A-Za-z2-7]{8}")
COLUMN_WORDS = {
    "category": say("科目"),
    "item": say("支出内容"),
    "unit": say("单位"),
    "quantity": say("数量"),
    "unit_price": say("单价"),
    "grant": say("申请资助"),
    "own": say("自筹"),
    "matched": say("其他配套"),
}

_QUANTITY = re.compile(r"(?P<whole>[0-9]{1,9})(?:\.(?P<decimals>[0-9]*))?")


@dataclass(frozen=True)
class Line:
    """One line. `quantity` counts thousandths of a unit; all amounts are fen."""

    uid: str
    category: str
    item: str
    unit: str
    quantity: int
    unit_price_fen: int
    grant_fen: int
    own_fen: int
    matched_fen: int

    @property
    def amount_fen(self) -> int:
        """Quantity × unit price, rounded half up to whole fen."""
        return rounded(Fraction(self.quantity, 1000) * self.unit_price_fen)

    @property
    def quantity_text(self) -> str:
        """The quantity as people write it: `2`, `0.5`."""
        whole, rest = divmod(self.quantity, 1000)
        return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Budget:
    """All lines that could be read, in order, with their sums in fen."""

    lines: tuple[Line, ...] = ()

    @property
    def amount_fen(self) -> int:
        """The whole cost of the project."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def grant_fen(self) -> int:
        """What is asked of the call."""
        return sum(line.grant_fen for line in self.lines)

    @property
    def own_fen(self) -> int:
        """The applicant's own money."""
        return sum(line.own_fen for line in self.lines)

    @property
    def matched_fen(self) -> int:
        """Money of others."""
        return sum(line.matched_fen for line in self.lines)

    def grant_in(self, categories: frozenset[str] | set[str]) -> int:
        """What is asked of the call under some headings."""
        return sum(line.grant_fen for line in self.lines if line.category in categories)


@dataclass(frozen=True)
class Typed:
    """A line as it was typed: texts by column, the empty ones included."""

    uid: str
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether nothing at all was typed (a chosen heading alone does not count)."""
        return not any(text.strip() for column, text in self.texts.items() if column != "category")


def rounded(amount: Fraction) -> int:
    """An exact amount (zero or more) as whole fen, half a fen upwards."""
    return int(amount + Fraction(1, 2))


def new_uid() -> str:
    """A name for a new line that no other editor will make up at the same time."""
    return base64.b32encode(secrets.token_bytes(5)).decode().lower()


def key(uid: str, column: str) -> str:
    """The draft field of one cell."""
    return f"budget:{uid}:{column}"


def cell_of(field_key: str) -> tuple[str, str] | None:
    """(uid, column) of a cell's field; None for any other field."""
    parts = field_key.split(":")
    if len(parts) == 3 and parts[0] == "budget" and UID.fullmatch(parts[1]) and parts[2] in COLUMNS:
        return parts[1], parts[2]
    return None


def order_of(text: str) -> list[str]:
    """The lines named in an order, each once; what is no line's name is left out."""
    return list(dict.fromkeys(uid for uid in text.split(",") if UID.fullmatch(uid)))


def merged_order(
    base: str | None, theirs: str, mine: str, edited: frozenset[str] | set[str]
) -> str:
    """Two editors added and removed lines: keep both's additions and both's removals.

    A line in `edited` (changed by others since the sender last looked) outlives being removed. With an
    unknown `base` nothing is removed.
    """
    held, wanted = order_of(theirs), order_of(mine)
    known = set(order_of(base)) if base is not None else set()
    removed = known - set(wanted) - edited
    added = [uid for uid in wanted if uid not in known and uid not in held]
    return ",".join([*(uid for uid in held if uid not in removed), *added])


def typed_lines(fields: Mapping[str, str]) -> list[Typed]:
    """The lines in order. Without an order (nothing was ever arranged) lines stand by name."""
    cells: dict[str, dict[str, str]] = {}
    for name, text in fields.items():
        cell = cell_of(name)
        if cell is not None:
            cells.setdefault(cell[0], {})[cell[1]] = text
    uids = order_of(fields[ORDER]) if ORDER in fields else sorted(cells)
    empty = dict.fromkeys(COLUMNS, "")
    return [Typed(uid, empty | cells.get(uid, {})) for uid in uids]


def read(
    fields: Mapping[str, str], categories: Sequence[str], currency: str = "CNY"
) -> tuple[Budget, list[Defect]]:
    """The lines that hold by themselves, and what is wrong with the others, cell by cell.

    `categories` are the keys of the call's headings (none: lines need no heading). Blank lines are
    passed over. A line with a defect in its figures still counts with what could be read.
    """
    lines: list[Line] = []
    defects: list[Defect] = []
    for number, typed in enumerate((t for t in typed_lines(fields) if not t.blank), start=1):
        reader = _Reader(typed, number, currency)
        lines.append(reader.line(categories))
        defects.extend(reader.defects)
    if len(lines) > MOST_LINES:
        defects.append(Defect("budget", say("预算最多 %(n)s 行，请合并同类支出。", n=MOST_LINES)))
    return Budget(tuple(lines)), defects


def quantity_of(text: str) -> int | None:
    """A quantity above zero in thousandths; None for what is none (four decimals are none)."""
    plain = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text))
    match = _QUANTITY.fullmatch(plain)
    if match is None:
        return None
    decimals = (match["decimals"] or "").rstrip("0")
    if len(decimals) > 3:
        return None
    return int(match["whole"]) * 1000 + int(decimals.ljust(3, "0") or "0") or None


class _Reader:
    """Reads one typed line and collects what is wrong with it."""

    def __init__(self, typed: Typed, number: int, currency: str) -> None:
        self.typed, self.number, self.currency = typed, number, currency
        self.defects: list[Defect] = []

    def line(self, categories: Sequence[str]) -> Line:
        line = Line(
            uid=self.typed.uid,
            category=self._category(categories),
            item=self._words("item"),
            unit=self._words("unit"),
            quantity=self._quantity(),
            unit_price_fen=self._money("unit_price", needed=True),
            grant_fen=self._money("grant"),
            own_fen=self._money("own"),
            matched_fen=self._money("matched"),
        )
        if not self.defects:
            self._sources(line)
        return line

    def _wrong(self, column: str, text: Text) -> None:
        said = say("预算第 %(n)s 行：%(text)s", n=self.number, text=text)
        self.defects.append(Defect(key(self.typed.uid, column), said))

    def _category(self, categories: Sequence[str]) -> str:
        chosen = self.typed.texts["category"]
        if categories and chosen not in categories:
            self._wrong("category", say("请选择科目。"))
        return chosen

    def _words(self, column: str) -> str:
        text = self.typed.texts[column].strip()
        if not text and column == "item":
            self._wrong(column, say("请填写支出内容。"))
        over = len(text) - LONGEST[column]
        if over > 0:
            name = COLUMN_WORDS[column]
            self._wrong(column, say("%(name)s超出 %(n)s 个字。", name=name, n=over))
        return text

    def _quantity(self) -> int:
        text = self.typed.texts["quantity"].strip()
        found = quantity_of(text)
        if found is None:
            self._wrong("quantity", say("数量应为大于 0 的数字，最多三位小数。"))
        return found or 0

    def _money(self, column: str, needed: bool = False) -> int:
        text = self.typed.texts[column].strip()
        if not text and not needed:
            return 0
        try:
            fen = money.parse_yuan(text, currency=self.currency)
        except money.BadAmount as bad:
            name = COLUMN_WORDS[column]
            self._wrong(column, say("%(name)s：%(text)s", name=name, text=bad.message))
            return 0
        if needed and not fen:
            self._wrong(column, say("单价应大于 0。"))
        return fen

    def _sources(self, line: Line) -> None:
        given = line.grant_fen + line.own_fen + line.matched_fen
        if given == line.amount_fen:
            return
        facts = {
            "amount": money.format_yuan(line.amount_fen, self.currency),
            "given": money.format_yuan(given, self.currency),
            "by": money.format_yuan(abs(given - line.amount_fen), self.currency),
        }
        if given < line.amount_fen:
            text = say("小计 %(amount)s，三项来源合计 %(given)s，少 %(by)s。", **facts)
        else:
            text = say("小计 %(amount)s，三项来源合计 %(given)s，多 %(by)s。", **facts)
        self._wrong("grant", text)

"""Spending requests: whom they pay, how a committee decides, which papers stand behind a payment.

A committee decides when more than half of the seats that need not recuse themselves took part, and at
least three; a request passes with the yes of more than half of all those seats, absent ones included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from charity_portal.kernel.i18n import Text, say

PAYEES: dict[str, Text] = {
    "organization": say("登记库中的社会组织"),
    "supplier": say("供应商或服务单位"),
    "person": say("个人"),
}
CHOICES: dict[str, Text] = {
    "yes": say("同意"),
    "no": say("不同意"),
    "abstain": say("弃权"),
    "recused": say("回避表决"),
}
OPINIONS: dict[str, Text] = {"agrees": say("无异议"), "objects": say("有异议")}
VOUCHER_KINDS: dict[str, Text] = {
    "invoice": say("发票"),
    "receipt": say("收据"),
    "contract": say("合同或协议"),
    "list": say("发放签收表"),
    "photo": say("现场照片"),
    "transfer": say("银行回单"),
    "other": say("其他凭证"),
}

SMALLEST_QUORUM = 3
TOOK_PART = ("yes", "no", "abstain")


@dataclass(frozen=True)
class Tally:
    """A vote as it stands: numbers of seats."""

    seats: int
    recused: int
    yes: int
    no: int
    abstain: int

    @property
    def entitled(self) -> int:
        """Seats that may decide."""
        return self.seats - self.recused

    @property
    def took_part(self) -> int:
        """Seats that said something on the matter."""
        return self.yes + self.no + self.abstain

    @property
    def silent(self) -> int:
        """Seats that may decide and said nothing yet."""
        return self.entitled - self.took_part

    @property
    def quorum(self) -> int:
        """How many seats must take part."""
        return max(SMALLEST_QUORUM, self.entitled // 2 + 1)

    @property
    def needed(self) -> int:
        """How many yes a request passes with."""
        return self.entitled // 2 + 1

    @property
    def quorate(self) -> bool:
        """Whether enough seats took part."""
        return self.took_part >= self.quorum

    @property
    def passed(self) -> bool:
        """Whether the request passes as things stand."""
        return self.quorate and self.yes >= self.needed

    def kept(self) -> dict[str, Any]:
        """The numbers as they are kept with the request."""
        return {**asdict(self), "passed": self.passed}


def tally(
    seats: Iterable[int], choices: Mapping[int, str], conflicted: Iterable[int] = ()
) -> Tally:
    """Count what the seats said. A seat in conflict counts as recused whatever it said; what is said
    for a seat that is not (or no longer) there does not count."""
    barred = set(conflicted)
    said = ["recused" if seat in barred else choices.get(seat, "") for seat in seats]
    return Tally(len(said), *(said.count(word) for word in ("recused", "yes", "no", "abstain")))


def kept_tally(numbers: Mapping[str, Any]) -> Tally:
    """A tally as it was kept with its request."""
    return Tally(**{name: int(numbers[name]) for name in Tally.__dataclass_fields__})


def arithmetic(counted: Tally) -> list[Text]:
    """How the result comes about, in plain words."""
    return [
        say(
            "管委会共 %(seats)s 席，回避 %(recused)s 席，有表决权 %(entitled)s 席。",
            seats=counted.seats,
            recused=counted.recused,
            entitled=counted.entitled,
        ),
        say(
            "参加表决 %(took)s 席；须超过有表决权席位的半数，且不少于 %(least)s 席，即至少 %(quorum)s 席。",
            took=counted.took_part,
            least=SMALLEST_QUORUM,
            quorum=counted.quorum,
        ),
        say(
            "同意 %(yes)s 席，不同意 %(no)s 席，弃权 %(abstain)s 席；同意须超过有表决权席位的半数，即至少"
            " %(needed)s 席。",
            yes=counted.yes,
            no=counted.no,
            abstain=counted.abstain,
            needed=counted.needed,
        ),
    ]


def outcome(counted: Tally) -> Text:
    """What follows from the numbers."""
    if not counted.quorate:
        return say("参加人数不足，不能形成决定。")
    return say("表决通过。") if counted.passed else say("表决未通过。")


def counting_problems(
    counted: Tally, opinions: int, vote_until: date | None, today: date
) -> list[Text]:
    """Why a vote cannot be counted yet; empty when it can."""
    found = []
    if not opinions:
        found.append(say("监督员还没有发表意见。"))
    if not counted.quorate:
        found.append(
            say(
                "参加表决 %(took)s 席，至少要 %(quorum)s 席才能形成决定。",
                took=counted.took_part,
                quorum=counted.quorum,
            )
        )
    if counted.silent and vote_until is not None and today <= vote_until:
        found.append(say("还有 %(n)s 席没有表决，表决期限未到。", n=counted.silent))
    return found


def is_over(vote_until: date | None, today: date) -> bool:
    """Whether members with an account may no longer vote by themselves; the last day still counts."""
    return vote_until is not None and today > vote_until

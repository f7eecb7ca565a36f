"""What a fund needs before it opens, begins and ends (山东省慈善条例, art. 34; domain practice: a
committee of an odd number of at least five, unpaid, and a supervisor who stands outside it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from charity_portal.funds.rules.accounts import EARMARKS
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.money import LARGEST_FEN

KINDS: dict[str, Text] = {
    "community": say("社区慈善基金"),
    "named": say("冠名基金"),
    "seed": say("“金种子”基金"),
    "emergency": say("慈善救急难基金"),
}
NATURES: dict[str, Text] = {"expendable": say("动本基金"), "endowed": say("留本基金")}
SEATS: dict[str, Text] = {
    "chair": say("管委会主任"),
    "member": say("管委会委员"),
    "supervisor": say("监督员"),
}
CHANNELS: dict[str, Text] = {
    "account": say("银行账户"),
    "counter": say("现场接收"),
    "platform": say("指定互联网募捐平台"),
}
COMMITTEE = ("chair", "member")
SMALLEST_COMMITTEE = 5
HOSTS = ("foundation", "association")
WHOLE_BP = 10_000
_LONGEST = 2000
Problems = dict[str, list[Text]]


@dataclass(frozen=True)
class Host:
    """What must be known of a charity that is to host a fund."""

    kind: str
    is_charity: bool
    archived: bool
    standing: str


@dataclass(frozen=True)
class Member:
    """Somebody who takes a seat. `user_id` where the person has an account."""

    seat: str
    name: str
    post: str
    user_id: int | None = None


@dataclass(frozen=True)
class Purpose:
    """One thing that money is for, and the kinds of spending it is earmarked for."""

    title_zh: str
    uses: tuple[str, ...] = ()
    title_en: str | None = None
    spendable: bool = True


@dataclass(frozen=True)
class Instalment:
    """What is promised to be paid in by a day."""

    due_on: date
    amount_fen: int


@dataclass(frozen=True)
class Agreement:
    """Everything that the agreement with the hosting charity says. Amounts in fen; `payout_bp` is the
    yearly payout of an endowed fund in hundredths of a per cent of its principal; spending below
    `vote_from_fen` needs no vote of the committee."""

    kind: str
    host_id: int
    name_zh: str
    mission_zh: str
    initiator: str
    agreement_number: str
    signed_on: date
    naming: str
    end_conditions: str
    surplus_rule: str
    minimum_fen: int
    purposes: tuple[Purpose, ...]
    nature: str = "expendable"
    payout_bp: int | None = None
    instalments: tuple[Instalment, ...] = ()
    members: tuple[Member, ...] = ()
    name_en: str | None = None
    mission_en: str | None = None
    initiator_id: int | None = None
    vote_from_fen: int = 0


@dataclass(frozen=True)
class Beginning:
    """What activation looks at. `received_fen` is all income so far, gifts in kind included."""

    host: Host
    members: Sequence[Member]
    minimum_fen: int
    instalments: Sequence[Instalment] = field(default_factory=tuple)
    received_fen: int = 0


_SAID = (
    "name_zh", "mission_zh", "initiator", "agreement_number", "naming", "end_conditions",
    "surplus_rule",
)  # fmt: skip


def problems(agreement: Agreement, today: date) -> Problems:
    """Everything that is wrong with an agreement, by field; empty when all is well."""
    found: Problems = {}
    for part in (_said, _choices, _amounts):
        for name, message in part(agreement):
            found.setdefault(name, []).append(message)
    if agreement.signed_on > today:
        found.setdefault("signed_on", []).append(say("签订日期不能晚于今天。"))
    if wrong := purpose_problems(agreement.purposes, agreement.nature):
        found["purposes"] = wrong
    return found


Found = Iterable[tuple[str, Text]]


def _said(agreement: Agreement) -> Found:
    for name in _SAID:
        text = getattr(agreement, name).strip()
        if not text:
            yield name, say("协议应当载明此项，请填写。")
        elif len(text) > _LONGEST:
            yield name, say("不能超过 %(n)s 个字。", n=_LONGEST)


def _choices(agreement: Agreement) -> Found:
    if agreement.kind not in KINDS:
        yield "kind", say("请选择基金类型。")
    if agreement.nature not in NATURES:
        yield "nature", say("请选择动本或留本。")
    elif agreement.nature == "expendable" and agreement.payout_bp is not None:
        yield "payout_bp", say("只有留本基金才约定年度支出比例。")
    elif agreement.nature == "endowed" and not 0 < (agreement.payout_bp or 0) <= WHOLE_BP:
        yield "payout_bp", say("请填写年度支出比例，大于 0，不超过本金全额。")


def _amounts(agreement: Agreement) -> Found:
    if not 0 <= agreement.minimum_fen <= LARGEST_FEN:
        yield "minimum_fen", say("最低金额不能为负数，也不能过大。")
    if not 0 <= agreement.vote_from_fen <= LARGEST_FEN:
        yield "vote_from_fen", say("免于表决的金额不能为负数，也不能过大。")
    if not agreement.instalments:
        return
    days = [instalment.due_on for instalment in agreement.instalments]
    if len(set(days)) < len(days) or min(i.amount_fen for i in agreement.instalments) <= 0:
        yield "instalments", say("每期写明一个到账日期和大于零的金额，日期不能重复。")
    elif sum(i.amount_fen for i in agreement.instalments) < agreement.minimum_fen:
        yield "instalments", say("各期金额之和低于协议约定的最低金额。")


def purpose_problems(purposes: Sequence[Purpose], nature: str) -> list[Text]:
    """What is wrong with a fund's purposes taken together."""
    found = []
    titles = [purpose.title_zh.strip() for purpose in purposes]
    principal = sum(not purpose.spendable for purpose in purposes)
    if not any(purpose.spendable for purpose in purposes):
        found.append(say("请至少写明一项资金用途。"))
    if not all(titles) or len(set(titles)) < len(titles):
        found.append(say("每项用途要有名称，且名称不能重复。"))
    if any(
        not purpose.uses or set(purpose.uses) - set(EARMARKS)
        for purpose in purposes
        if purpose.spendable
    ):
        found.append(say("每项用途要写明可以用于哪些支出。"))
    if principal != (nature == "endowed"):
        found.append(say("留本基金设一项本金；动本基金不设本金。"))
    return found


def host_problems(host: Host) -> list[Text]:
    """Why a charity cannot host a fund; empty when it can."""
    found = []
    if host.kind not in HOSTS or not host.is_charity:
        found.append(say("基金应当设在认定或登记为慈善组织的基金会、社会团体之下。"))
    if host.archived:
        found.append(say("该慈善组织已从登记库移出。"))
    if host.standing != "normal":
        found.append(say("该慈善组织已列入活动异常名录或严重违法失信名单。"))
    return found


def committee_problems(members: Sequence[Member]) -> list[Text]:
    """Why these people cannot run a fund; empty when they can."""
    committee = [m for m in members if m.seat in COMMITTEE]
    supervisors = [m for m in members if m.seat == "supervisor"]
    found = []
    if len(committee) < SMALLEST_COMMITTEE or len(committee) % 2 == 0:
        found.append(say("管理委员会人数应为单数，且不少于 %(n)s 人。", n=SMALLEST_COMMITTEE))
    if sum(member.seat == "chair" for member in committee) != 1:
        found.append(say("管理委员会应有一名主任。"))
    if not supervisors:
        found.append(say("应至少有一名监督员。"))
    if any(not m.name.strip() or m.seat not in SEATS for m in members):
        found.append(say("请写明每位成员的姓名和职务。"))
    people = [m.user_id if m.user_id is not None else m.name.strip() for m in members]
    if len(set(people)) < len(people):
        found.append(say("同一人不能占两个席位，监督员不能是管理委员会成员。"))
    return found


def beginning_problems(beginning: Beginning, today: date) -> list[Text]:
    """Why a fund cannot begin yet; empty when it can."""
    found = host_problems(beginning.host) + committee_problems(beginning.members)
    if beginning.received_fen < due(beginning.minimum_fen, beginning.instalments, today):
        found.append(say("到账资金低于协议约定的应到金额。"))
    return found


def due(minimum_fen: int, instalments: Sequence[Instalment], today: date) -> int:
    """What should have arrived by today: the instalments due, the minimum where there are none."""
    if not instalments:
        return minimum_fen
    return sum(i.amount_fen for i in instalments if i.due_on <= today)


def arrivals(instalments: Sequence[Instalment], received_fen: int) -> list[int]:
    """What has arrived of each instalment, in fen: what came in fills the earliest first."""
    found, left = [], received_fen
    for instalment in instalments:
        arrived = min(instalment.amount_fen, max(left, 0))
        found.append(arrived)
        left -= arrived
    return found


def ending_problems(available_fen: int, payable_fen: int) -> list[Text]:
    """Why a fund cannot end yet; empty when it can."""
    found = []
    if available_fen:
        found.append(say("基金还有余额，请先按协议处理剩余财产。"))
    if payable_fen:
        found.append(say("基金还有未付款项，请先付清或冲销。"))
    return found


def payout_limit(principal_fen: int, payout_bp: int) -> int:
    """What an endowed fund may pay out of its principal in a year, in fen, never rounded up."""
    return principal_fen * payout_bp // WHOLE_BP

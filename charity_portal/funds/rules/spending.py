"""What a spending request must say, who is related to its payee, and which papers it needs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from charity_portal.funds.rules.accounts import EARMARKS
from charity_portal.funds.rules.voting import PAYEES
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.money import LARGEST_FEN

LONGEST_TITLE = 120
LONGEST = 2000
VOUCHERS_WITHIN = 30
"""Days after a payment in which its vouchers should be there."""

EDITABLE = ("draft",)
TAKES_VOUCHERS = ("draft", "voting", "passed", "approved", "paid")
Problems = dict[str, list[Text]]


@dataclass(frozen=True)
class Ask:
    """What somebody asks for. Amount in fen; `payee_id` is an organization of the register, the other
    payees have a name, and all of them may have an account. `title` and `conflict` are public."""

    purpose_id: int
    use: str
    title: str
    reason: str
    amount_fen: int
    payee_kind: str
    payee_id: int | None = None
    payee_name: str | None = None
    payee_account: str | None = None
    campaign_id: int | None = None
    in_kind: bool = False
    conflict: str | None = None


def problems(ask: Ask) -> Problems:
    """Everything that is wrong with a request by itself, by field; empty when all is well."""
    found: Problems = {}
    for field, message in (*_words(ask), *_payee(ask)):
        found.setdefault(field, []).append(message)
    if ask.use not in EARMARKS:
        found["use"] = [say("请选择支出类别。")]
    if type(ask.amount_fen) is not int or not 0 < ask.amount_fen <= LARGEST_FEN:
        found["amount_fen"] = [say("金额应大于零，且精确到分。")]
    return found


Found = Iterable[tuple[str, Text]]


def _words(ask: Ask) -> Found:
    for field, text, most in (("title", ask.title, LONGEST_TITLE), ("reason", ask.reason, LONGEST)):
        if not text.strip():
            yield field, say("请填写此项。")
        elif len(text) > most:
            yield field, say("不能超过 %(n)s 个字。", n=most)
    if len(ask.conflict or "") > LONGEST:
        yield "conflict", say("不能超过 %(n)s 个字。", n=LONGEST)


def _payee(ask: Ask) -> Found:
    if ask.payee_kind not in PAYEES:
        yield "payee_kind", say("请选择收款方类型。")
    elif ask.payee_kind == "organization":
        if ask.payee_id is None:
            yield "payee_code", say("登记库中没有这个代码的组织。")
    elif not (ask.payee_name or "").strip():
        yield "payee_name", say("请写明收款方的名称或姓名。")
    for field, text in (("title", ask.title), ("conflict", ask.conflict)):
        if ask.payee_kind == "person" and names_person(text, ask.payee_name):
            yield field, say("这里的文字会公开，不要写个人收款人的姓名。")


def names_person(text: str | None, name: str | None) -> bool:
    """Whether a text that will be public names the person who is paid."""
    bare = "".join((name or "").split())
    return len(bare) > 1 and bare in "".join((text or "").split())


@dataclass(frozen=True)
class Relations:
    """How a payee is related to those who decide: its being the fund's initiator, the seats whose
    holder belongs to it (by FundMember id), and whether who asks belongs to it.

    (慈善法, art. 14, 40 and 59: who is related takes no part, and it is published.)
    """

    initiator: bool = False
    members: frozenset[int] = frozenset()
    requester: bool = False

    def __bool__(self) -> bool:
        return self.initiator or bool(self.members) or self.requester


def relations(
    payee_id: int | None,
    initiator_id: int | None,
    seats: Mapping[int, int | None],
    requester: int | None,
    insiders: Collection[int],
) -> Relations:
    """Who is related to a payee. `seats` maps seats to accounts; `insiders` are the accounts that
    belong to the payee."""
    if payee_id is None:
        return Relations()
    members = frozenset(seat for seat, account in seats.items() if account in insiders)
    return Relations(initiator_id == payee_id, members, requester in insiders)


def needs_vote(amount_fen: int, vote_from_fen: int, related: Relations) -> bool:
    """Whether the committee votes: from the agreed amount on, and always when the payee is related."""
    return amount_fen >= vote_from_fen or bool(related)


def closing_problems(payee_kind: str, vouchers: Collection[str]) -> list[Text]:
    """Why the vouchers are not complete; empty when they are. `vouchers` are their kinds."""
    if not vouchers:
        return [say("请至少上传一份凭证。")]
    if payee_kind == "person" and "list" not in vouchers:
        return [say("支付给个人的，应当上传发放签收表。")]
    return []


def vouchers_due(paid_on: date) -> date:
    """The last day for the vouchers of a payment."""
    return paid_on + timedelta(days=VOUCHERS_WITHIN)


def overdue(state: str, paid_on: date | None, today: date) -> bool:
    """Whether the vouchers of a payment are late."""
    return state == "paid" and paid_on is not None and today > vouchers_due(paid_on)

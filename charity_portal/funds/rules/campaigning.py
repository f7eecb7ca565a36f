"""Campaigns: their kinds, what each needs before it starts, and what it owes the public afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from charity_portal.kernel.i18n import Text, date_text, say
from charity_portal.kernel.money import LARGEST_FEN

CAMPAIGN_KINDS: dict[str, Text] = {
    "appeal": say("募捐活动"),
    "sale": say("义卖"),
    "show": say("义演"),
    "shop": say("慈善超市"),
    "matching": say("配捐"),
    "naming": say("冠名捐赠"),
}

INCOME_OF: dict[str, str] = {
    "appeal": "donation",
    "sale": "sale",
    "show": "show",
    "shop": "shop",
    "matching": "donation",
    "naming": "naming",
}
"""The income source of what a campaign of each kind brings; what a matcher adds is `matching`."""

REACHES: dict[str, Text] = {"public": say("公开募捐"), "targeted": say("定向募捐")}
"""Whom a campaign turns to: everybody, which needs a qualification (慈善法, art. 22), or only the
charity's founders, council and members (art. 29)."""

COST = "fundraising"
"""The use that is the price of raising money; what else names a campaign is spent on its purpose."""

DUTIES: dict[str, Text] = {
    "bulletin": say("发布款物通报"),
    "filing": say("补办募捐方案备案"),
    "settling": say("结算并公布活动情况"),
    "pledge": say("配捐款到账"),
}

FILING_DAYS = 10
"""Days before the start that the plan is filed; in an emergency, after it (公开募捐管理办法)."""
SETTLING_MONTHS = 3
"""Within so many months after its end a campaign is accounted for in full (慈善法, art. 79)."""
WHOLE_BP = 10_000
LARGEST_RATIO_BP = 1_000_000
Problems = dict[str, list[Text]]


@dataclass(frozen=True)
class Plan:
    """What an officer plans; the fund and the kind are fixed when it is begun. The matcher's part
    belongs to matching alone, `naming_agreed_on` to naming alone."""

    purpose_id: int
    title_zh: str
    summary_zh: str
    starts_on: date
    ends_on: date
    reach: str = "public"
    title_en: str | None = None
    summary_en: str | None = None
    place: str | None = None
    filing_number: str | None = None
    filed_on: date | None = None
    target_fen: int | None = None
    emergency: bool = False
    matcher_id: int | None = None
    match_bp: int | None = None
    match_cap_fen: int | None = None
    naming_agreed_on: date | None = None


def plan_problems(plan: Plan, kind: str, today: date) -> Problems:
    """What stands in the way of keeping a plan, by field."""
    found: Problems = {}
    for name in ("title_zh", "summary_zh"):
        if not getattr(plan, name).strip():
            found[name] = [say("请填写此项。")]
    if plan.ends_on < plan.starts_on:
        found["ends_on"] = [say("结束日期不能早于开始日期。")]
    if plan.emergency and plan.reach != "public":
        found["emergency"] = [say("突发事件募捐应为公开募捐。")]
    if plan.target_fen is not None and not 0 < plan.target_fen <= LARGEST_FEN:
        found["target_fen"] = [say("金额应大于零。")]
    for name in ("filed_on", "naming_agreed_on"):
        day = getattr(plan, name)
        if day is not None and day > today:
            found[name] = [say("日期不能晚于今天。")]
    if bool(plan.filing_number) != (plan.filed_on is not None):
        name = "filed_on" if plan.filing_number else "filing_number"
        found.setdefault(name, []).append(say("备案编号和备案日期应同时填写。"))
    if kind == "matching":
        found |= _matching_problems(plan)
    return found


def _matching_problems(plan: Plan) -> Problems:
    found: Problems = {}
    if plan.matcher_id is None:
        found["matcher"] = [say("请填写配捐人。")]
    if plan.match_bp is None or not 0 < plan.match_bp <= LARGEST_RATIO_BP:
        found["match_bp"] = [say("配捐比例应大于零，不超过捐赠的 100 倍。")]
    if plan.match_cap_fen is None or not 0 < plan.match_cap_fen <= LARGEST_FEN:
        found["match_cap_fen"] = [say("请填写配捐的最高金额。")]
    return found


def matched(given_fen: int, ratio_bp: int, cap_fen: int) -> int:
    """What a matcher owes for what others gave, in fen: never more than the cap, rounded down."""
    return min(cap_fen, max(given_fen, 0) * ratio_bp // WHOLE_BP)


@dataclass(frozen=True)
class Start:
    """What is looked at before a campaign starts. `may_raise` is whether the charity holds the
    qualification for public fundraising on the first day."""

    plan: Plan
    kind: str
    fund_state: str
    may_raise: bool


@dataclass(frozen=True)
class Check:
    """One line of the list that is gone through before a start."""

    what: Text
    holds: bool
    why: Text | None = None


def checklist(start: Start, today: date) -> list[Check]:
    """All that must hold before a campaign starts, each with what is wrong where it does not."""
    plan = start.plan
    public = plan.reach == "public"
    checks = [
        Check(
            say("基金正在运行"),
            start.fund_state == "active",
            say("基金不在运行中，不能开展活动。"),
        ),
        Check(
            say("活动期限未过"), plan.ends_on >= today, say("结束日期已经过去，请修改活动期限。")
        ),
    ]
    if public:
        checks += [
            Check(
                say("依托慈善组织有公开募捐资格"),
                start.may_raise,
                say(
                    "依托慈善组织在活动开始时没有公开募捐资格，只能向发起人、理事会成员和会员开展定向募捐（《慈善法》第二十二条、第二十九条）。"
                ),
            ),
            _filed(plan, today),
        ]
    if start.kind == "naming":
        checks.append(
            Check(
                say("受益人同意冠名"),
                plan.naming_agreed_on is not None,
                say("冠名须经受益人同意，请确认并填写同意的日期（《慈善法》第九十九条）。"),
            )
        )
    return checks


def _filed(plan: Plan, today: date) -> Check:
    """Whether the plan was filed early enough; an emergency may file after the start."""
    what = say("募捐方案已备案")
    if plan.emergency and plan.filed_on is None:
        late = max(plan.starts_on, today) + timedelta(days=FILING_DAYS)
        return Check(say("突发事件募捐可先开展，%(day)s 前补办备案", day=date_text(late)), True)
    if plan.filed_on is None:
        return Check(what, False, say("公开募捐须先备案，请填写备案编号和备案日期。"))
    if plan.emergency:
        return Check(what, True)
    first = plan.filed_on + timedelta(days=FILING_DAYS)
    return Check(
        what,
        max(plan.starts_on, today) >= first,
        say("备案应在开始十日前办理：最早可于 %(day)s 开始。", day=date_text(first)),
    )


def missing(start: Start, today: date) -> list[Text]:
    """Why a campaign cannot start; empty when it can."""
    return [check.why or check.what for check in checklist(start, today) if not check.holds]


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length))


def settling_due(ended_on: date) -> date:
    """The last day on which an ended campaign may be settled in time."""
    return months_later(ended_on, SETTLING_MONTHS)


def filing_due(started_on: date) -> date:
    """The last day on which an emergency campaign's plan may be filed in time."""
    return started_on + timedelta(days=FILING_DAYS)


def bulletin_due(
    started_on: date, published: Sequence[date], every_days: int, ended_on: date | None = None
) -> date | None:
    """When the next bulletin is due: so many days after the start or the last one published.

    Once the campaign has ended, only what fell due until its last day is still owed.
    """
    due = max([started_on, *published]) + timedelta(days=every_days)
    return None if ended_on is not None and due > ended_on else due


def days_late(due: date, done: date) -> int:
    """Days between what was due and when it was done; zero when in time."""
    return max(0, (done - due).days)


@dataclass(frozen=True)
class Form:
    """What came in by one form of giving: how many gifts, and how much in fen."""

    gifts: int = 0
    fen: int = 0


@dataclass(frozen=True)
class Money:
    """What a campaign brought and used, in fen. `by_form` leaves out what the matcher gave
    (`matching_fen`); `by_use` is what was promised or paid out of the fund for it."""

    by_form: dict[str, Form]
    matching_fen: int
    by_use: dict[str, int]

    @property
    def given_fen(self) -> int:
        """What others than the matcher gave."""
        return sum(form.fen for form in self.by_form.values())

    @property
    def received_fen(self) -> int:
        """Everything that came in."""
        return self.given_fen + self.matching_fen

    @property
    def goods_fen(self) -> int:
        """The value of the goods among it."""
        return self.by_form.get("in_kind", Form()).fen

    @property
    def spent_fen(self) -> int:
        """Everything that was spent in its name."""
        return sum(self.by_use.values())

    @property
    def cost_fen(self) -> int:
        """The price of raising it."""
        return self.by_use.get(COST, 0)

    @property
    def left_fen(self) -> int:
        """What is left after what was spent."""
        return self.received_fen - self.spent_fen


NOTHING = Money({}, 0, {})

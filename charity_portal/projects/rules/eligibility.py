"""Who may apply: each rule of a call answered with yes or no, and why.

`Call.eligibility` holds {"kinds": [...], "regions": ["3706", "370602"], "min_grade": 3,
"min_years": 1, "charity_only": true, "standings": ["normal"], "priorities": [{"key", "zh", "en"}]}.
A missing or empty entry asks nothing. A region counts with everything inside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.wording import Day

KIND_WORDS = {
    "association": say("社会团体"),
    "service": say("社会服务机构"),
    "foundation": say("基金会"),
    "community_group": say("社区社会组织"),
    "other": say("登记范围以外的机构"),
}
STANDING_WORDS = {
    "normal": say("正常"),
    "abnormal": say("列入活动异常名录"),
    "serious": say("列入严重违法失信名单"),
}


class Applicant(Protocol):
    """What the rules need to know of an organization (`organizations.queries.OrganizationProfile`).

    `county` and `township` are codes, `standing` is today's.
    """

    @property
    def kind(self) -> str: ...
    @property
    def county(self) -> str | None: ...
    @property
    def township(self) -> str | None: ...
    @property
    def is_charity(self) -> bool: ...
    @property
    def standing(self) -> str: ...

    def grade_on(self, day: date) -> int | None:
        """The assessment grade in force on a day."""

    def years_on(self, day: date) -> int | None:
        """Whole years since registration, None when that day is unknown."""


@dataclass(frozen=True)
class _Nobody:
    """Stands in where only the rules are asked for, not the answers."""

    kind: str = ""
    county: str | None = None
    township: str | None = None
    is_charity: bool = False
    standing: str = ""

    def grade_on(self, day: date) -> int | None:
        return None

    def years_on(self, day: date) -> int | None:
        return None


@dataclass(frozen=True)
class Priority:
    """A stated preference between applicants; it excludes nobody."""

    key: str
    label_zh: str
    label_en: str | None


@dataclass(frozen=True)
class Rules:
    """The conditions of a call. `limit` is the most applications of one organization."""

    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    min_grade: int | None = None
    min_years: int | None = None
    charity_only: bool = False
    standings: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()
    limit: int = 1

    @classmethod
    def read(cls, stored: Mapping[str, Any], limit: int) -> "Rules":
        """From `Call.eligibility` and `Call.per_organization_limit`."""
        return cls(
            kinds=tuple(stored.get("kinds") or ()),
            regions=tuple(stored.get("regions") or ()),
            min_grade=stored.get("min_grade"),
            min_years=stored.get("min_years"),
            charity_only=bool(stored.get("charity_only")),
            standings=tuple(stored.get("standings") or ()),
            priorities=tuple(
                Priority(p["key"], p["zh"], p.get("en")) for p in stored.get("priorities") or ()
            ),
            limit=limit,
        )


@dataclass(frozen=True)
class Answer:
    """One rule: what it asks, whether it holds, and what was found."""

    key: str
    rule: Text
    holds: bool
    found: Text


class Joined:
    """Words listed in the reader's language at the moment they are shown."""

    def __init__(self, words: Sequence[object]) -> None:
        self._words = words

    def __str__(self) -> str:
        return str(say("、")).join(map(str, self._words))


class Place:
    """A region by its name in the reader's language; `name` turns a code into that name."""

    def __init__(self, code: str, name: Callable[[str], str]) -> None:
        self._code, self._name = code, name

    def __str__(self) -> str:
        return self._name(self._code)


def answers(
    rules: Rules,
    applicant: Applicant,
    day: date,
    already_applied: int,
    place_name: Callable[[str], str] = str,
    barred_until: date | None = None,
) -> list[Answer]:
    """Every rule of the call, answered for one organization on `day`.

    `already_applied` counts its other applications to this call, withdrawn and discarded ones left
    out. `barred_until` is the last day of a bar for an earlier breach, None for who may apply.
    """
    given = [
        _kind(rules, applicant),
        _region(rules, applicant, place_name),
        _standing(rules, applicant),
        _years(rules, applicant, day),
        _grade(rules, applicant, day),
        _charity(rules, applicant),
        _barred(barred_until),
        _limit(rules, already_applied),
    ]
    return [answer for answer in given if answer is not None]


def conditions(rules: Rules, place_name: Callable[[str], str] = str) -> list[Text]:
    """What a call asks of applicants, as sentences for everybody."""
    return [answer.rule for answer in answers(rules, _Nobody(), date.min, 0, place_name)]


def check(
    rules: Rules,
    applicant: Applicant,
    day: date,
    already_applied: int,
    place_name: Callable[[str], str] = str,
    barred_until: date | None = None,
) -> list[Defect]:
    """The rules that do not hold; `key` is `eligibility:<rule>`."""
    return [
        Defect(f"eligibility:{a.key}", say("%(rule)s（%(found)s）", rule=a.rule, found=a.found))
        for a in answers(rules, applicant, day, already_applied, place_name, barred_until)
        if not a.holds
    ]


def _kind(rules: Rules, applicant: Applicant) -> Answer | None:
    if not rules.kinds:
        return None
    wanted = Joined([KIND_WORDS.get(kind, kind) for kind in rules.kinds])
    return Answer(
        "kinds",
        say("机构类型为：%(kinds)s", kinds=wanted),
        applicant.kind in rules.kinds,
        say("本机构为%(kind)s", kind=KIND_WORDS.get(applicant.kind, applicant.kind)),
    )


def _region(rules: Rules, applicant: Applicant, place_name: Callable[[str], str]) -> Answer | None:
    if not rules.regions:
        return None
    rule = say("登记地在：%(regions)s", regions=places(rules.regions, place_name))
    own = [code for code in (applicant.county, applicant.township) if code]
    if not own:
        return Answer("regions", rule, False, say("本机构资料中没有登记地"))
    inside = any(code.startswith(region) for code in own for region in rules.regions)
    return Answer(
        "regions", rule, inside, say("本机构登记地为%(region)s", region=Place(own[0], place_name))
    )


def places(codes: Sequence[str], place_name: Callable[[str], str]) -> Joined:
    """Regions by name, one after another."""
    return Joined([Place(code, place_name) for code in codes])


def _standing(rules: Rules, applicant: Applicant) -> Answer | None:
    if not rules.standings:
        return None
    word = STANDING_WORDS.get(applicant.standing, applicant.standing)
    listed = {s for s in STANDING_WORDS if s not in rules.standings}
    rule = say("未被列入活动异常名录或严重违法失信名单")
    if listed == {"serious"}:
        rule = say("未被列入严重违法失信名单")
    return Answer(
        "standings",
        rule,
        applicant.standing in rules.standings,
        say("本机构信用状态：%(standing)s", standing=word),
    )


def _years(rules: Rules, applicant: Applicant, day: date) -> Answer | None:
    if not rules.min_years:
        return None
    rule = say("登记满 %(n)s 年", n=rules.min_years)
    years = applicant.years_on(day)
    if years is None:
        return Answer("min_years", rule, False, say("本机构资料中没有登记日期"))
    found = say("本机构登记已满 %(n)s 年", n=years)
    return Answer("min_years", rule, years >= rules.min_years, found)


def _grade(rules: Rules, applicant: Applicant, day: date) -> Answer | None:
    if not rules.min_grade:
        return None
    rule = say("社会组织评估等级在有效期内，且不低于 %(n)sA", n=rules.min_grade)
    grade = applicant.grade_on(day)
    if grade is None:
        return Answer("min_grade", rule, False, say("本机构没有有效的评估等级"))
    found = say("本机构评估等级为 %(n)sA", n=grade)
    return Answer("min_grade", rule, grade >= rules.min_grade, found)


def _charity(rules: Rules, applicant: Applicant) -> Answer | None:
    if not rules.charity_only:
        return None
    found = say("本机构已认定为慈善组织") if applicant.is_charity else say("本机构未认定为慈善组织")
    return Answer("charity_only", say("已认定为慈善组织"), applicant.is_charity, found)


def _limit(rules: Rules, already_applied: int) -> Answer:
    found = say("本机构已有 %(n)s 份申请", n=already_applied)
    if not already_applied:
        found = say("本机构尚无申请")
    rule = say("每家机构最多申请 %(n)s 项", n=rules.limit)
    return Answer("limit", rule, already_applied < rules.limit, found)


def _barred(until: date | None) -> Answer:
    """Holds for every call: who broke an agreement gets no new grant for a while."""
    rule = say("不在因违约暂停申请资助的期限内")
    if until is None:
        return Answer("barred", rule, True, say("本机构没有被暂停申请"))
    return Answer("barred", rule, False, say("本机构暂停申请资助，至 %(day)s 止", day=Day(until)))

"""The public notice: its days, and who may object how.

A notice runs whole working days and ends with its last day, at midnight on the city's clocks.
Objections carry a real name; contact details serve the re-examination only.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from charity_portal.kernel import clock
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.throttling import Limit
from charity_portal.kernel.workdays import add_workdays, source, workdays_between

FEWEST_WORKDAYS, MOST_WORKDAYS = 3, 30
EXAMINATION_WORKDAYS = 10
"""How long a re-examination may take; part of the rules printed beside the objection form."""

LODGING = Limit("objection", 10, timedelta(hours=1))
LOOKING_UP = Limit("objection-status", 30, timedelta(minutes=15))
"""What one network may do; several neighbours may well object to the same project."""

OPEN = ("received", "examining")
_NO_NAME = re.compile(
    r"匿名|无名氏|某某|佚名|不便|保密"
    r"|^.{1,2}(?:某|先生|女士|小姐|同志)$"
    r"|^(?:一?[名位个])?(?:热心|普通|本地)?(?:群众|市民|网友|路人|居民|知情人士?|公民)$"
    r"|\b(?:anonym\w*|unknown|nobody|n/a|none|a citizen)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")


@dataclass(frozen=True)
class Period:
    """First and last day of a notice. `estimated`: a year whose holidays are not announced yet."""

    starts_on: date
    ends_on: date
    workdays: int
    estimated: bool

    @property
    def closes_at(self) -> datetime:
        """The first moment at which no objection is accepted."""
        return closes_at(self.ends_on)


def period(day: date, workdays: int) -> Period:
    """The period of a notice published on `day`; that day itself does not count (民法典 art. 201)."""
    ends_on = add_workdays(day, workdays)
    return Period(day, ends_on, workdays, source(ends_on.year) == "estimate")


def period_problem(workdays: int) -> Text | None:
    """Why a notice cannot run for so many working days."""
    if FEWEST_WORKDAYS <= workdays <= MOST_WORKDAYS:
        return None
    return say(
        "公示期应在 %(least)s 到 %(most)s 个工作日之间。", least=FEWEST_WORKDAYS, most=MOST_WORKDAYS
    )


def closes_at(ends_on: date) -> datetime:
    """Midnight at the end of the last day."""
    return clock.at_local(ends_on + timedelta(days=1))


def takes_objections(state: str, ends_on: date, now: datetime) -> bool:
    """Whether an objection can be raised at this moment, whatever jobs have done so far."""
    return state == "running" and now < closes_at(ends_on)


def time_left(state: str, ends_on: date, now: datetime) -> Text:
    """How long the notice still runs, in words."""
    if not takes_objections(state, ends_on, now):
        return say("公示期已满")
    today = clock.local(now).date()
    days = workdays_between(today, ends_on)
    if today == ends_on:
        return say("今天 24:00 截止")
    return say("还剩 %(n)s 个工作日", n=days)


def examination_due(day: date) -> date:
    """The last day for answering an objection received on `day`."""
    return add_workdays(day, EXAMINATION_WORKDAYS)


def days_late(due_on: date, today: date) -> int:
    """Working days by which an answer is late; 0 while there is time."""
    return max(0, workdays_between(due_on, today)) if today > due_on else 0


def name_problem(name: str) -> Text | None:
    """Why this is no real name. Objections are accepted under a real name only (实名)."""
    plain = unicodedata.normalize("NFKC", name).strip()
    if not plain:
        return say(
            "异议须实名提出：请填写您的真实姓名或单位名称。姓名加密保存，只用于核实，不会公开。"
        )
    letters = _LETTERS.findall(plain)
    if len(letters) < 2 or (len(set(letters)) < 2 and len(plain) < 3) or _NO_NAME.search(plain):
        return say(
            "异议须实名提出，匿名异议不予受理：请填写真实姓名或单位名称。"
            "姓名加密保存，只用于核实，不会公开。"
        )
    return None


def contact_problem(contact: str) -> Text | None:
    """Why nobody can be reached there."""
    plain = unicodedata.normalize("NFKC", contact).strip()
    if not plain:
        return say("异议须留下联系方式：请填写电话号码或电子邮箱，以便核实和反馈结果。")
    digits = sum(c.isdigit() for c in plain)
    phone = 7 <= digits <= 20 and all(c.isdigit() or c in "+-() 转ext" for c in plain)
    if phone or _EMAIL.fullmatch(plain):
        return None
    return say("请填写有效的电话号码或电子邮箱，无法联系的异议不予受理。")


def names_person(public_text: str, person: str, contact: str) -> bool:
    """Whether a text meant for everybody gives away who objected."""
    told = _folded(public_text)
    return any(len(part) > 1 and part in told for part in (_folded(person), _folded(contact)))


def _folded(text: str) -> str:
    return re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text)).casefold()

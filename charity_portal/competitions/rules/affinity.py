"""How well a panel member suits an application: a number from 0 to 1, and what it is made of.

Three parts, each from 0 to 1, weighted as in WEIGHTS:

- subject: which share of the expertise that the application's track asks for the member has;
- track: whether the member was drawn for this very track;
- experience: how many reviews in this field the member handed in for earlier editions; ten count as
  full experience.

What is not known is worth one half, never zero: a member without a recorded field, or who never judged
before, is neither preferred nor passed over for it. Nothing here knows who applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from charity_portal.kernel.i18n import Text, say

WEIGHTS = {
    "subject": Fraction(60, 100),
    "track": Fraction(30, 100),
    "experience": Fraction(10, 100),
}
WORDS = {
    "subject": say("专业领域相符"),
    "track": say("抽选时所属赛道"),
    "experience": say("往届评审经验"),
}
NEUTRAL = Fraction(1, 2)
FULL_EXPERIENCE = 10
MICRO = 1_000_000


@dataclass(frozen=True)
class Background:
    """What is known of a panel member. `reviews` counts sealed reviews of earlier editions by field."""

    expertise: frozenset[str] = frozenset()
    track_id: int | None = None
    reviews: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What is known of an application: its track, and the expertise the track asks for."""

    track_id: int | None = None
    expertise: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Part:
    """One of the three parts: its value from 0 to 1, in micro-units, and what it rests on."""

    key: str
    value: int
    note: Text


@dataclass(frozen=True)
class Affinity:
    """The score in micro-units (1,000,000 is a perfect fit) and its parts in the order of WEIGHTS."""

    score: int
    parts: tuple[Part, ...]


def affinity(member: Background, subject: Subject) -> Affinity:
    """How well the member suits the application; exact, the same on every machine."""
    rated = {
        "subject": _subject(member, subject),
        "track": _track(member, subject),
        "experience": _experience(member, subject),
    }
    whole = sum((WEIGHTS[key] * value for key, (value, _) in rated.items()), Fraction(0))
    parts = tuple(Part(key, _micro(value), note) for key, (value, note) in rated.items())
    return Affinity(_micro(whole), parts)


def _micro(value: Fraction) -> int:
    return int(value * MICRO + Fraction(1, 2))


def _subject(member: Background, subject: Subject) -> tuple[Fraction, Text]:
    if not subject.expertise:
        return NEUTRAL, say("赛道未指定专业领域，按中性计")
    if not member.expertise:
        return NEUTRAL, say("评委未登记专业领域，按中性计")
    shared, wanted = len(member.expertise & subject.expertise), len(subject.expertise)
    note = say("赛道要求 %(wanted)s 个领域，评委具备 %(n)s 个", wanted=wanted, n=shared)
    return Fraction(shared, wanted), note


def _track(member: Background, subject: Subject) -> tuple[Fraction, Text]:
    if member.track_id is None or subject.track_id is None:
        return NEUTRAL, say("评委或申请不分赛道，按中性计")
    if member.track_id == subject.track_id:
        return Fraction(1), say("为本赛道抽选的评委")
    return Fraction(0), say("为其他赛道抽选的评委")


def _experience(member: Background, subject: Subject) -> tuple[Fraction, Text]:
    if not any(member.reviews.values()):
        return NEUTRAL, say("没有往届评审记录，按中性计")
    if not subject.expertise:
        return NEUTRAL, say("赛道未指定专业领域，按中性计")
    done = max(member.reviews.get(key, 0) for key in subject.expertise)
    note = say("往届提交过 %(n)s 份本领域评审", n=done)
    return Fraction(min(done, FULL_EXPERIENCE), FULL_EXPERIENCE), note

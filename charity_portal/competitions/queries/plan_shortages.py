"""Why a round has no plan: what is missing, told with names."""

from collections import Counter
from dataclasses import dataclass

from charity_portal.competitions.queries.plans import Plan
from charity_portal.competitions.rules.expertise import CAPACITIES
from charity_portal.competitions.rules.review_rounds import Entry, Judge
from charity_portal.kernel.i18n import Text, say


@dataclass(frozen=True)
class ShortEntry:
    """An application that lacks reviewers: how many at least, and how many members may review it."""

    entry: Entry
    title: str
    missing: int
    allowed: int


@dataclass(frozen=True)
class ShortJudge:
    """A member who stays below the agreed minimum, by how much at least."""

    judge: Judge
    below: int


@dataclass(frozen=True)
class Relief:
    """A member whose maximum would have to be raised, and by how much."""

    judge: Judge
    extra: int


@dataclass(frozen=True)
class Shortages:
    """Why no plan was found, and the smallest change that would help."""

    entries: tuple[ShortEntry, ...]
    judges: tuple[ShortJudge, ...]
    others: tuple[Text, ...]
    relief: tuple[Relief, ...]


def shortages(of: Plan) -> Shortages:
    """What the run says is missing, with names."""
    stored, judges, entries = (
        of.run.figures["shortages"],
        of.round.judge_by_id,
        of.round.entry_by_id,
    )
    barred = Counter(entry for _, entry in of.round.conflicts | of.round.barred)
    return Shortages(
        entries=tuple(
            ShortEntry(
                entries[key],
                of.now.briefs[key].title if key in of.now.briefs else "",
                missing,
                len(judges) - barred[key],
            )
            for key, missing in stored["entries"]
        ),
        judges=tuple(ShortJudge(judges[key], below) for key, below in stored["judges"]),
        others=tuple(_other(of, *other) for other in stored["others"]),
        relief=tuple(Relief(judges[key], extra) for key, extra in stored["relief"]),
    )


def _other(of: Plan, entry: int, need: str, missing: int) -> Text:
    code = of.round.entry_by_id[entry].code
    if need not in CAPACITIES:
        return say("%(entry)s 无法避免由同一单位的评委同评。", entry=code)
    return say(
        "%(entry)s 还缺 %(n)s 位“%(capacity)s”。",
        entry=code,
        n=missing,
        capacity=CAPACITIES[need],
    )

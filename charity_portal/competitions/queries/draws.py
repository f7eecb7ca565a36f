"""Reading draws: who can be drawn now, what was drawn, and the record that the public may repeat."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Draw, Panelist
from charity_portal.competitions.queries import experts
from charity_portal.competitions.rules import draws as rules
from charity_portal.competitions.rules.draws import Candidate, Need
from charity_portal.competitions.rules.expertise import CAPACITIES
from charity_portal.kernel import clock, secrets
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, localized, say
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries import calls, judging

CODE_LENGTH = 10
LEFT_OUT: Mapping[str, Text] = {
    "drawn": say("本届已抽取"),
    "away": say("评审期间不能参评"),
    "staff": say("现在申请机构任职或为其成员"),
}


def code_of(edition_id: int, expert_id: int) -> str:
    """The code that stands for an expert in an edition's draws: nobody without the portal's key can
    tell whose it is, and it is another one in each edition."""
    return secrets.sign("competitions.draw", f"{edition_id}:{expert_id}", CODE_LENGTH)


@dataclass(frozen=True)
class Pool:
    """Who can be drawn, by code, and how many of the admitted cannot, and why."""

    experts: Mapping[str, Expert]
    candidates: Sequence[Candidate]
    left_out: Mapping[str, int]

    def meeting(self, key: str) -> int:
        """How many candidates meet a minimum."""
        return sum(key in candidate.meets for candidate in self.candidates)


def pool(edition: Edition) -> Pool:
    """The experts who can be drawn for an edition now; a constant number of statements."""
    drawn = set(
        db.session.scalars(sa.select(Panelist.expert_id).where(Panelist.edition_id == edition.id))
    )
    first, last = period(edition)
    admitted = experts.admitted()
    staff = _staff_of(admitted, judging.applicants_of(edition.call_id))
    wanted = {f"track:{t.track_id}": set(t.expertise) for t in edition.tracks if t.expertise}
    found: dict[str, Expert] = {}
    candidates, out = [], Counter[str]()
    for expert in admitted:
        reason = (
            "drawn" if expert.id in drawn
            else "away" if experts.is_away(expert, first, last)
            else "staff" if expert.id in staff
            else None
        )  # fmt: skip
        if reason is not None:
            out[reason] += 1
            continue
        code = code_of(edition.id, expert.id)
        found[code] = expert
        meets = {key for key, fields in wanted.items() if fields & set(expert.expertise)}
        meets |= {f"capacity:{key}" for key in expert.capacities if key in CAPACITIES}
        candidates.append(Candidate(code, frozenset(meets)))
    return Pool(found, candidates, {key: out[key] for key in LEFT_OUT if out[key]})


def seed_of(edition: Edition) -> str:
    """The seed that a draw uses now: that of the first draw, before it the edition's."""
    first = sa.select(Draw.seed).where(Draw.edition_id == edition.id).order_by(Draw.id).limit(1)
    return db.session.scalar(first) or edition.seed.strip()


def period(edition: Edition) -> tuple[date, date]:
    """The days for which a member is needed: from today to the last stage's due date."""
    today = clock.today()
    due = [clock.local(stage.due_at).date() for stage in edition.stages if stage.due_at]
    return today, max([today, *due])


def _staff_of(admitted: Sequence[Expert], applicants: set[int]) -> set[int]:
    """The experts who work, or act, for one of the applicants today."""
    today = clock.today()
    acting = {
        b.user_id
        for b in organizations.belongings(e.user_id for e in admitted)
        if b.ended_at is None and b.organization_id in applicants
    }
    return {
        e.id
        for e in admitted
        if e.user_id in acting
        or any(
            job.organization_id in applicants and (job.until is None or job.until >= today)
            for job in e.employments
        )
    }


def needs(edition: Edition) -> list[str]:
    """The keys of the minimums that can be asked for: tracks that name expertise, then capacities."""
    tracks = [f"track:{t.track_id}" for t in edition.tracks if t.expertise]
    return [*tracks, *(f"capacity:{key}" for key in ("finance", "user_representative", "senior"))]


def need_words(edition: Edition) -> dict[str, str]:
    """What each minimum is called."""
    call = calls.call(edition.call_id)
    tracks = {f"track:{t.id}": localized(t, "title") for t in call.tracks} if call else {}
    named = {key: str(say("“%(track)s”赛道所需专业", track=title)) for key, title in tracks.items()}
    return {**named, **{f"capacity:{key}": str(word) for key, word in CAPACITIES.items()}}


@dataclass(frozen=True)
class DrawRecord:
    """A draw as it is published: no person can be recognised in it. `holds` says that drawing again
    from the seed and the pool gives the recorded order."""

    number: int
    drawn_at: datetime
    seed: str
    wanted: Mapping[str, Any]
    pool: Sequence[Mapping[str, Any]]
    result: Sequence[Mapping[str, Any]]
    short: Sequence[Need]
    empty_seats: int
    holds: bool
    words: Mapping[str, str]

    def word(self, key: str) -> str:
        """What a minimum is called."""
        return self.words.get(key, key)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(the text to hash, its lot) for the whole pool, smallest lot first."""
        texts = [f"{self.seed}:{row['code']}" for row in self.pool]
        lots = [
            (text, rules.lot(self.seed, row["code"]))
            for text, row in zip(texts, self.pool, strict=True)
        ]
        return sorted(lots, key=lambda line: line[1])


def public_record(edition_id: int) -> list[DrawRecord]:
    """All draws of an edition in order, anonymous; three statements."""
    edition = db.session.get(Edition, edition_id)
    if edition is None:
        return []
    words = need_words(edition)
    found = db.session.scalars(
        sa.select(Draw).where(Draw.edition_id == edition_id).order_by(Draw.id)
    )
    return [_record(number, draw, words) for number, draw in enumerate(found, 1)]


def _record(number: int, draw: Draw, words: Mapping[str, str]) -> DrawRecord:
    again, holds = rules.repeated(draw.seed, draw.wanted, draw.pool, draw.result)
    return DrawRecord(
        number, draw.drawn_at, draw.seed, draw.wanted, draw.pool, draw.result,
        again.short, again.empty_seats, holds, words,
    )  # fmt: skip

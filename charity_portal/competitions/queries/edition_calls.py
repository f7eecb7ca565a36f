"""What an edition needs to know of the call whose applications it judges."""

from collections.abc import Sequence
from dataclasses import dataclass

from charity_portal.competitions.models.editions import Edition
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.projects.queries import call_lists, calls, decisions, judging


@dataclass(frozen=True)
class Named:
    """Something with a name in both languages."""

    id: int
    key: str
    title_zh: str
    title_en: str | None
    purse_fen: int | None = None


@dataclass(frozen=True)
class CallFacts:
    """A call in short. `parts` are the parts of a dossier that a criterion may look at: the summary, the
    answers (`answer:<key>`), the budget, the papers (`slot:<key>`)."""

    id: int
    number: str
    state: str
    title_zh: str
    title_en: str | None
    currency: str
    purse_fen: int | None
    floor_fen: int | None
    cap_fen: int | None
    min_awards: int | None
    max_awards: int | None
    closed: bool
    tracks: Sequence[Named]
    questions: Sequence[Named]
    slots: Sequence[Named]

    @property
    def part_keys(self) -> frozenset[str]:
        """Every key that `looks_at` may have."""
        answers = {f"answer:{q.key}" for q in self.questions}
        return frozenset({"summary", "budget"} | answers | {f"slot:{s.key}" for s in self.slots})


def facts(call_id: int) -> CallFacts:
    """The call of an edition; it exists as long as the edition does."""
    call = calls.whole_call(call_id)
    assert call is not None
    return CallFacts(
        id=call.id,
        number=call.number,
        state=call.state,
        title_zh=call.title_zh,
        title_en=call.title_en,
        currency=call.currency,
        purse_fen=call.purse_fen,
        floor_fen=call.floor_fen,
        cap_fen=call.cap_fen,
        min_awards=call.min_awards,
        max_awards=call.max_awards,
        closed=call.closes_at is not None and call.closes_at <= clock.now(),
        tracks=[Named(t.id, t.key, t.title_zh, t.title_en, t.purse_fen) for t in call.tracks],
        questions=[Named(q.id, q.key, q.label_zh, q.label_en) for q in call.questions],
        slots=[Named(s.id, s.key, s.title_zh, s.title_en) for s in call.slots],
    )


def waiting() -> list[Named]:
    """Published calls that have no edition yet, the newest first; for the form of a new one."""
    taken = set(db.session.scalars(db.select(Edition.call_id)))
    return [
        Named(call.id, call.number, call.title_zh, call.title_en)
        for call in call_lists.published()
        if call.id not in taken
    ]


def names(call_ids: Sequence[int]) -> dict[int, Named]:
    """Number and title of these calls."""
    return {
        key: Named(key, call.number, call.title_zh, call.title_en)
        for key, call in call_lists.by_id(call_ids).items()
    }


def in_screening(call_id: int) -> int:
    """How many applications are still being screened."""
    return decisions.in_screening(call_id)


def eligible(call_id: int) -> list[judging.Contestant]:
    """The applications that passed screening and wait for a decision."""
    return judging.contestants(call_id, decisions.OPEN)

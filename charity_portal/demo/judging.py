"""How the city judges: an edition is drafted, its panel drawn, reviews written, scores counted."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.queries import assignments as rounds
from charity_portal.competitions.queries import editions as queries
from charity_portal.competitions.queries import panels as members
from charity_portal.competitions.queries import reviews as desk
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.services import (
    assignments,
    declarations,
    draws,
    editions,
    panels,
    rankings,
    reviews,
    sealing,
    stages,
)
from charity_portal.competitions.services.assignments import Wishes
from charity_portal.demo import evenings, sources
from charity_portal.demo.applying import scripts
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor

GOOD, FAIR = 4, 3
"""From these marks of the data on, an application counts as good or as fair."""


@dataclass(frozen=True)
class Plan:
    """One edition of the city: its call, its name, how many reviews each application gets, its panel."""

    call: str
    title_zh: str
    title_en: str
    due_at: datetime
    each: int
    size: int
    standbys: int = 0
    pitch_only: bool = False
    expertise: Sequence[Sequence[str]] = ()


def draft(city: City, plan: Plan) -> Any:
    """An edition with everything that has to be settled before it can open."""
    officer = city.person("officer")
    with transaction():
        edition = editions.create(
            officer, city.calls[plan.call], "three" if plan.pitch_only else "one"
        )
    basics = {"title_zh": plan.title_zh, "title_en": plan.title_en, "seed": _seed(city, plan)}
    _save(officer, edition, "basics", blind=not plan.pitch_only, **basics)
    if plan.expertise:
        rows = draft_of(_fresh(edition), "tracks").rows("tracks")
        wanted = [
            {**row, "expertise": list(e)} for row, e in zip(rows, plan.expertise, strict=True)
        ]
        _save(officer, edition, "tracks", tracks=wanted)
    offered = draft_of(_fresh(edition), "stages").rows("stages")
    wished = "pitch" if plan.pitch_only else "papers"
    settled = {
        "weight_bp": 10_000,
        "reviews_each": plan.each,
        "advance": None,
        "due_at": plan.due_at,
    }
    kept = [{**row, **settled} for row in offered if row["kind"] == wished]
    _save(officer, edition, "stages", stages=kept)
    return _fresh(edition)


def _seed(city: City, plan: Plan) -> str:
    day = plan.due_at.date()
    number = int(hashlib.sha256(f"{plan.call}{day}".encode()).hexdigest()[:6], 16) % 1000
    return f"福彩3D {day:%Y%m%d} 期开奖号码 {number:03d}"


def _save(actor: Actor, edition: Any, part: str, **units: Any) -> None:
    fresh = _fresh(edition)
    before = draft_of(fresh, part)
    with transaction():
        mine = before.with_units(**units)
        editions.save(actor, fresh.id, part, mine, fresh.rev, before.prints())


def _fresh(edition: Any) -> Any:
    db.session.expire_all()
    found = queries.edition(edition.id)
    assert found is not None
    return found


def first_stage(edition: Any) -> Any:
    """The stage that an edition begins with."""
    return _fresh(edition).stages[0]


def draw(city: City, edition: Any, plan: Plan, answer_by: datetime) -> None:
    """Draw the panel and write to those who were drawn."""
    officer = city.person("officer")
    with transaction():
        draws.draw(officer, edition.id, plan.size, plan.standbys, {})
    with transaction():
        panels.invite(officer, edition.id, answer_by)


def seats(edition: Any, *states: str) -> list[Any]:
    """The places on a panel in these states, in the order drawn."""
    return [found.panelist for found in members.members(edition.id, states)]


def member(panelist: Any) -> Actor:
    """Whoever holds a place, as the portal knows them."""
    person = accounts.person(panelist.user_id)
    assert person is not None
    return Actor(person.id, person.name, person.roles)


def shown(city: City, panelist: Any) -> bool:
    """Whether it is one of the two reviewers whom visitors are led to."""
    return panelist.user_id in {city.person(key).user_id for key in ("reviewer", "reviewer2")}


def accept(panelist: Any) -> None:
    """Take the place, promise, declare that there are no ties."""
    actor = member(panelist)
    with transaction():
        panels.accept(actor, panelist.id)
    with transaction():
        declarations.agree(actor, panelist.id)
    with transaction():
        declarations.complete(actor, panelist.id, True)


def open_judging(city: City, edition: Any) -> Any:
    """Fix the rules; the first stage with its field."""
    with transaction():
        editions.open_edition(city.person("officer"), edition.id)
    return first_stage(edition)


def assign(city: City, stage: Any, each: int) -> None:
    """Have the reviews distributed and put the plan into force."""
    officer = city.person("officer")
    with transaction():
        assignments.ask(officer, stage.id, Wishes(each=each))
    evenings.catch_up(city)
    run = rounds.runs_of(stage.id, 1)[0]
    with transaction():
        assignments.adopt(officer, run.id, run.rev)


def open_stage(city: City, stage: Any) -> None:
    """Let the scoring begin."""
    with transaction():
        stages.open_stage(city.person("officer"), stage.id)


def assigned(stage: Any, panelist: Any = None) -> list[Any]:
    """The reviews of a stage that are open, of one member or of all, in each member's own order."""
    found = [
        review
        for review in rounds.reviews_of(stage.id)
        if review.state == "open" and panelist in (None, review.panelist)
    ]
    return sorted(found, key=lambda review: (review.panelist_id, review.position))


def write(city: City, call: str, review: Any, parts: int = 1) -> None:
    """Write a review, or the first of so many parts of one; what it says follows from how good the project is."""
    texts = _texts(city, call, review)
    kept = dict(list(texts.items())[: len(texts) // parts])
    with transaction():
        reviews.save_fields(member(review.panelist), review.id, review.rev, kept)


def hand_in(review: Any) -> None:
    """Seal a review that is written."""
    with transaction():
        sealing.seal(member(review.panelist), review.id)


def _texts(city: City, call: str, review: Any) -> dict[str, str]:
    place = next(
        n for (c, n), key in city.applications.items() if c == call and key == review.application_id
    )
    _, specs = scripts(call)
    quality = quality_of(specs[place])
    words = sources.read("experts")["words"]
    texts: dict[str, str] = {}
    for number, criterion in enumerate(desk.criteria_of(review)):
        value = _value(city, review, criterion, quality)
        texts[f"score:{criterion.key}"] = str(value)
        if value in (0, criterion.top):
            bank = words["high" if value else "low"]
            texts[f"reason:{criterion.key}"] = bank[number % len(bank)]
    sort = "good" if quality >= GOOD else "fair" if quality >= FAIR else "weak"
    texts["comment"] = words[f"comment_{sort}"]
    return texts


QUALITY = {"award": 5, "cancelled": 5, "partial": 4, "promoted": 3, "reserve": 2, "refuse": 1}


def quality_of(spec: Mapping[str, Any]) -> int:
    """How good an application is, 1 to 5: as the data says, else by what became of it."""
    return int(spec.get("quality", QUALITY.get(spec["fate"], 3)))


def _value(city: City, review: Any, criterion: Any, quality: int) -> int:
    """A score near the project's quality; it differs by judge and criterion, and one judge is strict."""
    panelist = review.panelist
    seat = _place(panelist)
    mark = f"{seat}:{review.application_id}:{criterion.key}".encode()
    wobble = (0, 0, 0, -1, 0, 1)[hashlib.sha256(mark).digest()[0] % 6]
    strict = panelist.user_id in _strict(city)
    return max(0, min(int(criterion.top), quality + wobble - int(strict)))


def _place(panelist: Any) -> int:
    """Which member it is, counted in the order drawn."""
    known = [found.panelist.position for found in members.everybody(panelist.edition_id)]
    return len([position for position in known if position < panelist.position])


def _strict(city: City) -> set[int | None]:
    rows: Sequence[Mapping[str, Any]] = sources.rows("experts", "expert")
    return {city.person(row["key"]).user_id for row in rows if row.get("strict")}


def close(city: City, stage: Any, reason: str = "") -> None:
    """End the scoring of a stage."""
    with transaction():
        stages.close_stage(city.person("officer"), stage.id, reason)


def week(city: City, plan: Plan, first: int) -> Story:
    """From the draft to counted scores; `first` is the day on which the panel is drawn."""
    yield city.at(first, 9)
    edition = draft(city, plan)
    draw(city, edition, plan, city.at(first + 3, 17))
    yield city.at(first + 1, 19)
    for seat in seats(edition, "invited"):
        accept(seat)
    yield city.at(first + 2, 9)
    stage = open_judging(city, edition)
    assign(city, stage, plan.each)
    open_stage(city, stage)
    yield city.at(first + 3, 20)
    for review in assigned(stage):
        write(city, plan.call, review)
        hand_in(review)
    yield city.at(first + 4, 12)
    close(city, stage)
    finish(city, edition)


def finish(city: City, edition: Any) -> None:
    """End all scoring and have it counted."""
    officer = city.person("officer")
    with transaction():
        editions.finish(officer, edition.id)
    with transaction():
        rankings.ask(officer, edition.id)
    evenings.catch_up(city)

"""The city's competitions: published, to be settled, chosen, being scored, on stage, in preparation."""

from collections.abc import Iterator, Mapping
from typing import Any

from charity_portal.competitions.queries import editions as queries
from charity_portal.competitions.services import (
    conflicts,
    editions,
    panels,
    pitches,
    results,
    sealing,
    selections,
    stages,
)
from charity_portal.competitions.services.pitches import Plan as Session
from charity_portal.competitions.services.selections import Wanted
from charity_portal.demo import judging, office
from charity_portal.demo.applying import scripts
from charity_portal.demo.city import City
from charity_portal.demo.judging import Plan
from charity_portal.demo.timeline import Story
from charity_portal.kernel.database import db, transaction

YUAN = 100


def all_of(city: City) -> Iterator[Story]:
    """Every edition's history."""
    yield from (_contest(city), _winter(city), _books(city), _youth(city), _shops(city))
    yield from (_canteen(city), _micro(city))


def _contest(city: City) -> Story:
    """Judged by a panel of five, chosen within a million, published with its bundle."""
    plan = Plan(
        "contest", "市管社会组织公益慈善创投大赛评审", "Ludong Social Innovation Contest: judging",
        city.at(-49, 12), each=3, size=5, standbys=2,
    )  # fmt: skip
    yield city.at(-62, 10)
    edition = judging.draft(city, plan)
    yield city.at(-58, 9, 30)
    judging.draw(city, edition, plan, city.at(-55, 17))
    yield city.at(-57, 19, 10)
    _decline(city, edition, "同期出差，无法保证评审时间。")
    for seat in judging.seats(edition, "invited"):
        judging.accept(seat)
    yield city.at(-53, 9)
    stage = judging.open_judging(city, edition)
    with transaction():
        conflicts.add(
            city.person("officer"), judging.seats(edition, "accepted")[0].id,
            city.application("contest", office.place_of("contest", "refuse")),
            "adviser", "核对资料时发现两年内为该机构提供过培训。",
        )  # fmt: skip
    judging.assign(city, stage, plan.each)
    judging.open_stage(city, stage)
    yield city.at(-51, 20)
    for review in judging.assigned(stage):
        judging.write(city, "contest", review)
        judging.hand_in(review)
    with transaction():
        for seat in judging.seats(edition, "standby"):
            panels.release(city.person("officer"), seat.id, "评审已经完成，不再增补。")
    yield city.at(-49, 12, 5)
    judging.close(city, stage)
    judging.finish(city, edition)
    yield city.at(-48, 14, 20)
    _choose(city, edition, "contest")
    yield city.at(-46, 10, 30)
    with transaction():
        results.ask_to_publish(city.person("approver"), edition.id, "full")


def _decline(city: City, edition: Any, reason: str) -> None:
    """The first of those invited whom no visitor is led to says no."""
    seat = next(p for p in judging.seats(edition, "invited") if not judging.shown(city, p))
    with transaction():
        panels.decline(judging.member(seat), seat.id, reason)


def _choose(city: City, edition: Any, call: str) -> None:
    """Propose within the purse, put in what the panel's meeting settled, confirm."""
    officer = city.person("officer")
    fresh = _edition(edition.id)
    planned = selections.plan(fresh, {})
    with transaction():
        selection = selections.propose(officer, edition.id, planned)
    wanted = _settled(city, call, selection)
    if wanted:
        planned = selections.plan(fresh, wanted)
        with transaction():
            selection = selections.change(officer, selection.id, selection.rev, planned)
    with transaction():
        selections.confirm(city.person("approver"), selection.id, selection.rev)


def _settled(city: City, call: str, selection: Any) -> dict[int, Wanted]:
    """Where the data says something else than the rule: smaller sums, and who waits."""
    proposed = {row.application_id: (row.outcome, row.amount_fen) for row in selection.rows}
    found = {}
    for place, spec in enumerate(scripts(call)[1]):
        key = city.application(call, place)
        if key not in proposed or spec["fate"] == "eligible":
            continue
        outcome = office.OUTCOMES.get(spec["fate"], spec["fate"])
        amount = _amount(spec, outcome)
        if (outcome, amount or 0) != proposed[key]:
            reason = spec.get("reason") or "评审会合议：按评分次序列为候补，资金有余时递补。"
            partial = amount if outcome == "partial" else None
            found[key] = Wanted(outcome, partial, reason)
    return found


def _amount(spec: Mapping[str, Any], outcome: str) -> int:
    if outcome == "partial":
        return int(spec["amount"]) * YUAN
    return int(spec["ask"]) * YUAN if outcome == "award" else 0


def _edition(edition_id: int) -> Any:
    db.session.expire_all()
    found = queries.edition(edition_id)
    assert found is not None
    return found


def _of(city: City, call: str) -> Any:
    found = queries.edition_of_call(city.calls[call])
    assert found is not None
    return found


def _winter(city: City) -> Story:
    """All scores are in; the proposal waits for the approver."""
    plan = Plan("winter", "暖冬行动评审", "Warm Winter: judging", city.at(-3, 12), each=3, size=4)
    yield from judging.week(city, plan, -8)
    yield city.at(-2, 15)
    planned = selections.plan(_of(city, "winter"), {})
    with transaction():
        selections.propose(city.person("officer"), _of(city, "winter").id, planned)


def _books(city: City) -> Story:
    """Pitched and chosen; the public notice has not begun."""
    plan = Plan(
        "books", "农家书屋阅读陪伴项目路演", "Reading in village libraries: pitch day",
        city.at(-4, 12), each=3, size=3, pitch_only=True,
    )  # fmt: skip
    yield city.at(-9, 9)
    edition = judging.draft(city, plan)
    judging.draw(city, edition, plan, city.at(-7, 17))
    yield city.at(-8, 19)
    for seat in judging.seats(edition, "invited"):
        judging.accept(seat)
    yield city.at(-7, 9)
    stage = judging.open_judging(city, edition)
    pitch = _planned(city, stage, "路演专场", -5)
    judging.open_stage(city, stage)
    yield city.at(-5, 14)
    with transaction():
        pitches.start(city.person("officer"), pitch.id)
    for slot in list(pitch.slots):
        _presented(city, "books", stage, pitch, slot)
    with transaction():
        pitches.end(city.person("officer"), pitch.id)
    yield city.at(-4, 12)
    judging.close(city, stage)
    judging.finish(city, edition)
    yield city.at(-3, 10)
    _choose(city, _of(city, "books"), "books")


def _youth(city: City) -> Story:
    """Being scored: handed in, given back, begun, abstained from, closed by a conflict; a member left."""
    plan = Plan(
        "youth", "青少年成长与社区参与公益创投评审", "Young people and their communities: judging",
        city.at(4, 17), each=4, size=6, standbys=2, expertise=(("children",), ("community",)),
    )  # fmt: skip
    yield city.at(-9, 10)
    edition = judging.draft(city, plan)
    judging.draw(city, edition, plan, city.at(-6, 17))
    yield city.at(-8, 19)
    while any(judging.shown(city, seat) for seat in judging.seats(edition, "standby")):
        _decline(city, edition, "家中有事，无法参加。")
    for seat in judging.seats(edition, "invited"):
        judging.accept(seat)
    yield city.at(-6, 9)
    stage = judging.open_judging(city, edition)
    judging.assign(city, stage, plan.each)
    judging.open_stage(city, stage)
    yield city.at(-4, 20)
    for seat in judging.seats(edition, "accepted"):
        own = judging.assigned(stage, seat)
        if judging.shown(city, seat):
            _on_show(city, own)
        else:
            _mostly_done(city, own)
    yield city.at(-1, 9, 40)
    others = (p for p in judging.seats(edition, "accepted") if not judging.shown(city, p))
    leaving = next(p for p in others if judging.assigned(stage, p))
    with transaction():
        for seat in judging.seats(edition, "standby"):
            panels.release(city.person("officer"), seat.id, "评审已过半，不再增补。")
    with transaction():
        panels.withdraw(judging.member(leaving), leaving.id, "身体原因，无法继续评审。")


def _on_show(city: City, own: list[Any]) -> None:
    """A desk with one of everything: handed in, given back, begun, abstained from, still to begin."""
    done, given_back, begun, left = own[0], own[1], own[2], own[-1]
    for review in (done, given_back):
        judging.write(city, "youth", review)
        judging.hand_in(review)
    actor = judging.member(done.panelist)
    with transaction():
        sealing.reopen(actor, given_back.id, "预算一项看错了附表，重新评分。")
    judging.write(city, "youth", begun, parts=2)
    if left is not begun:
        with transaction():
            sealing.abstain(actor, left.id, "涉及本人不熟悉的专业领域，请换人评审。")


def _mostly_done(city: City, own: list[Any]) -> None:
    """All but the last are handed in; from the last but one the member steps back."""
    for review in own[:-2]:
        judging.write(city, "youth", review)
        judging.hand_in(review)
    if len(own) > 1 and own[-2].application_id % 2:
        with transaction():
            conflicts.recuse(judging.member(own[-2].panelist), own[-2], "recognised")


def _shops(city: City) -> Story:
    """On stage today: the first project is scored, one did not come, one is being scored, one waits."""
    plan = Plan(
        "shops", "慈善超市提升项目路演", "Charity shops: pitch day",
        city.at(1, 17), each=3, size=5, standbys=1, pitch_only=True,
    )  # fmt: skip
    yield city.at(-5, 9, 20)
    edition = judging.draft(city, plan)
    judging.draw(city, edition, plan, city.at(2, 17))
    yield city.at(-4, 12, 30)
    for seat in judging.seats(edition, "invited")[:-1]:
        judging.accept(seat)
    yield city.at(-3, 10)
    stage = judging.open_judging(city, edition)
    morning, _afternoon = _two_sessions(city, stage)
    judging.open_stage(city, stage)
    yield city.present
    _on_stage(city, stage, morning)


def _two_sessions(city: City, stage: Any) -> tuple[Any, Any]:
    """Four projects today, the others tomorrow, before everybody who accepted."""
    field = sorted(key for (call, _), key in city.applications.items() if call == "shops")
    with transaction():
        stages.settle_field(city.person("officer"), stage.id, field[:4])
    first = _session(city, stage, "第一场", 0)
    with transaction():
        stages.settle_field(city.person("officer"), stage.id, field)
    second = _session(city, stage, "第二场", 1)
    for pitch in (first, second):
        _before_everybody(city, stage, pitch)
    return first, second


def _planned(city: City, stage: Any, title: str, day: int) -> Any:
    pitch = _session(city, stage, title, day)
    _before_everybody(city, stage, pitch)
    return pitch


def _session(city: City, stage: Any, title: str, day: int) -> Any:
    wanted = Session(title, "市社会组织孵化园报告厅", city.calendar.day(day), reveal="each")
    with transaction():
        return pitches.plan(city.person("officer"), stage.id, wanted)


def _before_everybody(city: City, stage: Any, pitch: Any) -> None:
    present = [seat.id for seat in judging.seats(stage.edition, "accepted")]
    with transaction():
        pitches.assign(city.person("officer"), pitch.id, present)


def _on_stage(city: City, stage: Any, pitch: Any) -> None:
    with transaction():
        pitches.start(city.person("officer"), pitch.id)
    first, absent, now = list(pitch.slots)[:3]
    _presented(city, "shops", stage, pitch, first)
    with transaction():
        pitches.reveal(city.person("officer"), pitch.id)
    _steps(city, pitch, absent, "miss")
    _steps(city, pitch, now, "call_up", "question", "open_scoring")


def _presented(city: City, call: str, stage: Any, pitch: Any, slot: Any) -> None:
    """A project's whole turn: presented, questioned, scored by everybody."""
    _steps(city, pitch, slot, "call_up", "question", "open_scoring")
    for review in judging.assigned(stage):
        if review.application_id == slot.application_id:
            judging.write(city, call, review)
            judging.hand_in(review)
    _steps(city, pitch, slot, "finish")


def _steps(city: City, pitch: Any, slot: Any, *actions: str) -> None:
    for action in actions:
        with transaction():
            pitches.step(city.person("officer"), pitch.id, slot.id, action)


def _canteen(city: City) -> Story:
    """In preparation while organizations still apply; the check shows what is missing."""
    yield city.at(-3, 16, 20)
    with transaction():
        editions.create(city.person("officer"), city.calls["canteen"], "three")


def _micro(city: City) -> Story:
    """Thought of and given up: small sums are decided without a panel."""
    yield city.at(-12, 14)
    with transaction():
        edition = editions.create(city.person("officer"), city.calls["micro"], "one")
    yield city.at(-11, 10)
    with transaction():
        reason = "小微项目单项金额不超过五千元，改由审批人逐项决定，不另组织评审。"
        editions.cancel(city.person("approver"), edition.id, reason)

"""Drawn, asked, answering, standing in, leaving."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.errors import (
    AnswerTooLate,
    NotEnoughExperts,
    PanelSettled,
    SeedMissing,
)
from charity_portal.competitions.models.editions import EditionTrack
from charity_portal.competitions.models.panels import Draw, Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import draws as draw_queries
from charity_portal.competitions.queries import panels as queries
from charity_portal.competitions.rules.draws import lot
from charity_portal.competitions.services import draws, experts, panels, seats
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, NotSignedIn, WrongState
from charity_portal.kernel.mail import OutboxMail
from charity_portal.organizations.models import Organization
from tests.factories import competitions as make
from tests.factories import panels as panel
from tests.support.clocks import FrozenClock


def states(edition: object) -> list[str]:
    return [p.state for p in panel.listed(edition)]  # type: ignore[arg-type]


def letters(kind: str) -> list[OutboxMail]:
    return db.session.query(OutboxMail).filter_by(kind=kind).order_by(OutboxMail.id).all()


def test_a_draw_keeps_what_repeats_it_and_seats_everybody_in_turn(app: Flask) -> None:
    panel.pool(8)
    edition = make.make_edition(state="draft")
    with transaction():
        row = draws.draw(
            panel.person("officer"), edition.id, 4, 2,
            {"capacity:finance": 1, "capacity:user_representative": 1, "capacity:senior": 0},
        )  # fmt: skip
    (record,) = draw_queries.public_record(edition.id)
    assert record.holds and record.short == () and record.empty_seats == 0
    assert len(record.pool) == 8 and len(record.result) == 6
    assert {key for entry in record.pool for key in entry["meets"]} == {
        "capacity:finance", "capacity:user_representative",
    }  # fmt: skip
    assert all(place["lot"] == lot(edition.seed, place["code"]) for place in record.result)
    members = panel.listed(edition)
    by_code = {draw_queries.code_of(edition.id, p.expert_id): p for p in members}
    assert [by_code[place["code"]].position for place in record.result] == [1, 2, 3, 4, 5, 6]
    assert {p.code for p in members} == {f"J{n:02d}" for n in range(1, 7)}
    assert {p.draw_id for p in members} == {row.id} and set(states(edition)) == {"standby"}
    assert (edition.panel_size, edition.standby_size) == (4, 2)
    entry = audit.history(edition)[0]
    assert (entry.action, entry.after) == (
        "competitions.draw.drawn", {"draw": row.id, "pool": 8, "drawn": 6},
    )  # fmt: skip


def test_the_published_record_names_nobody(app: Flask) -> None:
    experts = panel.pool(4)
    edition = make.make_edition()
    panel.drawn(edition, 2, 1)
    row = db.session.scalars(sa.select(Draw)).one()
    said = f"{row.pool} {row.result} {row.wanted}"
    for expert in experts:
        assert f"'{expert.id}'" not in said and "专家" not in said
    other = make.make_edition()
    codes = {draw_queries.code_of(edition.id, e.id) for e in experts}
    assert not codes & {draw_queries.code_of(other.id, e.id) for e in experts}


def test_codes_beside_scores_do_not_follow_the_published_order(app: Flask) -> None:
    panel.pool(12)
    members = panel.drawn(make.make_edition(), 9, 3)
    assert [p.code for p in members] != sorted(p.code for p in members)


def test_only_who_can_serve_is_drawn(app: Flask) -> None:
    edition = make.make_edition()
    (stage,) = edition.stages
    with transaction():
        stage.due_at = clock.at_local(panel._day(20), 18)
    application = panel.entry(edition)
    fit, away, staff, suspended, gone, past = panel.pool(6)
    organization = db.session.get_one(Organization, application.organization_id)
    with transaction():
        away.away_from, away.away_to = panel._day(19), panel._day(40)
        past.away_from, past.away_to = panel._day(-9), panel._day(-1)
        db.session.execute(
            sa.update(type(suspended))
            .where(type(suspended).id == suspended.id)
            .values({"state": "suspended"})
        )
        db.session.execute(
            sa.text("UPDATE user_account SET is_active = false WHERE id = :id"),
            {"id": gone.user_id},
        )
    panel.belongs(staff, organization)
    found = draw_queries.pool(edition)
    assert {e.id for e in found.experts.values()} == {fit.id, past.id}
    assert found.left_out == {"away": 1, "staff": 1}


def test_what_the_pool_cannot_meet_is_said(app: Flask) -> None:
    panel.pool(3)
    edition = make.make_edition()
    with transaction():
        draws.draw(panel.person("officer"), edition.id, 5, 0, {"capacity:finance": 2})
    (record,) = draw_queries.public_record(edition.id)
    assert [(n.key, n.at_least) for n in record.short] == [("capacity:finance", 1)]
    assert record.empty_seats == 2


def test_a_tracks_expertise_can_be_asked_for(app: Flask) -> None:
    panel.pool(8)
    edition = make.make_edition()
    track = (
        db.session.execute(
            sa.text("SELECT id FROM call_track WHERE call_id = :c ORDER BY id"),
            {"c": edition.call_id},
        )
        .scalars()
        .first()
    )
    with transaction():
        db.session.add(EditionTrack(edition_id=edition.id, track_id=track, expertise=["finance"]))
    with transaction():
        draws.draw(panel.person("officer"), edition.id, 3, 0, {f"track:{track}": 2})
    drawn = panel.listed(edition)
    assert sum("finance" in p.expert.expertise for p in drawn) == 2
    assert [p.track_id for p in drawn[:2]] == [track, track]


def test_a_second_draw_adds_with_the_same_seed_and_repeats_nobody(app: Flask) -> None:
    panel.pool(7)
    edition = make.make_edition()
    first = panel.drawn(edition, 3, 1)
    with transaction():
        edition.seed = "a better one"
        draws.draw(panel.person("officer"), edition.id, 1, 1, {})
    everybody = panel.listed(edition)
    assert [p.position for p in everybody] == [1, 2, 3, 4, 5, 6]
    assert [p.id for p in everybody[:4]] == [p.id for p in first]
    assert len({p.expert_id for p in everybody}) == 6 == len({p.code for p in everybody})
    records = draw_queries.public_record(edition.id)
    assert [r.number for r in records] == [1, 2] and all(r.holds for r in records)
    assert records[0].seed == records[1].seed != edition.seed
    assert edition.panel_size == 3


def test_no_draw_without_seed_experts_seats_or_permission(app: Flask) -> None:
    officer = panel.person("officer")
    edition, unseeded = make.make_edition(), make.make_edition(seed=" ")
    with pytest.raises(NotEnoughExperts), transaction():
        draws.draw(officer, edition.id, 3, 1, {})
    panel.pool(2)
    with pytest.raises(SeedMissing), transaction():
        draws.draw(officer, unseeded.id, 3, 1, {})
    for size, standbys in ((0, 0), (0, 3), (-1, 2), (61, 0), (3, 61)):
        with pytest.raises(Invalid), transaction():
            draws.draw(officer, edition.id, size, standbys, {})
    with pytest.raises(PanelSettled), transaction():
        draws.draw(officer, make.make_edition(state="published").id, 3, 1, {})
    with pytest.raises(NotSignedIn), transaction():
        draws.draw(panel.person("approver"), edition.id, 3, 1, {})
    assert db.session.query(Panelist).count() == 0


def test_invitations_go_out_in_order_until_every_seat_is_asked_for(app: Flask) -> None:
    panel.pool(6)
    edition = make.make_edition()
    members = panel.asked(edition, 3, 2)
    assert states(edition) == ["invited"] * 3 + ["standby"] * 2
    assert members[0].answer_due_at == clock.at_local(panel._day(5), 18)
    sent = letters("competitions.invitation")
    assert [m.subject_id for m in sent] == [p.id for p in members[:3]]
    assert f"/reviews/invitations/{members[0].id}" in sent[0].body
    with transaction():
        assert (
            panels.invite(panel.person("officer"), edition.id, clock.at_local(panel._day(9))) == 0
        )
    with pytest.raises(Invalid), transaction():
        panels.invite(panel.person("officer"), edition.id, clock.now())


def test_whoever_declines_is_replaced_by_the_next_in_order(app: Flask, clock: FrozenClock) -> None:
    panel.pool(6)
    edition = make.make_edition()
    first, second, *_rest = members = panel.asked(edition, 2, 2)
    clock.advance(days=1)
    with transaction():
        panels.decline(panel.acting(second), second.id, "  时间冲突 ")
    assert states(edition) == ["invited", "declined", "invited", "standby"]
    third = panel.listed(edition)[2]
    assert (third.stands_in_for_id, second.answer_reason) == (second.id, "时间冲突")
    assert second.answer_due_at and second.invited_at and third.invited_at and third.answer_due_at
    assert third.answer_due_at - third.invited_at == second.answer_due_at - second.invited_at
    with transaction():
        panels.decline(panel.acting(third), third.id, "出差")
        panels.decline(panel.acting(members[3]), members[3].id, "出差")
    assert states(edition) == ["invited", "declined", "declined", "declined"]
    assert queries.seats_open(edition) == 1
    with pytest.raises(Invalid), transaction():
        panels.decline(panel.acting(first), first.id, " ")


def test_an_invitation_is_answered_by_its_owner_once_and_in_time(
    app: Flask, clock: FrozenClock
) -> None:
    panel.pool(4)
    edition = make.make_edition()
    first, second = panel.asked(edition, 2, 1)[:2]
    with pytest.raises(Forbidden), transaction():
        panels.accept(panel.acting(second), first.id)
    with pytest.raises(NotFound), transaction():
        seats.hold(0)
    with transaction():
        panels.accept(panel.acting(first), first.id)
    assert first.answered_at == clock.now
    with pytest.raises(WrongState), transaction():
        panels.decline(panel.acting(first), first.id, "改变主意")
    clock.advance(days=6)
    with pytest.raises(AnswerTooLate), transaction():
        panels.accept(panel.acting(second), second.id)


def test_a_date_that_passes_calls_up_the_next_one(app: Flask, clock: FrozenClock, worker) -> None:  # type: ignore[no-untyped-def]
    panel.pool(5)
    edition = make.make_edition()
    members = panel.asked(edition, 2, 2)
    with transaction():
        panels.accept(panel.acting(members[0]), members[0].id)
    clock.advance(days=4, hours=1)
    worker(recurring=True)
    assert states(edition) == ["accepted", "invited", "standby", "standby"]
    clock.set("2026-03-07 09:00")
    worker(recurring=True)
    assert [m.subject_id for m in letters("competitions.invitation_reminder")] == [members[1].id]
    clock.set("2026-03-07 18:30")
    worker(recurring=True)
    worker(recurring=True)
    assert states(edition) == ["accepted", "released", "invited", "standby"]
    assert panel.listed(edition)[2].stands_in_for_id == members[1].id
    assert [m.subject_id for m in letters("competitions.panel_released")] == [members[1].id]


def test_a_withdrawal_voids_open_reviews_keeps_sealed_ones_and_calls_up(app: Flask) -> None:
    edition = make.make_edition(panel_size=1)
    (stage,) = edition.stages
    entries = [panel.entry(edition) for _ in range(2)]
    panel.pool(2)
    leaver = make.make_panelist(edition)
    opened = make.make_review(stage, leaver, entries[0])
    sealed = make.make_review(stage, leaver, entries[1], state="sealed")
    standby = make.make_panelist(edition, state="standby", invited_at=None)
    with pytest.raises(Invalid), transaction():
        panels.withdraw(panel.acting(leaver), leaver.id, "")
    with pytest.raises(Forbidden), transaction():
        panels.withdraw(panel.acting(standby), leaver.id, "替他退出")
    with transaction():
        panels.withdraw(panel.acting(leaver), leaver.id, "生病")
    db.session.expire_all()
    assert (leaver.state, opened.state, sealed.state) == ("withdrawn", "void", "sealed")
    assert (standby.state, standby.stands_in_for_id) == ("invited", leaver.id)
    assert letters("competitions.panel_released") == []


def test_an_officer_who_takes_a_member_off_tells_them_why(app: Flask) -> None:
    edition = make.make_edition()
    member = make.make_panelist(edition)
    with transaction():
        panels.withdraw(panel.person("officer"), member.id, "违反评审纪律")
    (letter,) = letters("competitions.panel_released")
    assert "违反评审纪律" in letter.body and member.answer_reason == "违反评审纪律"


def test_a_released_standby_is_not_called_up_and_hears_nothing(app: Flask) -> None:
    panel.pool(5)
    edition = make.make_edition()
    members = panel.asked(edition, 1, 3)
    officer = panel.person("officer")
    with transaction():
        panels.release(officer, members[1].id, "已任其他职务")
    assert letters("competitions.panel_released") == []
    with transaction():
        panels.release(officer, members[0].id, "邀请有误")
    assert states(edition) == ["released", "released", "invited", "standby"]
    assert len(letters("competitions.panel_released")) == 1
    with pytest.raises(Invalid), transaction():
        panels.release(officer, members[3].id, "")


def test_a_standby_who_left_the_pool_is_passed_over(app: Flask) -> None:
    panel.pool(5)
    edition = make.make_edition()
    members = panel.asked(edition, 1, 3)
    with transaction():
        experts.step(panel.person("approver"), members[1].expert_id, "suspend", "核实投诉")
    with transaction():
        panels.decline(panel.acting(members[0]), members[0].id, "出差")
    assert states(edition) == ["declined", "standby", "invited", "standby"]


def test_nothing_changes_after_judging(app: Flask) -> None:
    edition = make.make_edition()
    member = make.make_panelist(edition)
    with transaction():
        db.session.execute(sa.text("UPDATE edition SET state = 'scored'"))
    db.session.expire_all()
    with pytest.raises(PanelSettled), transaction():
        panels.withdraw(panel.acting(member), member.id, "太晚")
    with pytest.raises(PanelSettled), transaction():
        panels.set_loads(panel.person("officer"), edition.id, {member.id: (0, 5)})


def test_loads_are_bounded_within_the_edition(app: Flask) -> None:
    edition, other = make.make_edition(), make.make_edition()
    member, stranger = make.make_panelist(edition), make.make_panelist(other)
    officer = panel.person("officer")
    with transaction():
        assert panels.set_loads(officer, edition.id, {member.id: (2, 9)}) == 1
        assert panels.set_loads(officer, edition.id, {member.id: (2, 9)}) == 0
    assert (member.min_load, member.max_load) == (2, 9)
    for loads in ({member.id: (3, 2)}, {member.id: (-1, 2)}, {stranger.id: (0, 2)}):
        with pytest.raises(Invalid), transaction():
            panels.set_loads(officer, edition.id, loads)
    db.session.refresh(member)
    (entry,) = audit.history(member)
    assert (entry.action, entry.before, entry.after) == (
        "competitions.panelist.load", {"min": 0, "max": 20}, {"min": 2, "max": 9},
    )  # fmt: skip


def test_an_experts_own_limit_bounds_the_load(app: Flask) -> None:
    panel.pool(1, most_reviews=6)
    (member,) = panel.drawn(make.make_edition(), 1, 0)
    assert member.max_load == 6


def test_ready_is_who_accepted_promised_and_declared(app: Flask) -> None:
    edition = make.make_edition()
    assert queries.ready(make.make_panelist(edition))
    for missing in ({"agreed_at": None}, {"declared_at": None}, {"state": "withdrawn"}):
        assert not queries.ready(make.make_panelist(edition, **missing)), missing


def test_members_and_work_are_counted(app: Flask) -> None:
    round_ = panel.scene(applications=2, panelists=2)
    with transaction():
        db.session.execute(
            sa.update(Review).where(Review.id == round_.reviews[0].id).values({"state": "void"})
        )
    work = queries.work(round_.edition.id)
    assert [work[p.id].given for p in round_.panelists] == [1, 2]
    assert [m.name for m in queries.members(round_.edition.id)] == ["顾评审", "顾评审"]

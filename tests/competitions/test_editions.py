"""Editions as services know them: made, copied, edited by two, opened, finished, called off."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.errors import (
    EditionNotReady,
    RulesFixed,
    StageNotReady,
    StaleEdition,
)
from charity_portal.competitions.models.editions import Criterion, Edition
from charity_portal.competitions.models.panels import Draw
from charity_portal.competitions.models.pitches import Pitch
from charity_portal.competitions.queries import edition_checks, edition_desk, edition_history
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.rules import opening
from charity_portal.competitions.rules.rubric import weights
from charity_portal.competitions.services import edition_rows, editions, stages
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.edits import Draft
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid
from charity_portal.kernel.permissions import Actor
from tests.factories.calls import make_call
from tests.factories.editions import (
    APPROVER,
    OFFICER,
    change,
    closed_call,
    loaded,
    make_draft,
    make_open,
    make_ready,
)


def someone(role: str) -> Actor:
    """Somebody known who holds this role only."""
    return Actor(1, "x", frozenset({role}))


@pytest.mark.parametrize(("template", "kinds"), [("one", 1), ("three", 3)])
def test_a_new_edition_starts_whole(app: Flask, template: str, kinds: int) -> None:
    edition = make_draft(template=template)
    assert len(edition.stages) == kinds
    assert sum(stage.weight_bp for stage in edition.stages) == 10_000
    for stage in edition.stages:
        rows = draft_of(edition, "rubric", stage).rows("criteria")
        assert weights(rows, None) == 10_000
        assert all({a["value"] for a in row["anchors"]} >= {0, row["top"]} for row in rows)
        assert all(row["title_en"] and row["title_en"] != row["title_zh"] for row in rows)
    keys = [c.key for stage in edition.stages for c in stage.criteria]
    assert len(set(keys)) == len(keys)
    assert (edition.limits["least"], edition.limits["most"]) == (10, 15)


def test_a_call_has_one_edition_and_only_once_it_is_public(app: Flask) -> None:
    edition = make_draft()
    for call_id in (edition.call_id, make_call(state="draft").id):
        with pytest.raises(Conflict), transaction():
            editions.create(OFFICER, call_id, "one")


def test_an_edition_is_copied_with_rubric_rules_and_bonus_but_without_seed_and_dates(
    app: Flask,
) -> None:
    first = make_ready(template="three", members=0)
    bonus = {"id": None, "title_zh": "配捐", "title_en": None, "basis_zh": "到账凭证",
             "basis_en": None, "most": 500}  # fmt: skip
    first = change(first, "bonuses", bonuses=[bonus])
    key = first.stages[0].criteria[0].key
    first = change(first, "method", tie_rules=[f"criterion:{key}"], method="trimmed")
    second = make_draft(copy=first.id)
    assert second.copied_from_id == first.id and second.seed == ""
    assert second.method == "trimmed" and second.tie_rules == [f"criterion:{key}"]
    assert [s.title_zh for s in second.stages] == [s.title_zh for s in first.stages]
    assert [c.key for c in second.stages[0].criteria] == [c.key for c in first.stages[0].criteria]
    assert {s.due_at for s in second.stages} == {None}
    assert [b.title_zh for b in second.bonuses] == ["配捐"]
    assert second.stages[0].criteria[0].anchors == first.stages[0].criteria[0].anchors


def test_a_criterion_for_a_track_finds_the_track_of_the_new_call(app: Flask) -> None:
    first = make_draft()
    stage = first.stages[0]
    track = draft_of(first, "tracks").rows("tracks")[0]["id"]
    rows = [dict(row) for row in draft_of(first, "rubric", stage).rows("criteria")]
    rows[0]["track_id"] = track
    first = change(first, "rubric", stage, criteria=rows)
    second = make_draft(copy=first.id)
    copied = second.stages[0].criteria[0].track_id
    assert copied is not None and copied != track
    assert copied in {row["id"] for row in draft_of(second, "tracks").rows("tracks")}


def test_two_officers_who_change_different_things_keep_both(app: Flask) -> None:
    edition = make_draft()
    before, rev = draft_of(edition, "basics"), edition.rev
    change(edition, "basics", seed="417")
    mine = before.with_units(panel_size=9)
    with transaction():
        _edition, taken = editions.save(OFFICER, edition.id, "basics", mine, rev, before.prints())
    found = loaded(edition.id)
    assert (found.seed, found.panel_size, taken) == ("417", 9, ["seed"])


def test_two_officers_who_change_the_same_thing_do_not_overwrite_each_other(app: Flask) -> None:
    edition = make_draft()
    stage = edition.stages[0]
    before, rev = draft_of(edition, "rubric", stage), edition.rev
    change(edition, "rubric", stage, criteria=list(before.rows("criteria"))[1:])
    mine = before.with_units(criteria=list(before.rows("criteria"))[:2])
    with pytest.raises(StaleEdition) as stale, transaction():
        editions.save(OFFICER, edition.id, "rubric", mine, rev, before.prints(), stage.id)
    assert stale.value.clashes == ["criteria"]
    assert len(loaded(edition.id).stages[0].criteria) == 5


def test_stages_and_criteria_are_added_moved_and_removed(app: Flask) -> None:
    edition = make_draft(template="three")
    rows = [dict(row) for row in draft_of(edition, "stages").rows("stages")]
    fresh = {**rows[0], "id": None, "title_zh": "复评"}
    edition = change(edition, "stages", stages=[rows[2], rows[0], fresh])
    assert [s.key for s in edition.stages] == ["pitch", "papers", "papers1"]
    kept = [s.id for s in edition.stages]
    assert kept[:2] == [rows[2]["id"], rows[0]["id"]]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Criterion)) == 9


def test_nothing_stands_in_the_way_of_a_ready_edition(app: Flask) -> None:
    assert opening.blockers(edition_checks.facts(make_ready())) == []


def test_opening_fixes_the_rules_and_settles_the_field_under_codes(app: Flask) -> None:
    edition = make_open(applications=3)
    assert edition.state == "judging" and edition.opened_at is not None
    entries = edition_desk.entries_page(edition.stages[0]).items
    assert [entry.code for entry in entries] == ["P-01", "P-02", "P-03"]
    draft = draft_of(edition, "basics")
    with pytest.raises(RulesFixed), transaction():
        editions.save(
            OFFICER, edition.id, "basics", draft.with_units(seed="x"), edition.rev, draft.prints()
        )


def test_an_edition_with_defects_does_not_open(app: Flask) -> None:
    edition = change(make_ready(), "basics", seed="")
    with pytest.raises(EditionNotReady), transaction():
        editions.open_edition(OFFICER, edition.id)
    assert loaded(edition.id).state == "draft"


def test_only_approvers_call_an_edition_off(app: Flask) -> None:
    edition = make_draft()
    with pytest.raises(Forbidden), transaction():
        editions.cancel(someone("officer"), edition.id, "理由")
    with pytest.raises(Invalid), transaction():
        editions.cancel(APPROVER, edition.id, " ")
    assert loaded(edition.id).state == "draft"


def test_scoring_ends_when_every_stage_is_closed_and_resumes_with_a_reason(app: Flask) -> None:
    edition = make_open()
    with pytest.raises(StageNotReady), transaction():
        editions.finish(OFFICER, edition.id)
    with transaction():
        db.session.execute(sa.text("UPDATE stage SET state = 'closed'"))
    with transaction():
        editions.finish(OFFICER, edition.id)
    with pytest.raises(Invalid), transaction():
        editions.resume(APPROVER, edition.id, " ")
    with pytest.raises(Forbidden), transaction():
        editions.resume(someone("officer"), edition.id, "有评委打错分")
    with transaction():
        editions.resume(APPROVER, edition.id, "有评委打错分")
    assert loaded(edition.id).state == "judging"
    with transaction():
        stages.reopen_stage(APPROVER, edition.stages[0].id, "有评委打错分")
        editions.cancel(APPROVER, edition.id, "征集终止")
    found = loaded(edition.id)
    assert found.state == "cancelled"
    steps = edition_history.public_steps(found)
    assert [event.note for event in steps][:2] == ["征集终止", "有评委打错分"]


def test_every_write_is_on_record(app: Flask) -> None:
    edition = change(make_ready(), "basics", about_zh="宗旨")
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    edition = loaded(edition.id)
    actions = {
        entry.action
        for entry in db.session.scalars(sa.select(AuditEntry))
        if entry.action.startswith("competitions.")
    }
    assert actions == {
        f"competitions.edition.{step}" for step in ("create", "save", "open", "settle")
    }
    saved = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "competitions.edition.save")
    ).first()
    assert saved is not None and saved.after is not None
    assert edition_history.history(edition)[0].what.msgid == "确定阶段名单"


def test_the_answer_to_who_may_write_is_asked_in_the_service(app: Flask) -> None:
    call = closed_call()
    with pytest.raises(Forbidden), transaction():
        editions.create(someone("approver"), call.id, "one")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Edition)) == 0


def test_the_seed_stands_once_reviewers_were_drawn_from_it(app: Flask) -> None:
    edition = change(make_draft(), "basics", seed="417")
    with transaction():
        db.session.add(Draw(edition_id=edition.id, seed="417", wanted={}, pool=[], result=[]))
    change(edition, "basics", panel_size=9)
    with pytest.raises(Invalid) as wrong:
        change(loaded(edition.id), "basics", seed="418")
    assert list(wrong.value.fields) == ["seed"]
    assert loaded(edition.id).seed == "417"


def test_a_stage_with_a_pitch_day_is_not_removed(app: Flask) -> None:
    edition = make_draft(template="three")
    with transaction():
        db.session.add(Pitch(stage_id=edition.stages[2].id, title="路演"))
    rows = list(draft_of(edition, "stages").rows("stages"))
    with pytest.raises(Invalid):
        change(edition, "stages", stages=rows[:2])
    assert len(loaded(edition.id).stages) == 3


def test_tracks_and_limits_are_written_as_they_are_read(app: Flask) -> None:
    edition = make_draft()
    rows = [{**row, "min_winners": 2, "max_winners": 5, "expertise": ["elderly"]}
            for row in draft_of(edition, "tracks").rows("tracks")]  # fmt: skip
    with transaction():
        edition_rows.write(loaded(edition.id), "tracks", Draft({"tracks": rows}))
    edition = loaded(edition.id)
    assert draft_of(edition, "tracks").rows("tracks") == rows
    method = draft_of(edition, "method").with_units(floor=6050, partial_bp=5000, most=None)
    with transaction():
        edition_rows.write(loaded(edition.id), "method", method)
    found = loaded(edition.id)
    assert found.limits == {"cut": "skip", "least": 10, "floor": "60.5", "partial_bp": 5000}
    assert draft_of(found, "method").units == method.units

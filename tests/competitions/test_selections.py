"""The proposal: computed, changed with reasons, confirmed into the call's decisions, all or nothing."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.errors import (
    NoticeBegun,
    RankingOutdated,
    SelectionMoved,
    SelectionSettled,
)
from charity_portal.competitions.models.outcomes import SelectionRow
from charity_portal.competitions.models.reviews import Score
from charity_portal.competitions.rules.proposed import Wanted
from charity_portal.competitions.services import selections
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid
from charity_portal.projects.models.screening import Decision
from tests.factories import notices, outcomes
from tests.factories.outcomes import confirm, decide, make_scored, propose

YUAN = 100


def rows(selection_id: int) -> list[tuple[str, str, int]]:
    found = db.session.scalars(
        sa.select(SelectionRow)
        .where(SelectionRow.selection_id == selection_id)
        .order_by(SelectionRow.position)
    )
    return [(row.outcome, row.proposed, row.amount_fen) for row in found]


def test_the_rule_proposes_awards_then_reserves_then_refusals(app: Flask) -> None:
    made = make_scored(applications=4)

    selection = propose(made)

    assert rows(selection.id) == [
        ("award", "award", 50_000 * YUAN),
        ("award", "award", 50_000 * YUAN),
        ("reserve", "reserve", 0),
        ("refuse", "refuse", 0),
    ]
    assert selection.figures["spent_fen"] == 100_000 * YUAN
    assert selection.figures["left_fen"] == 0


def test_a_decision_of_people_moves_the_others_and_says_why(app: Flask) -> None:
    made = make_scored(applications=4)
    selection = propose(made)
    second = selection.rows[1].application_id

    decide(made, selection, {second: Wanted("refuse", None, "与上年度项目重复。")})

    assert rows(selection.id) == [
        ("award", "award", 50_000 * YUAN),
        ("refuse", "award", 0),
        ("award", "award", 50_000 * YUAN),
        ("reserve", "reserve", 0),
    ]
    assert [i["code"] for i in selection.inversions] == ["taken_out"]
    assert selection.rev == 1


def test_a_smaller_award_leaves_money_to_the_next(app: Flask) -> None:
    made = make_scored(applications=3, limits={"reserves": 1, "partial_bp": 4000})
    selection = propose(made)
    first = selection.rows[0].application_id

    decide(made, selection, {first: Wanted("partial", 30_000 * YUAN, "核减宣传费用。")})

    assert rows(selection.id) == [
        ("partial", "award", 30_000 * YUAN),
        ("award", "award", 50_000 * YUAN),
        ("partial", "partial", 20_000 * YUAN),
    ]


def test_a_decision_without_reason_or_amount_changes_nothing(app: Flask) -> None:
    made = make_scored(applications=3)
    selection = propose(made)
    first = selection.rows[0].application_id

    with pytest.raises(Invalid) as refused:
        decide(made, selection, {first: Wanted("partial", 60_000 * YUAN, " ")})

    assert set(refused.value.fields) == {f"{first}-amount", f"{first}-reason"}


def test_two_officers_do_not_overwrite_each_other(app: Flask) -> None:
    made = make_scored(applications=3)
    selection = propose(made)
    first = selection.rows[0].application_id
    planned = selections.plan(outcomes.edition_of(made), {})
    decide(made, selection, {first: Wanted("refuse", None, "重复资助。")})

    officer = notices.office().officer

    with pytest.raises(SelectionMoved), transaction():
        selections.change(officer, selection.id, 0, planned)


def test_confirming_writes_every_decision_into_the_call(app: Flask) -> None:
    made = make_scored(applications=4)
    propose(made)

    selection = confirm(made)

    decided = {d.application_id: d for d in db.session.scalars(sa.select(Decision))}
    assert [
        (decided[r.application_id].outcome, decided[r.application_id].amount_fen)
        for r in selection.rows
    ] == [("award", 50_000 * YUAN), ("award", 50_000 * YUAN), ("reserve", 0), ("refuse", 0)]
    reasons = [decided[row.application_id].reason for row in selection.rows]
    assert reasons[3] and "A-0" not in "".join(reasons)
    assert outcomes.edition_of(made).state == "selected"


def test_confirming_is_the_approvers_and_nothing_is_left_half_done(app: Flask) -> None:
    made = make_scored(applications=3)
    propose(made)

    with pytest.raises(Forbidden):
        confirm(made, notices.office().officer)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 0
    assert outcomes.edition_of(made).state == "scored"


def test_a_purse_that_shrank_in_the_call_stops_everything(app: Flask) -> None:
    made = make_scored(applications=3, purse_fen=200_000 * YUAN)
    propose(made)  # the edition promises more than the call has

    with pytest.raises(Invalid):
        confirm(made)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 0
    assert outcomes.edition_of(made).state == "scored"


def test_a_score_changed_after_ranking_stops_proposing_and_confirming(app: Flask) -> None:
    made = make_scored(applications=3)
    propose(made)
    with transaction():
        score = db.session.scalars(sa.select(Score).limit(1)).one()
        score.value = 0 if score.value else 1

    with pytest.raises(RankingOutdated):
        selections.plan(outcomes.edition_of(made), {})
    db.session.rollback()
    with pytest.raises(RankingOutdated):
        confirm(made)


def test_a_confirmed_selection_is_withdrawn_only_before_the_notice(app: Flask) -> None:
    made = make_scored(applications=3)
    desk = notices.office()
    confirm(made)
    with pytest.raises(SelectionSettled):
        propose(made)
    db.session.rollback()
    with transaction():
        selections.withdraw(desk.approver, made.edition.id, "核对出错。")
    assert outcomes.edition_of(made).state == "scored"

    confirm(made)
    notices.start(desk.approver, made.applications[0].call)

    with pytest.raises(NoticeBegun), transaction():
        selections.withdraw(desk.approver, made.edition.id, "核对出错。")

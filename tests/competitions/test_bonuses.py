"""Bonus points: within the rule, with a reason, until the selection is confirmed."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.models.editions import BonusGrant, Edition
from charity_portal.competitions.models.outcomes import Ranking, Selection
from charity_portal.competitions.queries import edition_desk
from charity_portal.competitions.services import bonuses
from charity_portal.competitions.services.bonuses import Given
from charity_portal.kernel import clock
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from charity_portal.kernel.permissions import Actor
from tests.factories.editions import OFFICER, make_open_with_bonus, make_ready_with_bonus


def one(edition: Edition) -> tuple[int, int]:
    """The bonus rule and an application of the field."""
    return edition.bonuses[0].id, edition_desk.entered(edition.stages[0])[0]


def test_points_are_recorded_changed_and_taken_back_each_on_record(app: Flask) -> None:
    edition = make_open_with_bonus()
    bonus, key = one(edition)
    for given, changed in (
        (Given(250, "回单 2026-01"), ["b1"]),
        (Given(250, " 回单 2026-01 "), []),
        (Given(300, "回单 2026-01、02"), ["b1"]),
        (Given(None, ""), ["b1"]),
    ):
        with transaction():
            assert bonuses.grant(OFFICER, edition.id, key, {bonus: given}) == changed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BonusGrant)) == 0
    told = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "competitions.edition.bonus")
        .order_by(AuditEntry.seq)
    ).all()
    assert [(e.before or {}).get("points") for e in told] == [0, 250, 300]
    assert [e.reason for e in told] == ["回单 2026-01", "回单 2026-01、02", None]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given(501, "回单"), "points"),
        (Given(-1, "回单"), "points"),
        (Given(100, " "), "reason"),
    ],
)
def test_what_the_rule_does_not_give_is_refused_at_its_field(
    app: Flask, given: Given, field: str
) -> None:
    edition = make_open_with_bonus()
    bonus, key = one(edition)
    with pytest.raises(Invalid) as wrong, transaction():
        bonuses.grant(OFFICER, edition.id, key, {bonus: given})
    assert set(wrong.value.fields) == {f"{field}-{bonus}"}


def test_nothing_is_recorded_before_judging_nor_after_the_choice(app: Flask) -> None:
    draft = make_ready_with_bonus()
    with pytest.raises(WrongState), transaction():
        bonuses.grant(OFFICER, draft.id, 1, {draft.bonuses[0].id: Given(100, "x")})
    edition = make_open_with_bonus()
    bonus, key = one(edition)
    with transaction():
        ranking = Ranking(edition_id=edition.id, input_hash="x", method="mean", figures={})
        db.session.add(ranking)
        db.session.flush()
        db.session.add(
            Selection(
                edition_id=edition.id, ranking_id=ranking.id, figures={}, confirmed_at=clock.now()
            )
        )
    with pytest.raises(WrongState), transaction():
        bonuses.grant(OFFICER, edition.id, key, {bonus: Given(100, "x")})


def test_strangers_and_other_applications_are_refused(app: Flask) -> None:
    edition = make_open_with_bonus()
    bonus, key = one(edition)
    auditor = Actor(1, "x", frozenset({"auditor"}))
    with pytest.raises(Forbidden), transaction():
        bonuses.grant(auditor, edition.id, key, {bonus: Given(100, "x")})
    with pytest.raises(NotFound), transaction():
        bonuses.grant(OFFICER, edition.id, 999_999, {bonus: Given(100, "x")})

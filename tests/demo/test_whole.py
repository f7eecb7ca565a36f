"""Many transactions that count together."""

import pytest
from flask import Flask

from charity_portal.accounts.services import people
from charity_portal.demo.whole import all_or_nothing
from charity_portal.kernel.database import Model, db, transaction
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.schema import is_empty
from tests.support.apps import Portal


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, portals: object) -> Flask:
    portal: Portal = portals(request.param)  # type: ignore[operator]
    portal.restore()
    return portal.app


def _open(name: str) -> None:
    with transaction():
        people.create_person(SYSTEM, f"{name}@ludong.example", name)


def test_what_is_written_inside_is_seen_inside_and_kept_at_the_end(app: Flask) -> None:
    with app.app_context():
        assert is_empty()
        with all_or_nothing():
            _open("first")
            assert not is_empty()
        assert not is_empty()
        db.session.remove()


def test_a_single_refusal_inside_undoes_only_itself(app: Flask) -> None:
    with app.app_context():
        with all_or_nothing():
            _open("first")
            with pytest.raises(ZeroDivisionError), transaction():
                people.create_person(SYSTEM, "second@ludong.example", "second")
                raise ZeroDivisionError
        assert db.session.scalar(db.text("SELECT count(*) FROM user_account")) == 1
        db.session.remove()


def test_when_the_block_breaks_off_nothing_is_kept(app: Flask) -> None:
    with app.app_context():
        outside = db.session
        with pytest.raises(ZeroDivisionError), all_or_nothing():
            _open("first")
            raise ZeroDivisionError
        assert db.session is outside
        assert is_empty()
        db.session.remove()
    assert Model.metadata.tables

"""A step that somebody else has taken."""

import pytest
from flask import Flask

from charity_portal.kernel.database import db
from charity_portal.projects.errors import AlreadyHandled
from charity_portal.projects.models.applications import Application
from charity_portal.projects.services.taking import require_step
from tests.factories import notices as make


def test_a_step_that_is_gone_says_who_took_it(app: Flask) -> None:
    desk = make.office()
    row = make.eligible(desk.officer)
    with pytest.raises(AlreadyHandled) as refused:
        require_step(db.session.get_one(Application, row.id), "accept")
    assert "何经办" in str(refused.value.message)
    require_step(db.session.get_one(Application, row.id), "decide")

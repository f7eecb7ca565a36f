"""Who did what when, in words."""

from flask import Flask

from charity_portal.kernel.database import transaction
from charity_portal.projects.queries import steps
from charity_portal.projects.services import screening
from tests.factories import notices as make
from tests.factories.screening import INCOMPLETE, accept_conditionally, promise


def test_steps_are_told_newest_first_with_the_persons_name(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    accept_conditionally(desk, row)
    promise(row)
    with transaction():
        seen = make.check(row, "accept").seen
        screening.turn_down(desk.colleague, row.id, seen, "材料不实")
    told = [(e.what.msgid, e.who, e.reason) for e in steps.history(row)]
    assert told == [
        ("审查不通过", "沈经办", "材料不实"),
        ("签署补齐承诺", "林知夏", None),
        ("容缺受理", "何经办", None),
    ]


def test_what_is_no_step_of_the_record_has_no_word(app: Flask) -> None:
    row = make.submitted()
    assert steps.step_word(row, "projects.application.unheard_of") is None
    assert steps.step_word(row, "projects.notice.close") is None
    assert steps.last_step(row) is None

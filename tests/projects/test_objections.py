"""Objections: under a real name, sealed, answered in public without a person."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.projects.errors import Anonymous
from charity_portal.projects.models.notices import Objection
from charity_portal.projects.queries import notices as queries
from charity_portal.projects.queries import objections as objection_queries
from charity_portal.projects.services import objections
from tests.factories import notices as make


def answer(desk: make.Office, key: int, upheld: bool = False) -> None:
    db.session.rollback()
    with transaction():
        objections.examine(desk.officer, key)
    with transaction():
        objections.answer(
            desk.approver, key, upheld, "调阅上年度档案", "经核实，该项目与上年度项目重复。"
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"person": ""},
        {"person": "匿名"},
        {"person": "热心市民"},
        {"contact": ""},
        {"contact": "见面再说"},
        {"person": "", "contact": "", "text": ""},
    ],
)
def test_an_anonymous_objection_is_refused_and_told_why(
    app: Flask, changes: dict[str, str]
) -> None:
    notice = make.on_notice(make.office())
    with pytest.raises(Anonymous) as refused:
        make.lodge(notice, **changes)
    assert refused.value.status == 422
    said = "".join(str(t) for texts in refused.value.fields.values() for t in texts)
    assert "实名" in said or "联系" in said
    assert db.session.query(Objection).count() == 0


def test_an_objection_is_about_a_proposed_project_of_this_notice(app: Flask) -> None:
    desk = make.office()
    notice, other = make.on_notice(desk), make.on_notice(desk)
    foreign = queries.proposed(other.id)[0].application_id
    with pytest.raises(Invalid):
        make.lodge(notice, foreign)


def test_the_public_outcome_cannot_name_the_objector(app: Flask) -> None:
    desk = make.office()
    key = make.objection_of(make.lodge(make.on_notice(desk))).id
    db.session.rollback()
    with transaction():
        objections.examine(desk.officer, key)
    with pytest.raises(Invalid), transaction():
        objections.answer(desk.approver, key, True, "属实", "欧阳云舒反映的情况属实")
    assert db.session.get_one(Objection, key, populate_existing=True).state == "examining"


def everything_stored(app: Flask) -> bytes:
    """Every value of every table, as the database holds it."""
    found: list[bytes] = []
    with db.engine.connect() as connection:
        for table in sa.inspect(db.engine).get_table_names():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                found += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    return b"\n".join(found)


def test_who_objected_stands_nowhere_in_the_database(app: Flask) -> None:
    desk = make.office()
    notice = make.on_notice(desk)
    receipt = make.lodge(notice, text="上一年度该项目已获资助，联系人为孟姓负责人。")
    answer(desk, make.objection_of(receipt).id)
    row = make.objection_of(receipt)
    assert (row.person, row.contact) == ("欧阳云舒", "13800000000")
    db.session.rollback()
    raw = everything_stored(app)
    assert notice.number.encode() in raw  # the sweep does see what is there
    for secret in ("欧阳云舒", "13800000000", "孟姓负责人", "调阅上年度档案", receipt.code):
        assert secret.encode() not in raw
        assert secret.encode("unicode_escape") not in raw


def test_the_trail_of_an_objection_names_no_person(app: Flask) -> None:
    desk = make.office()
    receipt = make.lodge(make.on_notice(desk))
    entries = audit.history(make.objection_of(receipt))
    assert [e.action for e in entries] == ["projects.objection.lodge"]
    assert entries[0].actor_id is None and set(entries[0].after or {}) == {"notice", "application"}


def test_number_and_code_together_open_a_case_and_nothing_else_does(app: Flask) -> None:
    receipt = make.lodge(make.on_notice(make.office()))
    by_code = objection_queries.objection_by_code
    spaced = f"{receipt.code[:4].lower()}-{receipt.code[4:]} "
    assert by_code(receipt.number, spaced) is not None
    assert by_code(receipt.number, receipt.code[:-1]) is None
    assert by_code("YY-2026-999999", receipt.code) is None
    assert by_code(receipt.number, "") is None

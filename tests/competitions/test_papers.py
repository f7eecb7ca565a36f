"""Papers and texts on their way to reviewers: let out by an officer, hidden by an officer, recorded."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.errors import NotForReviewers
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.reviews import HiddenTerm
from charity_portal.competitions.queries import papers
from charity_portal.competitions.services import papers as services
from charity_portal.kernel import files
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from tests.factories import notices
from tests.factories.accounts import make_user
from tests.factories.blinding import AMBER, BlindCase, make_case
from tests.support.people import sign_in
from tests.support.statements import counted


def officer() -> Actor:
    return notices.staff("officer", "沈经办")


def address(case: BlindCase, *parts: object) -> str:
    tail = "".join(f"/{part}" for part in parts)
    return f"/office/competitions/{case.edition.id}/blind/{case.mine.id}{tail}"


def signed_in(client: FlaskClient) -> None:
    sign_in(client, make_user("何经办", roles=("officer",)).id)


def test_nothing_is_shown_before_an_officer_lets_it_out(client: FlaskClient, app: Flask) -> None:
    case = make_case(AMBER)
    first, second = papers.papers_of(case.edition, case.mine.id)
    assert (first.number, second.number) == (1, 2)
    assert first.file is not None
    assert (second.file, second.paper_id) == (None, None)
    signed_in(client)
    released = client.post(address(case, "papers", second.attachment_id, "release"))
    assert released.status_code == 303
    db.session.expire_all()
    _, second = papers.papers_of(case.edition, case.mine.id)
    assert second.file is not None
    assert second.file.name == "材料 2 项目图片.jpg"
    assert b"SECRET-CAMERA" not in files.path_of(second.file).read_bytes()
    withheld = client.post(address(case, "papers", second.attachment_id, "withhold"))
    assert withheld.status_code == 303
    db.session.expire_all()
    assert papers.papers_of(case.edition, case.mine.id)[1].file is None
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert {"competitions.paper.release", "competitions.paper.withhold"} <= actions


def test_the_copy_is_looked_at_before_it_is_released(client: FlaskClient, app: Flask) -> None:
    case = make_case(AMBER)
    second = papers.papers_of(case.edition, case.mine.id)[1]
    signed_in(client)
    for what, named in (("original", True), ("copy", False)):
        with client.get(address(case, "papers", second.attachment_id, what)) as response:
            assert response.status_code == 200
            assert (b"SECRET-CAMERA" in response.data) is named
    assert client.get(address(case, "papers", 10**9, "copy")).status_code == 404


def test_an_open_edition_shows_papers_as_they_are(app: Flask) -> None:
    case = make_case(AMBER)
    with transaction():
        db.session.get_one(Edition, case.edition.id).blind = False
    for paper in papers.papers_of(case.edition, case.mine.id):
        assert paper.file is paper.original
        assert paper.paper_id == paper.attachment_id
    actor = officer()
    with pytest.raises(NotForReviewers), transaction():
        services.add_term(actor, case.edition.id, case.mine.id, "灯塔")


def test_officers_hide_more_and_show_again(client: FlaskClient, app: Flask) -> None:
    case = make_case(AMBER)
    signed_in(client)
    page = client.get(address(case)).text
    assert "独居老人" in page
    refused = client.post(address(case, "terms"), data={"text": "独"})
    assert (refused.status_code, 'value="独"' in refused.text) == (422, True)
    assert client.post(address(case, "terms"), data={"text": " 独居  老人 "}).status_code == 303
    assert client.post(address(case, "terms"), data={"text": "独居 老人"}).status_code == 303
    (term,) = db.session.scalars(sa.select(HiddenTerm)).all()
    assert term.text == "独居 老人"
    page = client.get(address(case)).text
    assert "〔已隐去〕" in page
    assert "三百余名" in page
    assert client.post(address(case, "terms", term.id, "remove")).status_code == 303
    assert db.session.scalars(sa.select(HiddenTerm)).all() == []


def test_nothing_changes_once_the_outcome_stands(app: Flask) -> None:
    case = make_case(AMBER)
    with transaction():
        db.session.get_one(Edition, case.edition.id).state = "published"
    actor = officer()
    with pytest.raises(NotForReviewers), transaction():
        services.withhold(actor, case.edition.id, case.mine.id, case.attachment.id)


def test_the_page_counts_what_is_hidden_and_points_at_what_may_tell(
    client: FlaskClient, app: Flask
) -> None:
    case = make_case(AMBER)
    signed_in(client)
    page = client.get(address(case)).text
    assert "自我介绍" in page
    assert "机构名称和简称" in page
    assert AMBER.name in page  # officers know who applies
    foreign = f"/office/competitions/{case.edition.id}/blind/{10**9}"
    assert client.get(foreign).status_code == 404


def test_the_list_costs_the_same_for_many_applications(client: FlaskClient, app: Flask) -> None:
    case = make_case(AMBER)
    signed_in(client)
    url = f"/office/competitions/{case.edition.id}/blind"
    costs = []
    for _ in range(2):
        with counted(app) as statements:
            page = client.get(url)
        assert page.status_code == 200
        costs.append(len(statements))
        notices.eligible(officer(), db.session.get_one(type(case.mine), case.mine.id).call)
    assert costs[0] == costs[1]
    assert "还有 4 份申请" in page.text

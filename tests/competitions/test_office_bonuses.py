"""Bonus points in the office."""

from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.queries import edition_desk
from tests.factories.accounts import make_user
from tests.factories.editions import make_draft, make_open_with_bonus
from tests.support.people import sign_in
from tests.support.statements import counted


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


def test_points_are_recorded_and_shown_with_their_reason(client: FlaskClient) -> None:
    edition = make_open_with_bonus(applications=2)
    key, bonus = edition_desk.entered(edition.stages[0])[0], edition.bonuses[0].id
    as_role(client, "officer")
    url = f"/office/competitions/{edition.id}/bonuses"
    assert "配捐到位" in client.get(f"{url}/{key}").text
    wrong = {f"points-{bonus}": "5.01", f"reason-{bonus}": "银行回单"}
    refused = client.post(f"{url}/{key}", data=wrong)
    assert refused.status_code == 422 and "应在 0 到 5 分之间" in refused.text
    assert "银行回单" in refused.text and "5.01" in refused.text
    right = wrong | {f"points-{bonus}": "2.5"}
    assert client.post(f"{url}/{key}", data=right).status_code == 303
    page = client.get(url).text
    assert "+2.5" in page and "银行回单" in page
    assert 'value="2.5"' in client.get(f"{url}/{key}").text


def test_auditors_read_and_do_not_write(client: FlaskClient) -> None:
    edition = make_open_with_bonus(applications=1)
    key = edition_desk.entered(edition.stages[0])[0]
    as_role(client, "auditor")
    url = f"/office/competitions/{edition.id}/bonuses"
    page = client.get(url)
    assert page.status_code == 200 and f"{url}/{key}" not in page.text
    assert client.get(f"{url}/{key}").status_code == 403
    assert client.post(f"{url}/{key}", data={}).status_code == 403


def test_an_application_of_another_call_is_not_there(client: FlaskClient) -> None:
    edition = make_open_with_bonus(applications=1)
    other = make_open_with_bonus(applications=1)
    key = edition_desk.entered(other.stages[0])[0]
    as_role(client, "officer")
    assert client.get(f"/office/competitions/{edition.id}/bonuses/{key}").status_code == 404


def test_without_bonus_rules_the_page_says_so(client: FlaskClient) -> None:
    as_role(client, "officer")
    page = client.get(f"/office/competitions/{make_draft().id}/bonuses")
    assert "本届没有加分项" in page.text


def test_the_list_takes_the_same_statements_however_long(app: Flask, client: FlaskClient) -> None:
    small, large = (make_open_with_bonus(applications=n) for n in (1, 4))
    as_role(client, "officer")
    with counted(app) as few:
        client.get(f"/office/competitions/{small.id}/bonuses")
    with counted(app) as many:
        client.get(f"/office/competitions/{large.id}/bonuses")
    assert len(few) == len(many) <= 14

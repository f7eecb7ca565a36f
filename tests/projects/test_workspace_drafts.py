"""The form of a draft: autosave, the same without scripts, two editors, a session that ran out."""

import pytest

from charity_portal.kernel.database import db, transaction
from charity_portal.projects.queries import drafts as queries
from charity_portal.projects.rules import budget
from charity_portal.projects.services import drafts
from tests.factories.applications import (
    FIELDS,
    ask_for_correction,
    make_draft,
    make_submitted,
    make_team,
)
from tests.factories.organizations import acting, make_member
from tests.support.people import sign_in, sign_out

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def team(client):
    organization, actor = make_team()
    draft = make_draft(actor)
    sign_in(client, actor.user_id)
    return organization, actor, draft


def url(application, tail="edit"):
    return f"/workspace/applications/{application.id}/{tail}"


def patch(client, application, rev, **fields):
    return client.patch(url(application, "fields"), json={"rev": rev, "fields": fields})


def save_as(actor, application, rev, **fields):
    with transaction():
        return drafts.save_fields(actor, application.id, rev, fields)


def texts(application):
    db.session.rollback()
    return queries.texts(application.id)


def test_autosave_keeps_text_choices_and_ticks(client, team):
    _, _, draft = team
    sent = {"title": "银龄", "answer:target": ["elderly", "disabled"], "confirmed": True}
    answer = patch(client, draft, 0, **sent)
    assert (answer.status_code, answer.json["rev"]) == (200, 1)
    assert answer.json["saved_at"] == "2026-03-02T10:00:00+08:00"
    assert texts(draft) == {
        "title": "银龄",
        "answer:target": "elderly\ndisabled",
        "confirmed": "yes",
    }


def test_autosave_tells_both_texts_of_a_clash_and_saves_the_rest(client, team):
    organization, _, draft = team
    colleague = acting(make_member(organization, "editor"))
    save_as(colleague, draft, 0, title="同事写的", **{"answer:target": "elderly"})
    answer = patch(client, draft, 0, title="我写的", summary="概述")
    assert answer.status_code == 409
    assert answer.json["saved"] == ["summary"]
    clash = answer.json["conflicts"]["title"]
    assert (clash["mine"], clash["theirs"], clash["by"]) == ("我写的", "同事写的", "林知夏")
    assert answer.json["merged"] == {"answer:target": ["elderly"]}
    again = patch(client, draft, answer.json["rev"], title="我写的")
    assert again.status_code == 200 and texts(draft)["title"] == "我写的"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"rev": "1", "fields": {}}, 422),
        ({"rev": -1, "fields": {}}, 422),
        ({"rev": True, "fields": {}}, 422),
        ({"rev": 0, "fields": []}, 422),
        ({"rev": 0, "fields": {"title": 7}}, 422),
        ({"rev": 0, "fields": {"title": ["a", 1]}}, 422),
        ([], 422),
    ],
)
def test_a_malformed_save_is_refused_and_changes_nothing(client, team, body, status):
    _, _, draft = team
    answer = client.patch(url(draft, "fields"), json=body)
    assert answer.status_code == status and texts(draft) == {}


def test_refused_fields_are_named(client, team):
    _, _, draft = team
    answer = patch(client, draft, 0, nonsense="x", summary="长" * 20_001)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"nonsense", "summary"}


def test_a_session_that_ran_out_answers_autosave_with_where_to_sign_in(client, team):
    _, _, draft = team
    sign_out(client)
    answer = patch(client, draft, 0, title="还在写")
    assert answer.status_code == 401
    assert answer.json["signin"].startswith("/account/sign-in")
    assert texts(draft) == {}


def test_a_session_that_ran_out_keeps_every_typed_value_on_the_page(client, team):
    _, actor, draft = team
    sign_out(client)
    typed = {"rev": "0", "title": "没有丢", "summary": "一行\n两行", "action": "save"}
    answer = client.post(url(draft), data=typed)
    assert answer.status_code == 401
    page = answer.text
    for text in ("没有丢", "一行\n两行"):
        assert text in page.replace("\r", "")
    sign_in(client, actor.user_id)
    assert client.post(url(draft), data=typed).status_code == 303
    assert texts(draft)["summary"] == "一行\n两行"


def test_without_scripts_the_whole_form_is_saved(client, team):
    _, _, draft = team
    typed = {
        "rev": "0",
        "shown": "answer:target answer:first_time confirmed track",
        "title": "银龄食光",
        "answer:target": ["elderly", "children"],
        "confirmed": "yes",
        "action": "papers",
    }
    answer = client.post(url(draft), data=typed)
    assert (answer.status_code, answer.location) == (303, url(draft, "papers"))
    assert texts(draft)["answer:target"] == "elderly\nchildren"
    emptied = typed | {"rev": "1", "answer:target": []}
    del emptied["confirmed"]
    client.post(url(draft), data=emptied)
    assert (texts(draft)["answer:target"], texts(draft)["confirmed"]) == ("", "")


def test_without_scripts_lines_are_added_and_taken_away(client, team):
    _, _, draft = team
    typed = {"rev": "0", "budget:order": "aaaaaaaa", "budget:aaaaaaaa:item": "一"}
    answer = client.post(url(draft), data=typed | {"action": "add_line"})
    assert answer.location.endswith("#budget")
    order = budget.order_of(texts(draft)["budget:order"])
    assert order[0] == "aaaaaaaa" and len(order) == 2
    page = client.get(url(draft)).text
    assert f'name="budget:{order[1]}:item"' in page
    again = {"rev": "1", "budget:order": ",".join(order), "action": "remove:aaaaaaaa"}
    client.post(url(draft), data=again)
    assert texts(draft)["budget:order"] == order[1]
    assert texts(draft)["budget:aaaaaaaa:item"] == "一"


def test_without_scripts_a_clash_shows_both_versions_and_keeps_the_choice(client, team):
    organization, _, draft = team
    colleague = acting(make_member(organization, "editor"))
    save_as(colleague, draft, 0, title="同事写的", summary="同事的概述")
    typed = {"rev": "0", "title": "我写的", "summary": "我的概述", "lead_name": "周安宁"}
    answer = client.post(url(draft), data=typed | {"action": "check"})
    assert answer.status_code == 409
    for text in ("我写的", "同事写的", "我的概述", "同事的概述", "项目名称"):
        assert text in answer.text
    assert texts(draft)["lead_name"] == "周安宁"
    rev = str(draft.rev)
    chosen = {
        "rev": rev,
        "resolving": "1",
        "action": "check",
        "choice-title": "mine",
        "mine-title": "我写的",
        "choice-summary": "theirs",
        "mine-summary": "我的概述",
    }
    answer = client.post(url(draft), data=chosen)
    assert (answer.status_code, answer.location) == (303, url(draft, "check"))
    assert (texts(draft)["title"], texts(draft)["summary"]) == ("我写的", "同事的概述")


def test_checking_puts_every_defect_at_its_field(client, team):
    _, actor, _ = team
    wrong = {"budget:aaaaaaaa:grant": "1", "title": "", "answer:people": "三百"}
    draft = make_draft(actor, fields=FIELDS | wrong)
    page = client.get(url(draft) + "?checked=1").text
    assert 'href="#title"' in page and 'id="title"' in page
    assert 'href="#budget:aaaaaaaa:grant"' in page and 'id="budget:aaaaaaaa:grant"' in page
    assert "少 34,999.00" in page and "请填写数字" in page
    assert page.startswith("<!doctype") and "<title>错误：" in page


def test_a_correction_shows_what_is_closed_as_text(client, team):
    _, actor, _ = team
    application, _ = make_submitted(actor)
    ask_for_correction(application, "summary")
    page = client.get(url(application)).text
    assert 'name="summary"' in page and 'name="title"' not in page
    assert FIELDS["title"] in page and 'name="budget:order"' not in page


def test_what_was_typed_is_shown_as_text_and_never_as_markup(client, team):
    _, _, draft = team
    patch(client, draft, 0, title="<script>alert(1)</script>")
    for tail in ("edit", "history", "check"):
        page = client.get(url(draft, tail)).text
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_history_shows_words_that_came_and_went_and_brings_them_back(client, team, clock):
    _, _, draft = team
    rev = patch(client, draft, 0, summary="为老人送餐").json["rev"]
    clock.advance(minutes=3)
    patch(client, draft, rev, summary="为独居老人送餐")
    page = client.get(url(draft, "history")).text
    assert "<ins>独居</ins>" in page
    change = queries.newest_change(draft.id, "summary")
    answer = client.post(url(draft, f"history/{change.id}"), data={"side": "before"})
    assert answer.status_code == 303
    assert texts(draft)["summary"] == "为老人送餐"


def test_strangers_get_nothing(client, team):
    _, _, draft = team
    _, stranger = make_team()
    sign_in(client, stranger.user_id)
    assert client.get(url(draft)).status_code == 403
    assert client.post(url(draft), data={"rev": "0", "title": "x"}).status_code == 403
    assert patch(client, draft, 0, title="x").status_code == 403
    assert client.get(url(draft, "history")).status_code == 403
    assert texts(draft) == {}


def test_the_form_speaks_english(client, team):
    _, _, draft = team
    page = client.get(url(draft) + "?lang=en").text
    assert "Write the application" in page and "Services for the elderly" in page

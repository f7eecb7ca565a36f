"""Calls in the office: who may, the list, and the draft's form with and without mistakes."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from charity_portal.kernel.database import db, transaction
from charity_portal.projects.forms.calls import EditForm
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.views.office_calls import regions
from tests.factories.accounts import make_user
from tests.factories.calls import make_call
from tests.support.people import sign_in

READERS = {"officer", "approver", "auditor", "administrator"}
ROLES = [*sorted(READERS), "finance", "community_worker", None]


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


def posted_by(app: Flask, call: Call) -> MultiDict[str, str]:
    """What a browser sends for an untouched form: the fields as the page has them."""
    with app.test_request_context():
        found = calls.whole_call(call.id)
        assert found is not None
        form = EditForm.filled(draft_of(found), found.rev, regions())
        return sent(form)


def sent(form: EditForm) -> MultiDict[str, str]:
    values: MultiDict[str, str] = MultiDict()

    def add(fields: object) -> None:
        for field in fields:  # type: ignore[attr-defined]
            if field.type == "FieldList":
                for entry in field:
                    add(entry.form)
            elif field.type == "BooleanField":
                if field.data:
                    values.add(field.name, "y")
            elif field.type == "MultiChoiceField":
                for value in field.data or []:
                    values.add(field.name, value)
            elif field.type != "CSRFTokenField":
                shown = field._value() if hasattr(field, "_value") else field.data
                values.add(field.name, str(shown if shown is not None else ""))

    add(form)
    return values


def save(client: FlaskClient, call: Call, form: MultiDict[str, str]) -> TestResponse:
    return client.post(f"/office/calls/{call.id}/edit", data=form)


@pytest.mark.parametrize("role", ROLES)
def test_the_list_is_for_those_who_handle_or_oversee_calls(
    client: FlaskClient, role: str | None
) -> None:
    make_call()
    as_role(client, *([role] if role else []))
    expected = 200 if role in READERS else 403
    assert client.get("/office/calls").status_code == expected


@pytest.mark.parametrize("role", ROLES)
def test_only_officers_make_and_change_calls(client: FlaskClient, role: str | None) -> None:
    draft = make_call(state="draft")
    as_role(client, *([role] if role else []))
    allowed = role == "officer"
    assert client.get("/office/calls/new").status_code == (200 if allowed else 403)
    assert client.get(f"/office/calls/{draft.id}/edit").status_code == (200 if allowed else 403)
    answer = client.post(f"/office/calls/{draft.id}/copy")
    assert answer.status_code == (303 if allowed else 403)
    assert db.session.query(Call).count() == (2 if allowed else 1)
    answer = client.post(f"/office/calls/{draft.id}/edit", data={"purse_fen": "?"})
    assert answer.status_code == (422 if allowed else 403)


def test_strangers_are_asked_to_sign_in(client: FlaskClient) -> None:
    draft = make_call(state="draft")
    for url in ("/office/calls", "/office/calls/new", f"/office/calls/{draft.id}/edit"):
        assert client.get(url).status_code == 302
    assert client.post("/office/calls/new", data={"title_zh": "x"}).status_code == 401


def test_the_list_shows_phases_counts_and_drafts(client: FlaskClient) -> None:
    make_call()
    make_call(state="draft", title_zh="草拟中的征集")
    as_role(client, "officer")
    page = client.get("/office/calls").text
    assert "征集中" in page and "草拟中的征集" in page
    assert "草拟中的征集" not in client.get("/office/calls?phase=open").text


def test_a_call_is_made_with_title_and_kind(client: FlaskClient) -> None:
    as_role(client, "officer")
    answer = client.post("/office/calls/new", data={"title_zh": "小微征集", "kind": "micro"})
    made = db.session.query(Call).one()
    assert answer.status_code == 303 and answer.location == f"/office/calls/{made.id}/edit"
    assert (made.kind, made.state, made.cap_fen) == ("micro", "draft", 2_000_000)


def test_a_call_without_title_is_asked_for_again(client: FlaskClient) -> None:
    as_role(client, "officer")
    answer = client.post("/office/calls/new", data={"title_zh": " ", "kind": "micro"})
    assert answer.status_code == 422 and "请填写此项" in answer.text
    assert db.session.query(Call).count() == 0


def test_saving_an_untouched_form_changes_nothing(app: Flask, client: FlaskClient) -> None:
    eligibility = {
        "kinds": ["service"],
        "regions": ["3706", "370602"],
        "standings": ["normal", "abnormal"],
        "min_grade": 3,
        "priorities": [{"key": "c1", "zh": "枢纽", "en": "Hub"}],
    }
    draft = make_call(state="draft", eligibility=eligibility, body_zh="一\n\n二")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form["body_zh"] = "一\r\n\r\n二"  # as browsers send it
    assert save(client, draft, form).status_code == 303
    found = calls.call(draft.id)
    assert found is not None and found.rev == 0


def test_every_field_is_saved(app: Flask, client: FlaskClient) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form.update({})
    for name, value in {
        "purse_fen": "120万",
        "management_cost_max_bp": "7.5",
        "closes_at": "2026-03-25T17:30",
        "standing": "any",
        "min_grade": "4",
        "min_years": "2",
        "priorities": "枢纽型 | Hub",
        "questions-3-choices": "老年人 | Elderly people\n儿童",
        "categories-3-cap_bp": "7.5",
        "slots-0-max_mb": "5",
    }.items():
        form[name] = value
    form.setlist("regions", ["370602"])
    form.setlist("slots-0-kinds", ["image", "docx"])
    form["charity_only"] = "y"
    assert save(client, draft, form).status_code == 303
    found = calls.whole_call(draft.id)
    assert found is not None
    assert (found.purse_fen, found.management_cost_max_bp) == (120_000_000, 750)
    assert (
        found.closes_at is not None and found.closes_at.isoformat() == "2026-03-25T09:30:00+00:00"
    )
    assert found.eligibility == {
        "regions": ["370602"],
        "min_grade": 4,
        "min_years": 2,
        "charity_only": True,
        "priorities": [{"key": "c1", "zh": "枢纽型", "en": "Hub"}],
    }
    assert [c["key"] for c in found.questions[3].choices] == ["elderly", "c1"]
    assert found.slots[0].kinds == ["jpeg", "png", "webp", "docx"]


def test_mistakes_are_shown_at_their_fields_and_nothing_typed_is_lost(
    app: Flask, client: FlaskClient
) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form["purse_fen"] = "一百万"
    form["questions-1-longest"] = "0"
    form["title_en"] = "Typed and to be kept"
    answer = save(client, draft, form)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert 'value="一百万"' in page and 'value="Typed and to be kept"' in page
    assert 'href="#purse_fen"' in page and 'href="#questions-1-longest"' in page
    assert page.count('aria-invalid="true"') == 2
    assert calls.call(draft.id).rev == 0  # type: ignore[union-attr]


def test_a_reversed_window_is_refused_at_its_field(app: Flask, client: FlaskClient) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form["opens_at"], form["closes_at"] = "2026-04-01T09:00", "2026-03-01T09:00"
    answer = save(client, draft, form)
    assert answer.status_code == 422 and "截止时间应晚于开始时间" in answer.text
    assert 'href="#closes_at"' in answer.text


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("tracks:add", ["为老服务", "儿童关爱", "乡村振兴", ""]),
        ("tracks:remove:1", ["为老服务", "乡村振兴"]),
        ("tracks:up:2", ["为老服务", "乡村振兴", "儿童关爱"]),
        ("tracks:down:0", ["儿童关爱", "为老服务", "乡村振兴"]),
    ],
)
def test_rows_move_without_javascript_and_what_was_typed_elsewhere_is_saved_too(
    app: Flask, client: FlaskClient, step: str, expected: list[str]
) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form["contact"], form["do"] = "新的电话", step
    answer = save(client, draft, form)
    assert answer.status_code == 303 and answer.location.endswith("/edit#tracks")
    found = calls.whole_call(draft.id)
    assert found is not None
    assert [t.title_zh for t in found.tracks] == expected
    assert found.contact == "新的电话"


def test_a_row_moves_on_the_page_even_when_something_else_is_wrong(
    app: Flask, client: FlaskClient
) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form["purse_fen"], form["do"] = "?", "tracks:remove:0"
    answer = save(client, draft, form)
    assert answer.status_code == 422 and 'value="为老服务"' not in answer.text
    assert 'name="tracks-0-title_zh" type="text" value="儿童关爱"' in answer.text
    assert len(calls.whole_call(draft.id).tracks) == 3  # type: ignore[union-attr]


def test_different_changes_of_two_officers_are_both_kept(app: Flask, client: FlaskClient) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    first, second = posted_by(app, draft), posted_by(app, draft)
    first["contact"] = "甲的电话"
    second["purse_fen"] = "90万"
    assert save(client, draft, first).status_code == 303
    assert save(client, draft, second).status_code == 303
    found = calls.call(draft.id)
    assert found is not None and (found.contact, found.purse_fen) == ("甲的电话", 90_000_000)
    assert (
        "合并了其他人刚才修改的内容：咨询方式" in client.get(f"/office/calls/{draft.id}/edit").text
    )


def clash(app: Flask, client: FlaskClient, draft: Call) -> tuple[TestResponse, MultiDict[str, str]]:
    first, second = posted_by(app, draft), posted_by(app, draft)
    first["contact"], first["source_note"] = "甲的电话", "甲的说明"
    second["contact"], second["purse_fen"] = "乙的电话", "90万"
    assert save(client, draft, first).status_code == 303
    return save(client, draft, second), second


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_a_clash_shows_both_versions_and_saves_nothing_yet(app: Flask, client: FlaskClient) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    answer, _ = clash(app, client, draft)
    assert answer.status_code == 409
    assert "甲的电话" in answer.text and "乙的电话" in answer.text
    assert 'name="choice-contact"' in answer.text and "choice-purse_fen" not in answer.text
    assert 'value="900,000.00"' in answer.text  # mine, kept
    assert 'value="甲的说明"' in answer.text  # theirs, taken over
    assert calls.call(draft.id).contact == "甲的电话"  # type: ignore[union-attr]


@pytest.mark.parametrize(("choice", "kept"), [("mine", "乙的电话"), ("theirs", "甲的电话")])
def test_after_choosing_the_rest_of_both_is_kept(
    app: Flask, client: FlaskClient, choice: str, kept: str
) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    answer, form = clash(app, client, draft)
    form["rev"], form["base"] = hidden(answer.text, "rev"), hidden(answer.text, "base")
    form["source_note"], form["choice-contact"] = "甲的说明", choice
    assert save(client, draft, form).status_code == 303
    found = calls.call(draft.id)
    assert found is not None
    assert (found.contact, found.purse_fen, found.source_note) == (kept, 90_000_000, "甲的说明")


def test_a_form_that_lies_about_its_start_overwrites_nothing(
    app: Flask, client: FlaskClient
) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    first = posted_by(app, draft)
    first["contact"] = "甲的电话"
    save(client, draft, first)
    for rev, base in (("0", "{"), ("0", "[]"), ("x", '{"contact": 3}')):
        form["rev"], form["base"], form["contact"] = rev, base, "乙的电话"
        assert save(client, draft, form).status_code == 409
    assert calls.call(draft.id).contact == "甲的电话"  # type: ignore[union-attr]


def test_a_call_published_meanwhile_keeps_the_typed_text_on_the_page(
    app: Flask, client: FlaskClient
) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    form = posted_by(app, draft)
    form["contact"] = "来不及保存的电话"
    client.post(f"/office/calls/{draft.id}/publish")
    answer = save(client, draft, form)
    assert answer.status_code == 409 and "来不及保存的电话" in answer.text
    assert "征集已经发布" in answer.text
    assert client.get(f"/office/calls/{draft.id}/edit").status_code == 303


def test_thirty_calls_cost_the_page_as_many_statements_as_three(client: FlaskClient) -> None:
    as_role(client, "officer")

    def cost() -> int:
        seen: list[str] = []

        def note(_c: object, _k: object, text: str, *_: object) -> None:
            seen.append(text)

        db.event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert client.get("/office/calls").status_code == 200
        finally:
            db.event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    with transaction():
        for _ in range(3):
            make_call()
    three = cost()
    with transaction():
        for _ in range(27):
            make_call()
    assert cost() == three


def test_the_page_brings_an_empty_row_of_each_list_for_scripts(client: FlaskClient) -> None:
    draft = make_call(state="draft")
    as_role(client, "officer")
    page = client.get(f"/office/calls/{draft.id}/edit").text
    for name in ("tracks-__n__-title_zh", "questions-__n__-kind", "slots-__n__-kinds"):
        assert f'name="{name}"' in page
    assert 'name="categories-__n__-cap_bp"' in page

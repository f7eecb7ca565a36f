"""One application beside its checklist, as an officer works on it; every step works without scripts."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import CorrectionRequest, Screening
from charity_portal.projects.services import screening
from tests.factories import notices as make
from tests.factories.screening import (
    INCOMPLETE,
    accept_conditionally,
    fresh,
    letters,
    promise,
)
from tests.support.people import sign_in


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> Actor:
    person = make.staff("officer", "何经办")
    sign_in(client, person.user_id or 0)
    return person


def at(row: Application, step: str = "") -> str:
    return f"/office/screening/{row.id}{step}"


def filled(
    row: Application, action: str, failing: dict[str, str] | None = None, **more: Any
) -> Any:
    """What a browser sends when the checklist is filled in."""
    check = make.check(row, "accept", failing)
    data = {"seen": check.seen, "action": action} | more
    for key, finding in check.findings.items():
        data[f"holds-{key}"] = "yes" if finding.holds else "no"
        data[f"note-{key}"] = finding.note
    return data


def carried(page: str) -> dict[str, str]:
    """The hidden fields of the form that confirms."""
    form = page.split("<form")[-2] if page.count("<form") > 1 else page
    form = next(part for part in page.split("<form") if "确认并发送" in part)
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    return {unescape(name): unescape(value) for name, value in found}


def test_dossier_and_checklist_stand_on_one_page_with_the_findings_filled_in(
    client: FlaskClient, officer: Actor
) -> None:
    row = make.submitted(papers=("budget_note",))
    page = client.get(at(row)).text
    assert "为社区独居老人提供每周两次的入户陪伴" in page
    missing = page.split('id="holds-slot:certificate"')[1].split("</fieldset>")[0]
    assert re.search(r'value="no" checked', missing)
    assert "请上传“法人登记证书”" in missing
    assert "次要材料，可容缺" in page.split('id="holds-slot:audit"')[1].split("</fieldset>")[0]


def test_the_rest_is_marked_as_holding_only_when_asked(client: FlaskClient, officer: Actor) -> None:
    row = make.submitted()
    seen = make.check(row, "accept").seen
    sent = {"seen": seen, "action": "fill", "holds-title": "no", "note-title": "名称过长"}
    page = client.post(at(row, "/preview"), data=sent).text
    assert page.count('value="no" checked') == 1
    assert page.count('value="yes" checked') > 10
    assert "名称过长" in page
    assert fresh(row).state == "submitted"


def test_an_unfinished_checklist_is_422_and_keeps_everything(
    client: FlaskClient, officer: Actor
) -> None:
    row = make.submitted()
    data = filled(row, "accept", {"summary": ""})
    del data["holds-budget"]
    response = client.post(at(row, "/preview"), data=data)
    assert response.status_code == 422
    assert "请逐项核对" in response.text and "请写明哪里不符合" in response.text
    assert response.text.count('value="yes" checked') == len(make.check(row, "accept").findings) - 2


def test_the_letter_is_read_before_it_is_sent_and_is_the_same(
    client: FlaskClient, officer: Actor
) -> None:
    row = make.submitted()
    failing = {"summary": "未写明<服务>频次 & 对象", "budget": "补贴缺少测算依据"}
    data = filled(row, "correction", failing, due_at="2026-03-09T17:00")
    preview = client.post(at(row, "/preview"), data=data)
    assert preview.status_code == 200
    assert fresh(row).state == "submitted" and not letters()
    done = client.post(at(row), data=carried(preview.text))
    assert done.status_code == 303
    assert fresh(row).state == "correction"
    (letter,) = letters()
    shown = unescape(preview.text.split('class="letter"')[1].split(">", 1)[1].split("</div>")[0])
    assert shown == letter.body
    notes = [d["text"] for d in db.session.query(CorrectionRequest).one().defects]
    assert any("未写明<服务>频次 & 对象" in note for note in notes)


def test_a_second_officer_gets_409_naming_who_did_what_when(
    client: FlaskClient, officer: Actor
) -> None:
    row = make.submitted()
    data = filled(row, "reject", {"title": "与往年重复"}, reason="不属于征集范围")
    colleague = make.staff("officer", "沈经办")
    with transaction():
        screening.screen(colleague, row.id, make.check(row, "accept"))
    for step in ("/preview", ""):
        response = client.post(at(row, step), data=data)
        assert response.status_code == 409
        assert "沈经办已于 2026-03-02 10:00 办理“审查通过”" in response.text
        assert "不属于征集范围" in response.text and "与往年重复" in response.text
    assert fresh(row).state == "eligible"
    assert db.session.query(Screening).count() == 1 and len(letters()) == 1


def test_a_deadline_in_the_past_is_refused(client: FlaskClient, officer: Actor) -> None:
    row = make.submitted()
    data = filled(row, "correction", {"title": "重名"}, due_at="2026-03-02T09:00")
    response = client.post(at(row), data=data)
    assert response.status_code == 422 and "截止时间应晚于现在" in response.text
    assert fresh(row).state == "submitted"


def test_conditional_acceptance_from_the_form_to_the_end(
    client: FlaskClient, officer: Actor
) -> None:
    row = make.submitted(papers=INCOMPLETE)
    wrong = filled(row, "conditional", {"budget": "缺"}, conditional_due_at="2026-03-16T17:00")
    refused = client.post(at(row, "/preview"), data=wrong)
    assert refused.status_code == 422 and "必备内容" in refused.text
    right = filled(
        row, "conditional", {"slot:audit": "尚未出具"}, conditional_due_at="2026-03-16T17:00"
    )
    page = client.post(at(row, "/preview"), data=right).text
    assert client.post(at(row), data=carried(page)).status_code == 303
    assert fresh(row).state == "conditional"
    assert "尚未签署" in client.get(at(row)).text
    promise(row, with_paper=True)
    seen = make.check(row, "accept").seen
    assert "材料已补齐，审查通过" in client.get(at(row)).text
    assert client.post(at(row, "/complete"), data={"seen": seen}).status_code == 303
    assert fresh(row).state == "eligible"


def test_papers_that_do_not_hold_are_turned_down_with_a_reason(
    client: FlaskClient, officer: Actor
) -> None:
    row = make.submitted(papers=INCOMPLETE)
    accept_conditionally(make.office(), row)
    seen = make.check(row, "accept").seen
    empty = client.post(at(row, "/turn-down"), data={"seen": seen, "reason": ""})
    assert empty.status_code == 422
    done = client.post(at(row, "/turn-down"), data={"seen": seen, "reason": "报告系伪造"})
    assert done.status_code == 303
    assert fresh(row).state == "ineligible"
    reopened = {"seen": make.check(row, "accept").seen, "reason": "经复查报告属实"}
    assert client.post(at(row, "/reopen"), data=reopened).status_code == 303
    assert fresh(row).state == "submitted"


def test_auditors_read_and_do_nothing(app: Flask, client: FlaskClient) -> None:
    row = make.submitted()
    sign_in(client, make.staff("auditor", "审计员").user_id or 0)
    page = client.get(at(row))
    assert page.status_code == 200 and "确认并发送" not in page.text
    assert 'value="accept"' not in page.text
    assert client.post(at(row), data=filled(row, "accept")).status_code == 403
    assert fresh(row).state == "submitted"


def test_english_pages_hold_no_chinese_of_ours(client: FlaskClient, officer: Actor) -> None:
    row = make.submitted()
    page = client.get(at(row), query_string={"lang": "en"}).text
    for said in ("审查清单", "符合", "一次性告知补正", "办理记录"):
        assert said not in page
    assert "Checklist" in page

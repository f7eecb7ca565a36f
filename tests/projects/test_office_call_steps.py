"""One call in the office: publish, prolong, extend, cancel, correct, each by whom it belongs to."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from charity_portal.kernel import audit
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls
from tests.factories.accounts import make_user
from tests.factories.calls import CLOSES, make_call
from tests.factories.organizations import make_organization
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in

ROLES = ["officer", "approver", "auditor", "administrator", "finance", "community_worker"]


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


def fresh(call: Call) -> Call:
    found = calls.call(call.id)
    assert found is not None
    return found


def data_of(step: str) -> dict[str, str]:
    return {
        "publish": {},
        "cancel": {"cancel-reason": "资金调整。"},
        "prolong": {"prolong-until": "2026-03-27T17:00", "prolong-reason": "数量不足。"},
        "extend": {
            "extend-until": "2026-03-27T17:00",
            "extend-reason": "登记更正中。",
            "extend-organization": "",
        },
    }[step]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("step", "who", "state"),
    [
        ("publish", "officer", "draft"),
        ("prolong", "officer", "published"),
        ("cancel", "approver", "published"),
    ],
)
def test_each_step_belongs_to_one_role(
    client: FlaskClient, role: str, step: str, who: str, state: str
) -> None:
    call = make_call(state=state)
    as_role(client, role)
    answer = client.post(f"/office/calls/{call.id}/{step}", data=data_of(step))
    assert answer.status_code == (303 if role == who else 403)
    assert bool(audit.history(fresh(call))) == (role == who)


def test_the_page_offers_only_what_the_reader_may_do(client: FlaskClient) -> None:
    call = make_call()
    as_role(client, "auditor")
    page = client.get(f"/office/calls/{call.id}").text
    assert "<form" in page and f"/office/calls/{call.id}/" not in page.replace("/preview", "")
    as_role(client, "approver")
    assert f"/office/calls/{call.id}/cancel" in client.get(f"/office/calls/{call.id}").text
    as_role(client, "officer")
    page = client.get(f"/office/calls/{call.id}").text
    assert f"/office/calls/{call.id}/prolong" in page and "/cancel" not in page


def test_a_draft_lists_its_defects_with_links_to_the_fields(client: FlaskClient) -> None:
    call = make_call(state="draft", purse_fen=None, title_en=None, questions=[])
    as_role(client, "officer")
    page = client.get(f"/office/calls/{call.id}").text
    edit = f"/office/calls/{call.id}/edit"
    for key in ("purse_fen", "questions", "title_en"):
        assert f'href="{edit}#{key}"' in page
    target = client.get(edit).text
    assert 'id="purse_fen"' in target and 'id="questions"' in target


def test_publishing_what_is_not_ready_shows_every_defect(client: FlaskClient) -> None:
    call = make_call(state="draft", purse_fen=None, contact="")
    as_role(client, "officer")
    answer = client.post(f"/office/calls/{call.id}/publish")
    assert answer.status_code == 422
    assert "发布前还需处理 2 处" in answer.text and 'role="alert"' in answer.text
    assert fresh(call).state == "draft"


def test_publishing_twice_is_refused_with_the_state(client: FlaskClient) -> None:
    call = make_call(state="draft")
    as_role(client, "officer")
    assert client.post(f"/office/calls/{call.id}/publish").status_code == 303
    answer = client.post(f"/office/calls/{call.id}/publish")
    assert answer.status_code == 409 and "已发布" in answer.text


def test_prolonging_by_less_is_refused_and_what_was_typed_is_kept(client: FlaskClient) -> None:
    call = make_call()
    as_role(client, "officer")
    answer = client.post(
        f"/office/calls/{call.id}/prolong",
        data={"prolong-until": "2026-03-20T17:00", "prolong-reason": "保留的理由"},
    )
    assert answer.status_code == 422
    assert "只能延长、不能缩短" in answer.text and "保留的理由" in answer.text
    assert 'value="2026-03-20T17:00"' in answer.text
    assert fresh(call).closes_at == CLOSES


def test_prolonging_without_a_reason_is_refused(client: FlaskClient) -> None:
    call = make_call()
    as_role(client, "officer")
    data = {"prolong-until": "2026-03-27T17:00", "prolong-reason": ""}
    assert client.post(f"/office/calls/{call.id}/prolong", data=data).status_code == 422
    assert fresh(call).closes_at == CLOSES


def test_an_organization_is_named_by_its_code(client: FlaskClient) -> None:
    call, one = make_call(), make_organization(name="春晓服务中心")
    as_role(client, "officer")
    data = data_of("extend") | {"extend-organization": f" {(one.uscc or '').lower()} "}
    assert client.post(f"/office/calls/{call.id}/extend", data=data).status_code == 303
    found = calls.extension(call.id, one.id)
    assert found is not None and found.reason == "登记更正中。"
    assert "春晓服务中心" in client.get(f"/office/calls/{call.id}").text


def test_an_unknown_code_is_refused_at_its_field(client: FlaskClient) -> None:
    call = make_call()
    as_role(client, "officer")
    data = data_of("extend") | {"extend-organization": "91370602MA00000000"}
    answer = client.post(f"/office/calls/{call.id}/extend", data=data)
    assert answer.status_code == 422 and "没有找到这家机构" in answer.text
    assert 'value="91370602MA00000000"' in answer.text
    assert calls.extensions(call.id) == []


def test_cancelling_needs_a_reason_that_the_public_reads(client: FlaskClient) -> None:
    call = make_call()
    as_role(client, "approver")
    url = f"/office/calls/{call.id}/cancel"
    assert client.post(url, data={"cancel-reason": " "}).status_code == 422
    assert fresh(call).state == "published"
    assert client.post(url, data=data_of("cancel")).status_code == 303
    assert "资金调整。" in client.get(f"/calls/{call.id}").text


def test_the_preview_is_the_public_page_before_it_is_public(client: FlaskClient) -> None:
    call = make_call(state="draft")
    as_role(client, "officer")
    page = client.get(f"/office/calls/{call.id}/preview").text
    assert "尚未公开" in page and "服务需求" in page and "开始申请" not in page


def correction(page: str) -> dict[str, str]:
    """The correction form as the page has it."""
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.S)
    return {name: unescape(value) for name, value in [*inputs, *areas]}


def test_texts_are_corrected_and_conditions_cannot_be_sent_along(client: FlaskClient) -> None:
    call = make_call()
    as_role(client, "officer")
    url = f"/office/calls/{call.id}/correct"
    data = correction(client.get(url).text)
    data |= {"contact": "0535-2222222", "reason": "更正电话。", "purse_fen": "1", "closes_at": "x"}
    assert client.post(url, data=data).status_code == 303
    found = fresh(call)
    assert (found.contact, found.purse_fen, found.closes_at) == (
        "0535-2222222",
        100_000_000,
        CLOSES,
    )
    assert audit.history(found)[0].after == {"rev": 1, "changed": ["contact"]}
    page = client.get(f"/calls/{call.id}").text
    assert "0535-2222222" in page and "更正电话。" in page


def test_a_correction_without_reason_or_by_a_second_officer_is_kept_on_the_page(
    client: FlaskClient,
) -> None:
    call = make_call()
    as_role(client, "officer")
    url = f"/office/calls/{call.id}/correct"
    data = correction(client.get(url).text) | {"contact": "保留的电话", "reason": ""}
    answer = client.post(url, data=data)
    assert answer.status_code == 422 and "保留的电话" in answer.text
    first = data | {"contact": "先改的电话", "reason": "理由"}
    assert client.post(url, data=first).status_code == 303
    answer = client.post(url, data=data | {"reason": "理由"})
    assert answer.status_code == 409 and "保留的电话" in answer.text
    assert fresh(call).contact == "先改的电话"


def test_time_goes_by_on_the_page(client: FlaskClient, clock: FrozenClock) -> None:
    call = make_call()
    clock.set(CLOSES)
    as_role(client, "officer")
    assert "已截止" in client.get(f"/office/calls/{call.id}").text

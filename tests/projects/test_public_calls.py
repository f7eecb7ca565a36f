"""Calls as everybody sees them."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.services import call_windows
from tests.factories.accounts import make_user
from tests.factories.calls import CLOSES, make_call
from tests.factories.disclosure import draft_result, publish_history
from tests.factories.organizations import make_member, make_organization
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in

ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_draft_is_nowhere_in_public(client: FlaskClient) -> None:
    draft = make_call(state="draft", title_zh="尚未公开的征集")
    assert client.get(f"/calls/{draft.id}").status_code == 404
    for url in ("/calls", "/calls?phase=draft", "/calls.atom"):
        assert "尚未公开的征集" not in client.get(url).text


def test_the_list_says_how_long_is_left(client: FlaskClient) -> None:
    make_call()
    page = client.get("/calls").text
    assert "还剩 18 天" in page and "2026年3月20日 17:00 截止" in page
    assert page.index("正在征集") < page.index("2026 年市级")
    english = client.get("/calls?lang=en").text
    assert "18 days left" in english and "2026 municipal venture" in english


def test_groups_page_on_and_filters_are_kept(client: FlaskClient) -> None:
    with transaction():
        for n in range(12):
            make_call(fund_source="lottery", closes_at=CLOSES + timedelta(days=n))
    page = client.get("/calls?source=lottery").text
    assert "group=open&amp;source=lottery" in page
    assert client.get("/calls?group=open&source=lottery").status_code == 200
    assert client.get("/calls?group=elsewhere").status_code == 404
    assert client.get("/calls?after=rubbish").status_code == 404
    assert "没有符合条件的征集" in client.get("/calls?source=fiscal").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_everything_that_is_asked(client: FlaskClient, language: str) -> None:
    eligibility = {"kinds": ["service"], "regions": ["3706"], "min_grade": 3}
    call = make_call(eligibility=eligibility)
    page = client.get(f"/calls/{call.id}?lang={language}").text
    expected = {
        "zh": ["¥1,000,000", "¥100,000", "10–15", "2026年3月20日 17:00", "星期五", "还剩 18 天",
               "社会服务机构", "烟台市", "3A", "服务需求", "最多 800 字", "老年人、未成年人、残疾人",
               "上年度审计报告", "次要材料，可容缺后补", "公示 5 个工作日", "市慈善总会定向资金"],
        "en": ["¥1,000,000", "10–15", "20 March 2026 17:00", "Friday", "18 days left",
               "Social service organization", "Yantai", "3A", "Need", "Last year&#39;s audit report",
               "Secondary; may follow later", "for 5 working days", "Materials"],
    }[language]  # fmt: skip
    assert [words for words in expected if words not in page] == []


def test_applying_is_offered_only_while_the_call_is_open(
    client: FlaskClient, clock: FrozenClock
) -> None:
    call = make_call()
    assert "开始申请" in client.get(f"/calls/{call.id}").text
    clock.set(CLOSES)
    page = client.get(f"/calls/{call.id}").text
    assert "开始申请" not in page and "已截止" in page
    clock.set(datetime(2026, 2, 1, tzinfo=UTC))
    page = client.get(f"/calls/{call.id}").text
    assert "开始申请" not in page and "即将开始" in page and "距开始还有" in page


def test_members_see_whether_their_organization_may_apply(client: FlaskClient) -> None:
    organization = make_organization(name="春晓服务中心", county="370611")
    sign_in(client, make_member(organization, "editor").id)
    call = make_call(eligibility={"regions": ["370602"], "kinds": ["service"]})
    page = client.get(f"/calls/{call.id}").text
    assert "春晓服务中心" in page
    assert "不符合" in page and "本机构登记地为福山区" in page and "登记地在：芝罘区" in page


def test_changes_are_published_with_their_reasons_and_extensions_are_not(
    client: FlaskClient,
) -> None:
    user = make_user("赵清和", roles=["officer"])
    actor = Actor(user.id, user.name, frozenset(["officer"]))
    call, one = make_call(), make_organization()
    later = CLOSES + timedelta(days=7)
    with transaction():
        call_windows.extend(actor, call.id, one.id, later, "负责人住院。")
    with transaction():
        call_windows.prolong(actor, call.id, later, "申请数量不足。")
    page = client.get(f"/calls/{call.id}").text
    assert "申请数量不足。" in page and "2026年3月27日 17:00" in page
    assert "住院" not in page and one.name not in page and "赵清和" not in page


def test_a_call_from_a_funders_history_names_funder_and_currency(client: FlaskClient) -> None:
    call = make_call(
        state="concluded",
        external_ref="360G-x",
        funder_name="Example Foundation",
        currency="GBP",
        purse_fen=None,
        cap_fen=None,
        floor_fen=None,
        opens_at=None,
        closes_at=None,
        concluded_at=datetime(2024, 1, 1, tzinfo=UTC),
        title_en=None,
    )
    page = client.get(f"/calls/{call.id}").text
    assert "Example Foundation" in page and "GBP" in page and "360G-x" in page
    assert "申请条件" not in page and "开始申请" not in page


def test_a_cancelled_call_says_so(client: FlaskClient) -> None:
    call = make_call(state="cancelled")
    page = client.get(f"/calls/{call.id}").text
    assert "本次征集已取消" in page and "开始申请" not in page


def test_text_from_the_office_is_never_markup(client: FlaskClient) -> None:
    call = make_call(body_zh="<script>alert(1)</script>", contact="<b>x</b>")
    page = client.get(f"/calls/{call.id}").text
    assert "<script>alert" not in page and "<b>x</b>" not in page
    assert "<script>" not in client.get("/calls.atom").text


def test_the_feed_is_atom_and_lists_what_is_published(client: FlaskClient) -> None:
    call = make_call(title_zh="甲 & 乙 <征集>")
    make_call(state="draft")
    answer = client.get("/calls.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.data)
    entries = root.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["甲 & 乙 <征集>"]
    assert entries[0].findtext(f"{ATOM}id") == f"http://localhost/calls/{call.id}"
    assert root.findtext(f"{ATOM}updated")


def test_an_empty_feed_is_a_feed(client: FlaskClient) -> None:
    assert ET.fromstring(client.get("/calls.atom").data).tag == f"{ATOM}feed"


@pytest.mark.parametrize("url", ["/calls", "/calls/{id}", "/calls.atom"])
def test_pages_for_everybody_may_be_kept_a_minute_and_checked(
    client: FlaskClient, clock: FrozenClock, url: str
) -> None:
    url = url.format(id=make_call().id)
    first = client.get(url)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in first.headers["Vary"] and first.last_modified is not None
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    since = client.get(url, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 304


def test_a_page_that_became_untrue_is_sent_again(client: FlaskClient, clock: FrozenClock) -> None:
    url = f"/calls/{make_call().id}"
    first = client.get(url)
    clock.set(CLOSES)
    tags = {"If-None-Match": first.headers["ETag"]}
    assert "已截止" in client.get(url, headers=tags).text
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(url, headers=since).status_code == 200


def test_a_page_that_others_may_keep_hands_out_no_session(client: FlaskClient, csrf: None) -> None:
    answer = client.get(f"/calls/{make_call().id}")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers and "csrf" not in answer.text


def test_signed_in_readers_get_their_own_page(client: FlaskClient) -> None:
    sign_in(client, make_user().id)
    answer = client.get(f"/calls/{make_call().id}")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_languages_have_different_tags(app: Flask, client: FlaskClient) -> None:
    url = f"/calls/{make_call().id}"
    assert client.get(url).headers["ETag"] != client.get(f"{url}?lang=en").headers["ETag"]


def test_a_concluded_call_leads_to_its_published_result(client: FlaskClient) -> None:
    version = publish_history()
    page = client.get(f"/calls/{version.report.call_id}").text
    assert f'href="/results/{version.report.number}"' in page


def test_a_result_that_nobody_published_is_not_linked(client: FlaskClient) -> None:
    version = draft_result()
    assert "/results/GB-" not in client.get(f"/calls/{version.report.call_id}").text

"""What happened to a call: all of it for staff, the changes and their reasons for everybody."""

from datetime import UTC, datetime

from flask import Flask

from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.queries import calls
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.queries.call_history import history, public_changes
from charity_portal.projects.services import call_windows
from charity_portal.projects.services import calls as services
from tests.factories.accounts import make_user
from tests.factories.calls import make_call
from tests.factories.organizations import make_organization

LATER = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
SECRET = "该机构负责人住院。"


def test_staff_read_everything_and_the_public_only_what_concerns_it(app: Flask) -> None:
    user = make_user("赵清和", roles=["officer"])
    actor = Actor(user.id, user.name, frozenset(["officer"]))
    call, organization = make_call(state="draft"), make_organization()
    base = draft_of(call)
    with transaction():
        mine = base.with_units(purse_fen=200_000_000, title_zh="新名称")
        services.save(actor, call.id, mine, 0, base.prints())
    with transaction():
        services.publish(actor, call.id)
    with transaction():
        call_windows.extend(actor, call.id, organization.id, LATER, SECRET)
    with transaction():
        call_windows.prolong(actor, call.id, LATER, "申请数量不足。")
    found = calls.call(call.id)
    assert found is not None

    told = history(found)
    assert [str(e.what) for e in told] == [
        "延长征集时间",
        "为单个机构延期",
        "发布征集",
        "修改草稿",
    ]
    assert {e.who for e in told} == {"赵清和"}
    assert str(told[3].units) == "名称、资助总额"
    assert told[1].note == SECRET

    public = public_changes(found)
    assert [str(e.what) for e in public] == ["延长征集时间", "发布征集"]
    assert public[0].note == "申请数量不足。"
    assert all(e.who == "" and e.units is None for e in public)

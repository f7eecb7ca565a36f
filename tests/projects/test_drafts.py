"""Drafts: started once within the limit, written by several people, thrown away and brought back."""

import threading

import pytest

from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, PortalError, WrongState
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.errors import ClosedCall, LimitReached, NotEligible, OutOfScope
from charity_portal.projects.models.applications import Application, DraftChange
from charity_portal.projects.queries import drafts as queries
from charity_portal.projects.rules import budget
from charity_portal.projects.services import drafts
from tests.factories.accounts import make_user
from tests.factories.applications import (
    FIELDS,
    ask_for_correction,
    make_draft,
    make_submitted,
    make_team,
)
from tests.factories.calls import make_call
from tests.factories.organizations import acting, make_member

pytestmark = pytest.mark.usefixtures("app")


def save(actor, application, rev, **fields):
    with transaction():
        return drafts.save_fields(actor, application.id, rev, fields)


def start(actor, call, organization, **options):
    with transaction():
        return drafts.start(actor, call.id, organization.id, **options)


def test_an_untouched_draft_is_offered_again():
    organization, actor = make_team()
    call = make_call(per_organization_limit=3)
    assert start(actor, call, organization).id == start(actor, call, organization).id


def test_the_limit_offers_the_draft_there_is_and_refuses_when_all_are_handed_in():
    organization, actor = make_team()
    call = make_call()
    draft = make_draft(actor, call, {"title": "一"})
    assert start(actor, call, organization).id == draft.id
    make_submitted(actor, other := make_call())
    with pytest.raises(LimitReached):
        start(actor, other, organization)


def test_two_starts_at_once_make_one_draft(app):
    organization, actor = make_team()
    call_id, organization_id = make_call().id, organization.id
    ready, made, failed = threading.Barrier(2), [], []

    def begin():
        with app.app_context():
            ready.wait()
            try:
                with transaction():
                    made.append(drafts.start(actor, call_id, organization_id).id)
            except PortalError as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert not failed
    assert len(set(made)) == 1
    assert db.session.query(Application).count() == 1


def test_who_may_not_apply_is_told_every_reason():
    organization, actor = make_team()
    call = make_call(eligibility={"kinds": ["foundation"], "charity_only": True})
    with pytest.raises(NotEligible) as refused:
        start(actor, call, organization)
    assert set(refused.value.fields) == {"eligibility:kinds", "eligibility:charity_only"}


def test_a_closed_call_starts_nothing(clock):
    organization, actor = make_team()
    call = make_call()
    clock.set("2026-03-20 17:00")
    with pytest.raises(ClosedCall):
        start(actor, call, organization)


def test_only_owners_editors_and_officers_on_behalf_may_start():
    organization, _ = make_team()
    call = make_call()
    stranger, finance = acting(make_user()), acting(make_member(organization, "finance"))
    for actor in (stranger, finance):
        with pytest.raises(Forbidden):
            start(actor, call, organization)
    user = make_user(roles=["officer"])
    officer = Actor(user.id, user.name, frozenset({"officer"}))
    with pytest.raises(Forbidden):
        start(officer, call, organization)
    draft = start(officer, call, organization, on_behalf=True)
    assert (draft.on_behalf_by, draft.organization_id) == (officer.user_id, organization.id)


def test_two_editors_of_different_fields_keep_both():
    organization, first = make_team()
    second = acting(make_member(organization, "editor"))
    draft = make_draft(first)
    save(first, draft, 0, title="银龄食光")
    answer = save(second, draft, 0, summary="助餐")
    assert answer.merged == {"title": "银龄食光"} and not answer.conflicts
    assert queries.texts(draft.id) == {"title": "银龄食光", "summary": "助餐"}


def test_two_editors_of_one_field_clash_and_nothing_is_overwritten():
    organization, first = make_team()
    second = acting(make_member(organization, "editor"))
    draft = make_draft(first)
    save(first, draft, 0, title="银龄食光")
    answer = save(second, draft, 0, title="银发食堂", summary="助餐")
    assert answer.saved == ["summary"]
    clash = answer.conflicts["title"]
    assert (clash.mine, clash.theirs, clash.changed_by) == ("银发食堂", "银龄食光", first.user_id)
    assert queries.texts(draft.id)["title"] == "银龄食光"
    chosen = save(second, draft, answer.rev, title="银发食堂")
    assert chosen.saved == ["title"] and not chosen.conflicts


def test_saving_twice_the_same_changes_nothing():
    _, actor = make_team()
    draft = make_draft(actor)
    rev = save(actor, draft, 0, title="银龄食光").rev
    assert save(actor, draft, 0, title="银龄食光").rev == rev


def test_quick_changes_are_one_entry_and_later_ones_another(clock):
    _, actor = make_team()
    draft = make_draft(actor)
    rev = save(actor, draft, 0, title="银").rev
    clock.advance(seconds=20)
    rev = save(actor, draft, rev, title="银龄").rev
    clock.advance(seconds=60)
    save(actor, draft, rev, title="银龄食光")
    found = db.session.query(DraftChange).order_by(DraftChange.rev).all()
    assert [(c.first_rev, c.rev, c.before, c.after) for c in found] == [
        (1, 2, "", "银龄"),
        (3, 3, "银龄", "银龄食光"),
    ]


def test_somebody_elses_change_is_never_folded_into_mine():
    organization, first = make_team()
    second = acting(make_member(organization, "editor"))
    draft = make_draft(first)
    rev = save(first, draft, 0, title="银").rev
    rev = save(second, draft, rev, title="银龄").rev
    save(first, draft, rev, title="银龄食光")
    assert db.session.query(DraftChange).count() == 3


def test_a_former_text_comes_back_and_is_a_change_itself(clock):
    _, actor = make_team()
    draft = make_draft(actor)
    rev = save(actor, draft, 0, title="第一稿").rev
    clock.advance(minutes=5)
    save(actor, draft, rev, title="第二稿")
    newest = queries.newest_change(draft.id, "title")
    clock.advance(minutes=5)
    with transaction():
        drafts.restore_text(actor, draft.id, newest.id, "before")
    assert queries.texts(draft.id)["title"] == "第一稿"
    assert len(queries.changes_page(draft.id, "title").items) == 3


@pytest.mark.parametrize("key", ["price", "answer:none", "budget:abc:item", "budget:aaaaaaaa:x"])
def test_a_field_that_the_call_does_not_ask_for_is_refused(key):
    _, actor = make_team()
    draft = make_draft(actor)
    with pytest.raises(Invalid) as refused:
        save(actor, draft, 0, **{key: "1", "title": "一"})
    assert list(refused.value.fields) == [key]
    assert queries.texts(draft.id) == {}


def test_what_no_keyboard_types_is_left_out_and_line_ends_are_one():
    _, actor = make_team()
    draft = make_draft(actor)
    save(actor, draft, 0, summary="一\r\n二\x00\x07三")
    assert queries.texts(draft.id) == {"summary": "一\n二三"}


def test_two_editors_adding_lines_keep_all_of_them():
    organization, first = make_team()
    second = acting(make_member(organization, "editor"))
    draft = make_draft(first, fields={"budget:order": "aaaaaaaa", "budget:aaaaaaaa:item": "一"})
    rev = draft.rev
    save(first, draft, rev, **{"budget:order": "aaaaaaaa,bbbbbbbb", "budget:bbbbbbbb:item": "二"})
    answer = save(
        second, draft, rev, **{"budget:order": "aaaaaaaa,cccccccc", "budget:cccccccc:item": "三"}
    )
    assert not answer.conflicts
    assert answer.merged["budget:order"] == "aaaaaaaa,bbbbbbbb,cccccccc"
    lines = budget.typed_lines(queries.texts(draft.id))
    assert [line.texts["item"] for line in lines] == ["一", "二", "三"]


def test_a_line_edited_by_one_outlives_its_removal_by_another():
    organization, first = make_team()
    second = acting(make_member(organization, "editor"))
    both = {"budget:order": "aaaaaaaa,bbbbbbbb", "budget:aaaaaaaa:item": "一"}
    draft = make_draft(first, fields=both)
    rev = draft.rev
    save(first, draft, rev, **{"budget:aaaaaaaa:item": "改过"})
    removal = save(second, draft, rev, **{"budget:order": "bbbbbbbb"})
    assert removal.merged["budget:order"] == "aaaaaaaa,bbbbbbbb"
    rev = removal.rev
    save(second, draft, rev, **{"budget:order": "bbbbbbbb"})
    revived = save(first, draft, rev, **{"budget:aaaaaaaa:item": "再改"})
    assert "aaaaaaaa" in revived.merged["budget:order"]


def test_a_draft_may_still_be_written_after_closing(clock):
    _, actor = make_team()
    draft = make_draft(actor)
    clock.set("2026-03-20 17:00:01")
    assert save(actor, draft, 0, title="迟到的字").saved == ["title"]


def test_a_submitted_application_cannot_be_written():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    with pytest.raises(Forbidden):
        save(actor, application, application.rev, title="改")


def test_a_correction_opens_what_it_names_and_nothing_else():
    _, actor = make_team()
    application, _ = make_submitted(actor)
    ask_for_correction(application, "summary", "budget:aaaaaaaa:grant", "slot:certificate")
    rev = application.rev
    with pytest.raises(OutOfScope) as refused:
        save(actor, application, rev, title="改", summary="改")
    assert list(refused.value.fields) == ["title"]
    assert save(actor, application, rev, summary="更正后的概述").saved == ["summary"]
    answer = save(actor, application, rev, **{"budget:bbbbbbbb:item": "物资", "confirmed": ""})
    assert set(answer.saved) == {"budget:bbbbbbbb:item", "confirmed"}
    unchanged = save(actor, application, answer.rev, title=FIELDS["title"])
    assert unchanged.saved == []


def test_a_discarded_draft_comes_back_within_thirty_days(clock):
    _, actor = make_team()
    call = make_call(closes_at=make_call().closes_at.replace(month=6))
    draft = make_draft(actor, call, {"title": "一"})
    with transaction():
        drafts.discard(actor, draft.id)
    clock.advance(days=30)
    with transaction():
        drafts.restore(actor, draft.id)
    assert (draft.state, queries.texts(draft.id)) == ("draft", {"title": "一"})
    with transaction():
        drafts.discard(actor, draft.id)
    clock.advance(days=30, seconds=1)
    assert not drafts.restorable(draft)
    with pytest.raises(WrongState), transaction():
        drafts.restore(actor, draft.id)


def test_bringing_a_draft_back_does_not_pass_the_limit():
    _, actor = make_team()
    call = make_call()
    draft = make_draft(actor, call, {"title": "一"})
    with transaction():
        drafts.discard(actor, draft.id)
    make_draft(actor, call, {"title": "二"})
    with pytest.raises(LimitReached), transaction():
        drafts.restore(actor, draft.id)

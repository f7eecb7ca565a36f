"""What the findings of a completeness check allow."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from charity_portal.kernel import clock
from charity_portal.kernel.i18n import say
from charity_portal.projects.rules import call_form, screening
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.eligibility import Rules
from charity_portal.projects.rules.screening import Finding, Item, Paper


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL_ZONE)


def form(**changes: Any) -> call_form.CallForm:
    values: dict[str, Any] = {
        "call_id": 1,
        "number": "ZJ-2026-000001",
        "kind": "standard",
        "state": "published",
        "title_zh": "征集",
        "title_en": None,
        "currency": "CNY",
        "purse_fen": None,
        "floor_fen": None,
        "cap_fen": None,
        "own_contribution_min_bp": None,
        "management_cost_max_bp": None,
        "opens_at": None,
        "closes_at": None,
        "eligibility": Rules(),
        "tracks": (),
        "questions": (question("need", True), question("extra", False)),
        "categories": (),
        "slots": (
            slot("charter", "required"),
            slot("photos", "secondary"),
            slot("more", "optional"),
        ),
    }
    return call_form.CallForm(**(values | changes))


def question(key: str, required: bool) -> call_form.QuestionForm:
    return call_form.QuestionForm(1, key, "long", key, None, None, None, required, None, ())


def slot(key: str, need: str) -> call_form.SlotForm:
    return call_form.SlotForm(1, key, key, None, None, None, need, ("pdf",), 3, 20)


MAIN = Item("slot:charter", say("登记证书"), "required")
SIDE = Item("slot:photos", say("照片"), "secondary")


def test_every_required_item_of_the_form_has_a_row_and_optional_ones_have_none() -> None:
    keys = [item.key for item in screening.checklist(form(), [])]
    assert {"answer:need", "slot:charter", "slot:photos", "budget", "eligibility"} <= set(keys)
    assert not {"answer:extra", "slot:more", "track"} & set(keys)
    assert len(keys) == len(set(keys))


def test_what_the_machine_found_stands_in_its_row_and_nothing_found_is_hidden() -> None:
    defects = [
        Defect("slot:charter", say("缺少登记证书")),
        Defect("budget:ABCDEFGH:grant", say("金额不能为空")),
        Defect("eligibility:min_years", say("登记未满一年")),
        Defect("strange", say("从未见过的问题")),
    ]
    rows = {item.key: item for item in screening.checklist(form(), defects)}
    assert [p.msgid for p in rows["slot:charter"].problems] == ["缺少登记证书"]
    assert [p.msgid for p in rows["budget"].problems] == ["金额不能为空"]
    assert [p.msgid for p in rows["eligibility"].problems] == ["登记未满一年"]
    assert [p.msgid for p in rows["strange"].problems] == ["从未见过的问题"]


def test_a_row_without_an_answer_or_without_a_reason_is_named() -> None:
    findings = {"slot:charter": Finding("slot:charter", False, "  ")}
    assert set(screening.problem_with_findings([MAIN, SIDE], findings)) == {MAIN.key, SIDE.key}
    findings = {
        "slot:charter": Finding("slot:charter", False, "未盖章"),
        "slot:photos": Finding("slot:photos", True),
    }
    assert screening.problem_with_findings([MAIN, SIDE], findings) == {}


def test_conditional_acceptance_asks_for_all_main_papers() -> None:
    assert screening.conditional_problem([SIDE], "normal") is None
    assert "必备" in screening.conditional_problem([MAIN, SIDE], "normal").msgid  # type: ignore[union-attr]
    assert screening.conditional_problem([], "normal") is not None


@pytest.mark.parametrize("standing", ["abnormal", "serious", "unknown"])
def test_conditional_acceptance_excludes_applicants_in_bad_standing(standing: str) -> None:
    assert screening.conditional_problem([SIDE], standing) is not None


def test_accepting_needs_every_row_and_correcting_needs_one_that_fails() -> None:
    assert screening.acceptance_problem([]) is None
    assert screening.acceptance_problem([SIDE]) is not None
    assert screening.correction_problem([]) is not None
    assert screening.correction_problem([SIDE]) is None


def test_five_working_days_jump_the_october_holiday() -> None:
    # 2026: holiday 1 to 7 October, make-up days 20 September and 10 October
    due = clock.local(screening.default_due(date(2026, 9, 28), 5))
    assert (due.date(), due.hour) == (date(2026, 10, 10), 17)


def test_a_deadline_lies_ahead_and_within_reason() -> None:
    now = at("2026-03-02 10:00")
    assert screening.due_problem(now, now) is not None
    assert screening.due_problem(now + timedelta(seconds=1), now) is None
    assert screening.due_problem(now + timedelta(days=200), now) is not None


DUE = at("2026-03-16 17:00")
SECOND = timedelta(seconds=1)


def test_lapse_comes_exactly_at_the_deadline() -> None:
    assert not screening.lapses(None, [], DUE, DUE - SECOND)
    assert screening.lapses(None, [], DUE, DUE)
    assert screening.lapses(DUE - SECOND, ["photos"], DUE, DUE)


def test_papers_and_promise_in_time_wait_for_the_officer_however_long_it_takes() -> None:
    assert not screening.lapses(DUE - SECOND, [], DUE, DUE + timedelta(days=9))


def test_a_promise_signed_at_the_deadline_comes_too_late() -> None:
    assert screening.lapses(DUE, [], DUE, DUE)


def test_a_paper_that_comes_at_the_deadline_is_still_missing() -> None:
    assert screening.still_missing(["photos"], [Paper("photos", DUE - SECOND)], DUE) == []
    assert screening.still_missing(["photos"], [Paper("photos", DUE)], DUE) == ["photos"]

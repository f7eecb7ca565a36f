"""What of an agreement may change, and how two people who change it are kept apart."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from charity_portal.funds.models.funds import FundAmendment
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.rules import amending as rules
from charity_portal.funds.rules.establishing import Instalment
from charity_portal.funds.services import amending, funds
from charity_portal.funds.services.amending import Amendment
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, WrongState
from tests.factories.donations import make_donor
from tests.factories.funds import Settled, agreement, fund_row, make_fund, make_staff

PAPER = Amendment("补1号", date(2026, 2, 20))
TODAY = date(2026, 3, 2)


def test_terms_that_differ_are_named_and_give_another_print() -> None:
    old = agreement(1)
    new = replace(old, mission_zh="别的宗旨", instalments=(Instalment(date(2026, 5, 1), 1),))
    assert rules.changed(old, new) == ["mission_zh", "instalments"]
    assert rules.changed(old, replace(old, members=())) == []
    assert rules.print_of(old) == rules.print_of(replace(old)) != rules.print_of(new)


def test_the_first_agreement_is_frozen_once_the_fund_lives() -> None:
    names = ["kind", "agreement_number", "mission_zh"]
    assert list(rules.frozen(names, living=True)) == ["kind", "agreement_number"]
    assert rules.frozen(names, living=False) == {}


@pytest.mark.parametrize(
    ("number", "day", "wrong"),
    [
        ("补1号", date(2026, 3, 2), []),
        (" ", date(2026, 3, 2), ["amendment_number"]),
        ("补1号", None, ["amended_on"]),
        ("补1号", date(2026, 3, 3), ["amended_on"]),
    ],
)
def test_a_further_paper_has_a_number_and_a_day(
    number: str, day: date | None, wrong: list[str]
) -> None:
    assert list(rules.paper_problems(number, day, TODAY)) == wrong


def test_terms_are_shown_as_people_read_them(app: Flask) -> None:
    for name, value, text in (
        ("mission_zh", "助老", "助老"),
        ("name_en", None, "（空）"),
        ("instalments", [], "（空）"),
        ("minimum_fen", 0, "¥0.00"),
        ("payout_bp", 450, "4.50%"),
        ("kind", "seed", "“金种子”基金"),
        ("signed_on", "2026-01-05", "2026年1月5日"),
        ("instalments", [["2026-05-01", 100]], "2026年5月1日 ¥1.00"),
    ):
        assert str(rules.shown(name, value)) == text


def amend(fund: Settled, paper: Amendment | None = PAPER, **terms: Any) -> list[str]:
    """Change some terms as the form does."""
    with transaction():
        known = queries.agreement(fund_row_of(fund))
        base = rules.print_of(known)
        return amending.amend(fund.staff, fund.fund_id, replace(known, **terms), base, paper)


def fund_row_of(fund: Settled) -> Any:
    found = queries.fund(fund.fund_id)
    assert found is not None
    return found


def test_a_draft_changes_without_a_paper(app: Flask) -> None:
    fund = make_fund(active=False)
    due = (Instalment(date(2026, 5, 1), 500_00),)
    changed = amend(fund, None, kind="seed", minimum_fen=500_00, instalments=due)
    assert changed == ["kind", "minimum_fen", "instalments"]
    row = fund_row(fund)
    assert (row.kind, row.minimum_fen) == ("seed", 500_00)
    assert queries.instalments(row.id) == list(due) and queries.amendments(row.id) == []
    entry = audit.history(row)[0]
    assert entry.action == "funds.fund.amend"
    assert entry.before == {"minimum_fen": 0}
    assert entry.after == {"minimum_fen": 500_00, "changed": changed}


def test_a_living_fund_keeps_both_versions_with_the_paper(app: Flask) -> None:
    fund = make_fund()
    assert amend(fund, surplus_rule="转入市慈善总会") == ["surplus_rule"]
    paper = db.session.query(FundAmendment).one()
    assert (paper.number, paper.signed_on) == ("补1号", date(2026, 2, 20))
    assert paper.before == {"surplus_rule": "用于本慈善组织目的相近的项目"}
    assert paper.after == {"surplus_rule": "转入市慈善总会"}
    assert (audit.history(fund_row(fund))[0].after or {})["paper"] == "补1号"
    with pytest.raises(Invalid) as refused:
        amend(fund, surplus_rule="再改")
    assert list(refused.value.fields) == ["amendment_number"]


def test_nothing_changed_leaves_nothing_behind(app: Flask) -> None:
    fund = make_fund()
    assert amend(fund, None) == []
    assert queries.amendments(fund.fund_id) == []


def test_terms_that_may_not_be_are_refused(app: Flask) -> None:
    fund = make_fund()
    wrong: dict[str, Any] = {
        "kind": "seed",
        "agreement_number": "别的号",
        "payout_bp": 100,
        "mission_zh": " ",
        "minimum_fen": -1,
    }
    for field, value in wrong.items():
        with pytest.raises(Invalid) as refused:
            amend(fund, **{field: value})
        assert field in refused.value.fields


def test_the_second_of_two_who_change_at_once_is_told(app: Flask) -> None:
    fund = make_fund(active=False)
    known = queries.agreement(fund_row(fund))
    base = rules.print_of(known)
    with transaction():
        mine = replace(known, mission_zh="甲的说法")
        amending.amend(fund.staff, fund.fund_id, mine, base)
    with pytest.raises(Conflict), transaction():
        theirs = replace(known, mission_zh="乙的说法")
        amending.amend(fund.staff, fund.fund_id, theirs, base)
    assert fund_row(fund).mission_zh == "甲的说法"


def test_only_officers_amend_and_an_ended_fund_stays(app: Flask) -> None:
    fund, approver = make_fund(), make_staff("approver")
    known = queries.agreement(fund_row(fund))
    with pytest.raises(Forbidden), transaction():
        amending.amend(approver, fund.fund_id, known, rules.print_of(known))
    with transaction():
        funds.end(fund.staff, fund.fund_id, "期满")
    with pytest.raises(WrongState):
        amend(fund, mission_zh="再改")


def test_a_donor_who_refuses_is_not_named_in_an_agreement(app: Flask) -> None:
    make_donor(refuses=True, name="慕容清秋")
    fund = make_fund()
    with pytest.raises(Invalid) as refused:
        amend(fund, naming="以慕容清秋女士命名")
    assert list(refused.value.fields) == ["naming"]

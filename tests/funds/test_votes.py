"""Votes on a request: one's own seat only, changed until counted, minutes only where they may speak."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from charity_portal.funds.queries import spending as requests
from charity_portal.funds.queries import votes as queries
from charity_portal.funds.rules.establishing import Member
from charity_portal.funds.rules.spending import Ask, closing_problems, names_person, problems
from charity_portal.funds.services import funds, spending, vouchers
from charity_portal.funds.services import votes as services
from charity_portal.funds.services.votes import Said
from charity_portal.kernel import clock as now
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from tests.factories import spending as make
from tests.factories.funds import make_staff
from tests.factories.spending import Desk


@pytest.fixture
def desk(app: Flask) -> Desk:
    return make.make_desk()


@pytest.fixture
def key(desk: Desk) -> int:
    return make.make_request("voting", desk).id


def test_a_member_votes_for_one_seat_and_may_change_it_until_counted(desk: Desk, key: int) -> None:
    for choice in ("no", "yes"):
        with transaction():
            services.cast(desk.members[0], key, choice)
    assert queries.ballot(make.row(key)).tally.yes == 1
    for actor in (desk.supervisor, desk.asker, make.person()):
        with pytest.raises(Forbidden), transaction():
            services.cast(actor, key, "yes")
    with pytest.raises(Forbidden), transaction():
        services.give_opinion(desk.members[0], key, "agrees", "x")
    make.let_vote(desk, key)
    make.count(desk, key)
    with pytest.raises(WrongState), transaction():
        services.cast(desk.members[0], key, "no")
    tally = make.row(key).tally
    assert tally is not None and tally["yes"] == 5 and tally["passed"] is True


def test_the_desk_knows_what_waits_for_whom(desk: Desk, key: int, clock: Any) -> None:
    def waits(*people: Any) -> list[int]:
        return [len(requests.waiting_for(person.user_id or 0)) for person in people]

    first, second = desk.members[:2]
    assert waits(first, second, desk.supervisor, desk.asker) == [1, 1, 1, 0]
    make.let_vote(desk, key, "y----")
    assert waits(first, second, desk.supervisor) == [0, 1, 0]
    clock.advance(days=8)
    assert waits(second) == [0]


def test_a_vote_against_is_counted_against(desk: Desk, key: int) -> None:
    make.let_vote(desk, key, "yynna")
    make.count(desk, key)
    assert make.row(key).state == "rejected"


def test_a_recusal_needs_its_reason_and_a_choice_is_one_of_four(desk: Desk, key: int) -> None:
    for choice, note, field in (("recused", " ", "note"), ("maybe", "", "choice")):
        with pytest.raises(Invalid) as refused, transaction():
            services.cast(desk.members[0], key, choice, note)
        assert field in refused.value.fields


def test_after_the_last_day_only_minutes_speak_and_more_time_has_a_reason(
    desk: Desk, key: int, clock: Any
) -> None:
    clock.advance(days=8)
    with pytest.raises(WrongState), transaction():
        services.cast(desk.members[0], key, "yes")
    with pytest.raises(Invalid), transaction():
        spending.extend_vote(desk.asker, key, now.today(), " ")
    with transaction():
        spending.extend_vote(desk.asker, key, now.today() + timedelta(days=3), "两名委员出差")
    with transaction():
        services.cast(desk.members[0], key, "yes")


def test_who_left_the_committee_counts_no_more(desk: Desk, key: int) -> None:
    make.let_vote(desk, key, "yynn-")
    seated = [Member("member", f"新委员{n}", "居民代表") for n in range(2)]
    kept = [Member(m.seat, m.name, m.post, m.user_id) for m in make.row(key).fund.members[:3]]
    watching = Member("supervisor", "测试监督员", "社区监督委员会", desk.supervisor.user_id)
    with transaction():
        funds.seat(desk.fund.staff, desk.fund.fund_id, [*kept, *seated, watching])
    tally = queries.ballot(make.row(key)).tally
    assert (tally.seats, tally.yes, tally.no, tally.silent) == (5, 2, 1, 2)


def test_minutes_speak_for_members_without_an_account_and_need_their_file(app: Flask) -> None:
    seats = [Member("member" if n else "chair", f"委员{n}", "居民") for n in range(5)]
    desk = make.make_desk()
    with transaction():
        supervisor = Member("supervisor", "监督员", "居民")
        funds.seat(desk.fund.staff, desk.fund.fund_id, [*seats, supervisor])
    row = make.make_request("voting", desk)
    key, ids = row.id, [m.id for m in requests.committee(row.fund_id)]
    watcher = queries.supervisors(row.fund_id)[0].id
    said = [Said(seat, "yes") for seat in ids]
    with pytest.raises(Invalid) as refused, transaction():
        services.record_minutes(desk.asker, key, None, said)
    assert "minutes" in refused.value.fields
    paper = make.make_paper()
    with pytest.raises(Forbidden), transaction():
        services.record_minutes(desk.finance, key, paper, said)
    with pytest.raises(Invalid), transaction():
        services.record_minutes(desk.asker, key, paper, [Said(0, "yes")])
    assert make.row(key).minutes_file_id is None
    with transaction():
        opinion = [Said(watcher, "objects", "未见比价材料")]
        services.record_minutes(desk.asker, key, paper, said, opinion)
    assert queries.ballot(make.row(key)).objected
    make.count(desk, key)
    assert make.row(key).state == "passed"


def test_vouchers_are_public_in_words_and_leave_only_on_their_day(desk: Desk, clock: Any) -> None:
    row = make.make_request("paid", desk, payee_kind="person", payee_name="欧阳云舒")
    key = row.id
    with pytest.raises(Invalid), transaction():
        vouchers.add(desk.asker, key, "list", "欧阳云舒签收", make.make_paper())
    first, second = (make.add_voucher(desk, key) for _ in range(2))
    with pytest.raises(Invalid), transaction():
        vouchers.remove(desk.asker, first, "")
    with pytest.raises(Forbidden), transaction():
        vouchers.remove(desk.finance, first, "重复")
    with transaction():
        vouchers.remove(desk.asker, first, "重复")
    with pytest.raises(NotFound), transaction():
        vouchers.remove(desk.asker, first, "重复")
    clock.advance(days=1)
    with pytest.raises(WrongState), transaction():
        vouchers.remove(desk.asker, second, "重复")
    stranger = make_staff("auditor")
    with pytest.raises(Forbidden), transaction():
        vouchers.add(stranger, key, "invoice", "发票", make.make_paper())
    assert [paper.id for paper, _ in requests.vouchers(key)] == [second]


def test_what_a_request_must_say() -> None:
    bare = Ask(1, "surplus", " ", "", 0, "organization")
    assert set(problems(bare)) == {"use", "title", "reason", "amount_fen", "payee_code"}
    assert set(problems(Ask(1, "relief", "t", "r", 1, "who"))) == {"payee_kind"}
    assert set(problems(Ask(1, "relief", "t" * 121, "r", 1, "person"))) == {"title", "payee_name"}
    assert names_person("慰问 欧 阳云舒", "欧阳云舒") and not names_person("慰问", "欧")
    assert closing_problems("person", ["invoice"]) and not closing_problems("supplier", ["invoice"])

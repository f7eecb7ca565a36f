"""The pool: nominated, admitted, suspended, left; and what experts say about themselves."""

from datetime import date

import pytest
from flask import Flask

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services import invitations
from charity_portal.competitions.models.experts import Employment, Expert
from charity_portal.competitions.models.panels import Conflict
from charity_portal.competitions.queries import experts as queries
from charity_portal.competitions.services import experts
from charity_portal.competitions.services.experts import Job, Profile
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, NotSignedIn, WrongState
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import Actor
from tests.factories import competitions as make
from tests.factories import panels as panel
from tests.factories.accounts import make_link, make_user
from tests.factories.organizations import make_organization

PROFILE = Profile(
    title="高级社会工作师",
    about="从事社区服务十二年",
    expertise=("community", "elderly", "no such field"),
    capacities=("senior",),
    phone="0535-661 2345",
    address="烟台市芝罘区海港路12号",
    away_from=date(2026, 5, 1),
    away_to=date(2026, 5, 10),
    most_reviews=8,
)


def reviewer(name: str = "顾评审") -> Actor:
    user = make_user(name, roles=("reviewer",))
    return Actor(user.id, user.name, frozenset({"reviewer"}))


def entry(actor: Actor) -> Expert:
    found = queries.expert_of(actor.user_id or 0)
    assert found is not None
    return found


def test_a_reviewer_with_an_account_is_nominated_at_once_and_told(app: Flask) -> None:
    person = make_user("顾评审", roles=("reviewer",), email="gu@example.org")
    with transaction():
        expert = experts.nominate(panel.person("officer"), " GU@example.org ")
    assert expert is not None and (expert.user_id, expert.state) == (person.id, "nominated")
    (letter,) = db.session.query(OutboxMail).filter_by(kind="competitions.expert")
    assert letter.recipient == "gu@example.org" and "/reviews/profile" in letter.body
    with pytest.raises(Invalid), transaction():
        experts.nominate(panel.person("officer"), "gu@example.org")
    with pytest.raises(NotSignedIn), transaction():
        experts.nominate(panel.person("approver"), "other@example.org")


def test_anybody_else_is_invited_and_becomes_a_reviewer_on_accepting(app: Flask) -> None:
    user = make_user("新专家", email="new@example.org")
    officer = make_user("何经办", roles=("officer",))
    with transaction():
        assert (
            experts.nominate(Actor(officer.id, "何经办", frozenset({"officer"})), user.email)
            is None
        )
    assert db.session.query(Expert).count() == 0
    token = make_link(
        "join", user.email, kind=experts.INVITATION, locale="zh", offer={"nominated_by": officer.id}
    )
    with transaction():
        assert invitations.accept(Actor(user.id, user.name), token) == "/reviews/profile"
    expert = queries.expert_of(user.id)
    assert expert is not None and expert.nominated_by == officer.id
    assert accounts.roles_held(user.id) == {"reviewer"}


def test_a_profile_keeps_contacts_sealed_and_comparable(app: Flask) -> None:
    actor = reviewer()
    with transaction():
        experts.save(actor, PROFILE)
    expert = entry(actor)
    assert (expert.expertise, expert.capacities) == (["elderly", "community"], ["senior"])
    assert (expert.phone, expert.address) == ("0535-661 2345", "烟台市芝罘区海港路12号")
    first = expert.phone_index
    row = db.session.execute(db.text("SELECT * FROM expert")).mappings().one()
    assert "661 2345" not in repr(dict(row)) and "海港路" not in repr(dict(row))
    with transaction():
        experts.save(actor, Profile(**{**PROFILE.__dict__, "phone": "(0535)6612345"}))
    assert entry(actor).phone_index == first
    said = repr([(e.action, e.after) for e in audit.history(entry(actor))])
    assert "competitions.expert.registered" in said and "phone" in said
    for hidden in ("661 2345", "6612345", "海港路", "社会工作师"):
        assert hidden not in said


def test_saving_the_same_again_leaves_no_trace(app: Flask) -> None:
    actor = reviewer()
    for _ in range(2):
        with transaction():
            experts.save(actor, PROFILE)
    assert len(audit.history(entry(actor))) == 2


def test_a_period_of_absence_is_whole_and_in_order(app: Flask) -> None:
    actor = reviewer()
    for period in ({"away_to": date(2026, 4, 1)}, {"away_to": None}, {"away_from": None}):
        with pytest.raises(Invalid) as problem, transaction():
            experts.save(actor, Profile(**{**PROFILE.__dict__, **period}))
        assert set(problem.value.fields) == {"away_to"}
    with pytest.raises(NotSignedIn), transaction():
        experts.save(panel.person("officer"), PROFILE)


def test_admission_is_an_approvers_with_a_reason_told_to_the_expert(app: Flask) -> None:
    actor = reviewer()
    with transaction():
        experts.save(actor, PROFILE)
    expert = entry(actor)
    approver = make_user("钱审批", roles=("approver",))
    by = Actor(approver.id, approver.name, frozenset({"approver"}))
    with pytest.raises(Invalid), transaction():
        experts.step(by, expert.id, "admit", " ")
    with pytest.raises(Forbidden), transaction():
        experts.step(Actor(approver.id, "x", frozenset({"officer"})), expert.id, "admit", "符合")
    with pytest.raises(NotFound), transaction():
        experts.step(by, expert.id, "promote", "符合")
    for action, state in (("admit", "admitted"), ("suspend", "suspended"), ("admit", "admitted")):
        with transaction():
            experts.step(by, expert.id, action, "符合条件")
        assert entry(actor).state == state
    with pytest.raises(WrongState), transaction():
        experts.step(by, expert.id, "refuse", "迟了")
    letters = db.session.query(OutboxMail).filter_by(kind="competitions.expert").all()
    assert len(letters) == 3 and all("符合条件" in letter.body for letter in letters)
    words = [(str(e.what), e.who, e.note) for e in queries.history(entry(actor))][:3]
    assert words[0] == ("准予入库", "钱审批", "符合条件") and words[1][0] == "暂停参评"


def test_nobody_decides_about_their_own_entry_but_may_leave(app: Flask) -> None:
    user = make_user("顾评审", roles=("reviewer", "approver"))
    own = Actor(user.id, user.name, frozenset({"reviewer", "approver"}))
    expert = make.make_expert(user_id=user.id, state="nominated", expertise=["health"])
    with pytest.raises(Invalid), transaction():
        experts.step(own, expert.id, "admit", "我看行")
    with transaction():
        experts.step(own, expert.id, "leave", "不再参加")
    assert entry(own).state == "left"


def test_an_expert_without_a_field_is_not_admitted(app: Flask) -> None:
    expert = make.make_expert(state="nominated")
    with pytest.raises(Invalid), transaction():
        experts.step(panel.person("approver"), expert.id, "admit", "符合")


def test_employers_are_registered_or_named(app: Flask) -> None:
    actor = reviewer()
    organization = make_organization(name="春晓社会工作服务中心")
    with transaction():
        listed = experts.add_employer(
            actor, Job("", date(2020, 1, 1), None, "总干事", organization.id)
        )
        experts.add_employer(actor, Job(" 鲁东大学 ", date(2015, 1, 1), date(2019, 12, 31)))
    rows = entry(actor).employments
    assert [(r.employer, r.organization_id) for r in rows] == [
        ("春晓社会工作服务中心", organization.id), ("鲁东大学", None),
    ]  # fmt: skip
    for job, field in (
        (Job("", date(2020, 1, 1), None), "employer"),
        (Job("x", date(2027, 1, 1), None), "since"),
        (Job("x", date(2020, 1, 1), date(2019, 1, 1)), "until"),
        (Job("x", date(2020, 1, 1), None, "", 999_999), "organization"),
    ):
        with pytest.raises(Invalid) as problem, transaction():
            experts.add_employer(actor, job)
        assert set(problem.value.fields) == {field}
    stranger = reviewer("别人")
    with pytest.raises(NotFound), transaction():
        experts.remove_employer(stranger, listed)
    with transaction():
        experts.remove_employer(actor, listed)
    assert db.session.query(Employment).count() == 1


def test_a_new_employer_rules_out_its_applications_at_once(app: Flask) -> None:
    scene = panel.scene(applications=1, panelists=1)
    actor = panel.acting(scene.panelists[0])
    job = Job("", date(2025, 1, 1), None, "", scene.applications[0].organization_id)
    with transaction():
        experts.add_employer(actor, job)
    db.session.expire_all()
    assert db.session.query(Conflict).one().code == "employed"
    assert scene.reviews[0].state == "void"


def test_the_list_is_narrowed_by_name_state_field_capacity_and_time(app: Flask) -> None:
    finance, user, *_rest = panel.pool(4)
    with transaction():
        finance.away_from, finance.away_to = date(2026, 3, 1), date(2026, 3, 9)
    make.make_expert("待审专家", state="nominated", expertise=["villages"])
    Filter = queries.Filter
    for wanted, names in (
        (Filter(), 5),
        (Filter(text="待审"), 1),
        (Filter(text="%"), 0),
        (Filter(state="admitted"), 4),
        (Filter(expertise="elderly"), 1),
        (Filter(capacity="finance"), 1),
        (Filter(available=True), 4),
    ):
        assert len(queries.experts_page(wanted).items) == names == queries.count(wanted), wanted
        assert len(queries.everything(wanted)) == names
    assert user is not None

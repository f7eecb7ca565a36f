"""Handing in, giving back, abstaining: nothing incomplete counts, nothing handed in is forgotten."""

import pytest
import sqlalchemy as sa

from charity_portal.competitions.errors import IncompleteReview
from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import Reopening, Review, Score
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.services import sealing
from charity_portal.kernel import clock
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.kernel.permissions import Actor
from tests.factories.accounts import make_user
from tests.factories.reviews import COMPLETE, make_bench, seal, write
from tests.support.people import sign_in

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def bench():
    return make_bench(2)


@pytest.fixture
def review(bench):
    return bench.reviews[0]


def officer():
    return Actor(make_user("办事员", roles=("officer",)).id, "办事员", frozenset({"officer"}))


def close(bench):
    with transaction():
        stage = db.session.get_one(Stage, bench.stage.id)
        stage.state, stage.closed_at = "closed", clock.now()


def values(review):
    rows = db.session.execute(sa.select(Score.value).where(Score.review_id == review.id))
    return sorted((value for (value,) in rows), key=lambda v: (v is None, v))


def act(actor, step, review, *more):
    with transaction():
        return getattr(sealing, step)(actor, review.id, *more)


def test_an_incomplete_review_is_not_sealed_and_every_gap_is_named(bench, review):
    write(bench, review, {"score:need": "5"})
    with pytest.raises(IncompleteReview) as refused:
        act(bench.actor, "seal", review)
    assert refused.value.missing == ["reason:need", "score:design", "score:budget"]
    assert review.state == "open" and values(review) == []


def test_a_sealed_review_counts_and_is_kept_as_it_was_handed_in(bench, review):
    sealed = seal(bench, review, comment="建议补充风险预案")
    assert (sealed.state, sealed.version, sealed.points) == ("sealed", 1, 730_000)
    assert values(review) == [3, 4, 4]
    (version,) = queries.versions(review.id)
    assert version.content["comment"] == "建议补充风险预案"
    assert version.content["points"] == 730_000


def test_na_is_a_score_row_without_a_value(bench, review):
    seal(bench, review, **{"score:budget": "na"})
    assert values(review) == [3, 4, None]


def test_a_sealed_review_takes_no_more_text(bench, review):
    seal(bench, review)
    with pytest.raises(WrongState):
        write(bench, review, {"comment": "再补一句"})


def test_reopening_keeps_both_versions_and_takes_the_scores_out(bench, review):
    seal(bench, review)
    again = act(bench.actor, "reopen", review, "漏看了附件")
    assert (again.state, again.points, values(review)) == ("open", None, [])
    write(bench, review, {"score:need": "1"})
    act(bench.actor, "seal", review)
    assert [v.content["scores"]["need"] for v in queries.versions(review.id)] == [1, 4]
    (trace,) = db.session.scalars(sa.select(Reopening)).all()
    assert (trace.version, trace.reason, trace.reopened_by) == (1, "漏看了附件", bench.user_id)
    actions = db.session.scalars(sa.select(AuditEntry.action)).all()
    assert actions.count("competitions.review.seal") == 2
    assert "competitions.review.reopen" in actions


@pytest.mark.parametrize("step", ["reopen", "abstain", "reinstate"])
def test_each_needs_a_reason(bench, review, step):
    if step == "reopen":
        seal(bench, review)
    with pytest.raises(Invalid) as refused:
        act(bench.actor, step, review, "  ")
    assert list(refused.value.fields) == ["reason"]


def test_after_the_close_only_an_officer_gives_a_review_back(bench, review):
    seal(bench, review)
    close(bench)
    with pytest.raises(Forbidden):
        act(bench.actor, "reopen", review, "想改")
    act(officer(), "reopen", review, "评委来函说明误选")
    write(bench, review, {"score:need": "2"})
    assert act(bench.actor, "seal", review).state == "sealed"
    other = bench.reviews[1]
    with pytest.raises(WrongState):
        write(bench, other, {"score:need": "2"})


def test_what_was_reopened_before_the_close_is_closed_with_the_stage(bench, review, request):
    seal(bench, review)
    act(bench.actor, "reopen", review, "想改")
    request.getfixturevalue("clock").advance(minutes=1)
    close(bench)
    with pytest.raises(WrongState):
        write(bench, review, {"score:need": "2"})


def test_an_abstention_keeps_the_draft_aside(bench, review):
    write(bench, review, {"comment": "写了一半"})
    act(bench.actor, "abstain", review, "不熟悉这一领域")
    assert (review.state, review.reason, values(review)) == ("abstained", "不熟悉这一领域", [])
    with pytest.raises(WrongState):
        write(bench, review, {"comment": "还想写"})
    act(bench.actor, "reinstate", review, "请教后可以评")
    assert queries.texts(review.id) == {"comment": "写了一半"}
    assert write(bench, review, {"comment": "接着写"}).saved == ["comment"]


def test_submitting_with_gaps_lists_them_on_top_and_loses_nothing(client, bench, review):
    sign_in(client, bench.user_id)
    sent = {"rev": "0", "score:need": "0", "comment": "写好的意见", "action": "seal"}
    answer = client.post(f"/reviews/{review.id}", data=sent)
    assert answer.status_code == 422
    page = answer.text
    top = page[page.index('role="alert"') :]
    assert top.index("#reason-need") < top.index("#score-design-0") < top.index("#score-budget-0")
    assert "写好的意见" in page and page.count("data-first-lack") == 3
    assert "<title>错误：" in page


def test_submitting_goes_on_to_the_next_unfinished_dossier(client, bench, review):
    sign_in(client, bench.user_id)
    sent = COMPLETE | {"rev": "0", "action": "seal"}
    answer = client.post(f"/reviews/{review.id}", data=sent)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/reviews/{bench.reviews[1].id}")
    again = client.post(f"/reviews/{review.id}", data=sent)
    assert again.status_code == 303 and again.location.endswith(f"/reviews/{review.id}")
    last = client.post(f"/reviews/{bench.reviews[1].id}", data=sent)
    assert last.location.endswith("/reviews")
    assert db.session.get_one(Review, review.id).version == 1


def test_the_sealed_page_shows_what_was_handed_in_and_the_way_back(client, bench, review):
    seal(bench, review)
    sign_in(client, bench.user_id)
    page = client.get(f"/reviews/{review.id}").text
    assert "得分 73.00" in page and "走访了两个社区" in page
    assert "data-autosave=" not in page
    path = f"/reviews/{review.id}"
    assert client.post(f"{path}/reopen", data={"reason": ""}).status_code == 422
    assert client.post(f"{path}/reopen", data={"reason": "漏看附件"}).status_code == 303
    assert "漏看附件" in client.get(path).text
    assert client.post(f"{path}/abstain", data={"reason": "不熟悉"}).status_code == 303
    assert "您对这份材料已弃权" in client.get(path).text
    assert client.post(f"{path}/reinstate", data={"reason": "可以评"}).status_code == 303

"""Writing reviews: field by field, several tabs, and the wall that a conflict of interest is."""

import pytest

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.panels import Conflict
from charity_portal.competitions.models.pitches import Pitch, PitchSlot
from charity_portal.competitions.models.reviews import Review, ReviewChange
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.services import reviews
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict as Refused
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.projects.models.applications import Application
from tests.factories.competitions import make_panelist, make_review, reviewer_of
from tests.factories.reviews import change_criterion, make_bench, seal, write
from tests.support.people import sign_in, sign_out
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def bench():
    return make_bench(1)


@pytest.fixture
def review(bench):
    return bench.reviews[0]


@pytest.fixture
def reader(client, bench):
    sign_in(client, bench.user_id)
    return client


def url(review, tail=""):
    return f"/reviews/{review.id}{tail}"


def patch(client, review, rev, **fields):
    sent = {key.replace("__", ":"): value for key, value in fields.items()}
    return client.patch(url(review, "/fields"), json={"rev": rev, "fields": sent})


def texts(review):
    db.session.rollback()
    return queries.texts(review.id)


def test_a_draft_is_saved_however_incomplete(reader, review):
    answer = patch(reader, review, 0, score__need="4")
    assert (answer.status_code, answer.json["rev"]) == (200, 1)
    assert texts(review) == {"score:need": "4"}


def test_different_fields_of_two_tabs_are_merged(bench, review):
    write(bench, review, {"score:need": "4"}, rev=0)
    saved = write(bench, review, {"comment": "很好"}, rev=0)
    assert saved.merged == {"score:need": "4"} and not saved.conflicts
    assert texts(review) == {"score:need": "4", "comment": "很好"}


def test_the_same_field_of_two_tabs_is_asked_not_overwritten(reader, bench, review):
    write(bench, review, {"score:need": "4"}, rev=0)
    answer = patch(reader, review, 0, score__need="2", note="另一标签页")
    assert answer.status_code == 409
    assert answer.json["saved"] == ["note"]
    clash = answer.json["conflicts"]["score:need"]
    assert (clash["mine"], clash["theirs"]) == ("2", "4")
    assert texts(review)["score:need"] == "4"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"score:need": "6"}, "score:need"),
        ({"score:need": "-1"}, "score:need"),
        ({"score:need": "3.5"}, "score:need"),
        ({"score:need": "na"}, "score:need"),
        ({"score:nothing": "3"}, "score:nothing"),
        ({"title": "x"}, "title"),
        ({"comment": "长" * 5001}, "comment"),
    ],
)
def test_what_is_no_score_is_refused_and_nothing_is_written(bench, review, fields, wrong):
    with pytest.raises(Invalid) as refused:
        write(bench, review, {"note": "别的", **fields})
    assert list(refused.value.fields) == [wrong]
    assert texts(review) == {}


def test_a_score_is_understood_however_it_was_typed(bench, review):
    write(bench, review, {"score:need": " ５ ", "score:budget": "Ｎ/Ａ"})
    assert texts(review) == {"score:need": "5", "score:budget": "na"}


def test_quick_changes_of_a_field_are_one_entry_of_its_history(bench, review, clock):
    for text in ("不", "不错", "不错。"):
        write(bench, review, {"comment": text})
    clock.advance(minutes=2)
    write(bench, review, {"comment": "改过"})
    found = db.session.scalars(db.select(ReviewChange).order_by(ReviewChange.id)).all()
    assert [(c.before, c.after) for c in found] == [("", "不错。"), ("不错。", "改过")]


@pytest.mark.parametrize("tail", ["", "/state", "/print"])
def test_a_conflict_in_force_answers_like_a_review_that_does_not_exist(reader, bench, review, tail):
    with transaction():
        db.session.add(
            Conflict(
                panelist_id=bench.panelist.id,
                application_id=review.application_id,
                found="officer",
                code="family",
                made_at=clock.now(),
            )
        )
    hidden = reader.get(url(review, tail))
    unknown = reader.get(f"/reviews/999999{tail}")
    assert hidden.status_code == unknown.status_code == 404
    shown = [answer.text.partition("<title>")[2] for answer in (hidden, unknown)]
    assert shown[0].replace(url(review, tail), "") == shown[1].replace(f"/reviews/999999{tail}", "")
    assert patch(reader, review, 0, score__need="4").status_code == 404
    assert ">P-" not in reader.get("/reviews").text


def test_another_members_review_is_not_found(client, bench, review):
    other = make_panelist(bench.edition)
    sign_in(client, other.user_id)
    assert client.get(url(review)).status_code == 404
    with pytest.raises(NotFound), transaction():
        reviews.save_fields(reviewer_of(other), review.id, 0, {"score:need": "4"})


def test_nothing_is_shown_before_the_declaration(client, bench):
    other = make_panelist(bench.edition, declared_at=None)
    review = make_review(bench.stage, other, bench_application(bench))
    sign_in(client, other.user_id)
    assert client.get(url(review)).status_code == 409
    with pytest.raises(Refused), transaction():
        reviews.save_fields(reviewer_of(other), review.id, 0, {"score:need": "4"})
    assert "查看材料前，请先签署保密承诺并申报利害关系。" in client.get("/reviews").text


def bench_application(bench):
    return db.session.get_one(Application, bench.reviews[0].application_id)


def test_a_closed_stage_takes_nothing_and_says_so(reader, bench, review):
    with transaction():
        db.session.merge(bench.stage).state = "closed"
    answer = patch(reader, review, 0, score__need="4")
    assert answer.status_code == 409 and "不开放" in answer.json["error"]
    assert "本轮评分现在不开放" in reader.get(url(review)).text
    assert reader.get(url(review, "/state")).json == {"writable": False}


def test_on_a_pitch_day_scores_wait_for_the_officer(reader, bench, review):
    with transaction():
        stage = db.session.get_one(Stage, bench.stage.id)
        stage.kind = "pitch"
        pitch = Pitch(stage_id=stage.id, title="路演")
        slot = PitchSlot(application_id=review.application_id, position=1, state="presenting")
        pitch.slots.append(slot)
        db.session.add(pitch)
    assert patch(reader, review, 0, score__need="4").status_code == 409
    assert "这个项目还没有开放评分" in reader.get(url(review)).text
    assert reader.get(url(review, "/state")).json == {"writable": False}
    with transaction():
        slot = db.session.merge(slot)
        slot.state, slot.scoring_at = "scoring", clock.now()
    assert reader.get(url(review, "/state")).json == {"writable": True}
    assert patch(reader, review, 0, score__need="4").status_code == 200


def test_a_session_that_ran_out_says_where_to_sign_in(reader, review):
    sign_out(reader)
    answer = patch(reader, review, 0, score__need="4")
    assert answer.status_code == 401 and answer.json["signin"].startswith("/account/sign-in")


def test_a_saved_field_costs_few_statements(app, reader, bench, review):
    write(bench, review, {"score:need": "1"})
    with counted(app) as seen:
        patch(reader, review, 1, score__need="4", reason__need="理由")
    assert len(seen) <= 20, seen


def test_the_page_holds_dossier_rubric_and_every_anchor(reader, bench, review):
    change_criterion(bench, "need", looks_at="summary", reason_when="always")
    page = reader.get(url(review)).text
    assert page.count("有数据、有走访，令人信服") == 3
    assert "#part-summary" in page and 'id="part-summary"' in page
    assert "选“不适用”时，这一项不参加计分，不等于 0 分。" in page


def test_long_scales_are_typed(reader, bench, review):
    change_criterion(bench, "need", top=100, anchors=[])
    page = reader.get(url(review)).text
    assert "得分（0 到 100 的整数）" in page
    assert reader.post(url(review), data={"rev": "0", "score:need": "88"}).status_code == 303
    assert texts(review)["score:need"] == "88"


def test_without_scripts_a_wrong_value_comes_back_with_everything_typed(reader, bench, review):
    change_criterion(bench, "need", top=100, anchors=[])
    typed = {"rev": "0", "score:need": "多", "comment": "没有丢"}
    answer = reader.post(url(review), data=typed)
    assert answer.status_code == 422
    assert "没有丢" in answer.text and "请填 0 到 100 的整数。" in answer.text
    assert "data-unsaved" in answer.text


def test_without_scripts_both_versions_are_shown_and_the_choice_is_kept(reader, bench, review):
    write(bench, review, {"comment": "别处写的"}, rev=0)
    typed = {"rev": "0", "comment": "我写的", "score:need": "3"}
    answer = reader.post(url(review), data=typed)
    assert answer.status_code == 409
    assert "别处写的" in answer.text and "我写的" in answer.text
    assert texts(review) == {"comment": "别处写的", "score:need": "3"}
    rev = str(db.session.get_one(Review, review.id).rev)
    choice = {"rev": rev, "resolving": "1", "choice-comment": "mine", "mine-comment": "我写的"}
    assert reader.post(url(review), data=choice).status_code == 303
    assert texts(review)["comment"] == "我写的"


def test_own_scores_elsewhere_are_shown_and_nobody_elses(reader, client):
    bench = make_bench(2)
    other = make_panelist(bench.edition)
    foreign = make_review(bench.stage, other, bench_application(bench), state="open")
    with transaction():
        reviews.save_fields(reviewer_of(other), foreign.id, 0, {"score:need": "0"})
    seal(bench, bench.reviews[0])
    sign_in(client, bench.user_id)
    page = client.get(url(bench.reviews[1])).text
    assert "您给过的分（1 份）" in page and "平均 4.0" in page
    given = queries.given_elsewhere(bench.reviews[1])
    assert given["need"].counts == {4: 1}

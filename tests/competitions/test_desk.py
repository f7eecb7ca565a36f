"""The desk, the sweep and the office's list: the right rows, nobody else's scores, constant cost."""

import pytest

from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import desk
from charity_portal.competitions.services import sealing
from charity_portal.kernel.database import db, transaction
from tests.factories.accounts import make_user
from tests.factories.competitions import make_entry, make_panelist, make_review
from tests.factories.reviews import change_criterion, make_bench, seal, write
from tests.support.people import sign_in
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("app")
MOST_STATEMENTS = 12


@pytest.fixture
def bench():
    return make_bench(3)


def own(bench):
    db.session.rollback()
    (seat,) = desk.seats(bench.user_id)
    (found,) = seat.stages
    return found


def test_what_was_begun_stands_first_then_ones_own_fixed_order(bench):
    write(bench, bench.reviews[2], {"score:need": "4"})
    assert [row.id for row in own(bench).open] == [bench.reviews[i].id for i in (2, 0, 1)]
    assert own(bench).next.id == bench.reviews[2].id


def test_progress_totals_and_spread_are_ones_own(bench):
    seal(bench, bench.reviews[0])
    write(bench, bench.reviews[1], {"score:need": "5", "comment": "还没写完"})
    other = make_panelist(bench.edition)
    make_review(bench.stage, other, make_entry(bench.stage))
    found = own(bench)
    assert [row.answered for row in found.rows] == [3, 1, 0]
    assert [row.missing for row in found.rows] == [0, 3, 3]
    assert (found.spread.count, str(found.spread.mean)) == (1, "73")
    assert len(found.rows) == 3


def test_the_desk_tells_the_deadline_in_words(client, bench, clock):
    with transaction():
        stage = db.session.merge(bench.stage)
        stage.due_at = clock.now.replace(day=clock.now.day + 4)
    sign_in(client, bench.user_id)
    page = client.get("/reviews").text
    assert "（还有 4 天）" in page and "开始评审 P-" in page and "其余约需" in page


def test_an_invitation_leads_to_its_answer(client, bench):
    panelist = make_panelist(bench.edition, state="invited", agreed_at=None, declared_at=None)
    sign_in(client, panelist.user_id)
    page = client.get("/reviews").text
    assert f"/reviews/invitations/{panelist.id}" in page
    assert "银龄" not in page and ">P-" not in page


def test_a_desk_without_work_says_so(client):
    sign_in(client, make_user("新评委", roles=("reviewer",)).id)
    assert "现在没有评审任务" in client.get("/reviews").text


def test_the_desk_costs_the_same_however_much_lies_on_it(app, client, bench):
    sign_in(client, bench.user_id)
    client.get("/reviews")
    with counted(app) as few:
        client.get("/reviews")
    more = make_bench(1).edition
    assert more
    for _ in range(3):
        make_review(bench.stage, bench.panelist, make_entry(bench.stage))
    with counted(app) as many:
        client.get("/reviews")
    assert len(few) == len(many) <= MOST_STATEMENTS, many


def test_the_page_of_a_review_costs_the_same_however_many_there_are(app, client, bench):
    sign_in(client, bench.user_id)
    url = f"/reviews/{bench.reviews[0].id}"
    client.get(url)
    with counted(app) as few:
        client.get(url)
    for _ in range(3):
        review = make_review(bench.stage, bench.panelist, make_entry(bench.stage))
        write(bench, review, {"score:need": "3"})
    with counted(app) as many:
        client.get(url)
    assert len(few) == len(many)


def test_the_sweep_shows_one_criterion_of_all_open_dossiers(app, client, bench):
    change_criterion(bench, "need", looks_at="answer:need")
    seal(bench, bench.reviews[0])
    sign_in(client, bench.user_id)
    url = f"/reviews/sweep/{bench.stage.id}/need"
    page = client.get(url).text
    assert page.count("辖区独居老人三百余名，就医不便。") == 2
    assert page.count('name="reason:need"') == 2 and "score:design" not in page
    with counted(app) as few:
        client.get(url)
    make_review(bench.stage, bench.panelist, make_entry(bench.stage))
    with counted(app) as many:
        client.get(url)
    assert len(few) == len(many)
    assert client.get(f"/reviews/sweep/{bench.stage.id}/nothing").status_code == 404
    sign_in(client, make_panelist(bench.edition).user_id)
    assert client.get(url).status_code == 404


def test_without_scripts_the_sweep_comes_back_to_the_same_dossier(client, bench):
    sign_in(client, bench.user_id)
    review = bench.reviews[1]
    sent = {"rev": "0", "score:need": "3", "sweep": "need", "after": "0"}
    answer = client.post(f"/reviews/{review.id}", data=sent)
    assert answer.location.endswith(f"/need?after=0#review-{review.id}")


def test_the_office_sees_progress_and_points_only_of_what_is_sealed(app, client, bench):
    seal(bench, bench.reviews[0])
    write(bench, bench.reviews[1], {"score:need": "5", "reason:need": "只给自己看"})
    sign_in(client, make_user("办事员", roles=("officer",)).id)
    url = f"/office/competitions/{bench.edition.id}/reviews"
    page = client.get(url).text
    assert page.count("73.00") == 1 and "3 / 3" in page and "1 / 3" in page
    assert "P-" in client.get(f"{url}?state=sealed").text
    hidden = client.get(f"/office/competitions/reviews/{bench.reviews[1].id}").text
    assert "只给自己看" not in hidden
    with counted(app) as few:
        client.get(url)
    make_review(bench.stage, bench.panelist, make_entry(bench.stage))
    with counted(app) as many:
        client.get(url)
    assert len(few) == len(many) <= MOST_STATEMENTS + 4, many


def test_an_officer_gives_a_review_back_with_a_reason(client, bench):
    review = bench.reviews[0]
    seal(bench, review)
    sign_in(client, make_user("办事员", roles=("officer",)).id)
    path = f"/office/competitions/reviews/{review.id}"
    assert client.post(f"{path}/reopen", data={"reason": ""}).status_code == 422
    assert client.post(f"{path}/reopen", data={"reason": "评委来函"}).status_code == 303
    assert db.session.get_one(Review, review.id).state == "open"
    assert "评委来函" in client.get(path).text


def test_scores_are_exported_as_they_were_sealed(client, bench):
    seal(bench, bench.reviews[0], **{"score:budget": "na"})
    with transaction():
        sealing.abstain(bench.actor, bench.reviews[1].id, "不熟悉")
    sign_in(client, make_user("办事员", roles=("officer",)).id)
    url = f"/office/competitions/{bench.edition.id}/reviews/scores"
    lines = client.get(f"{url}.csv").get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0].startswith("申请编号,代号,赛道,评委代号,需求真实性 (0–5)")
    (row,) = lines[1:]
    assert ",4,3,不适用,70.67,1," in row  # (40·4/5 + 35·3/5) / 75: N/A is left out
    book = client.get(f"{url}.xlsx")
    assert book.status_code == 200 and book.data.startswith(b"PK")

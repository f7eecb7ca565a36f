"""The offline sheet: what is taken away comes back unchanged, and never overwrites what was written since."""

import zipfile
from io import BytesIO

import pytest

from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.rules import score_sheets
from charity_portal.kernel.database import db
from charity_portal.kernel.tables import Column, read_table, write_xlsx
from tests.factories.competitions import make_panelist
from tests.factories.reviews import make_bench, seal, write
from tests.support.people import sign_in

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def bench(client):
    bench = make_bench(3)
    write(bench, bench.reviews[0], {"score:need": "4", "score:budget": "na", "comment": "=1+1"})
    sign_in(client, bench.user_id)
    return bench


def url(bench, tail=""):
    return f"/reviews/sheets/{bench.stage.id}{tail}"


def taken(client, bench):
    answer = client.get(url(bench, "/download"))
    assert answer.status_code == 200
    return read_table(BytesIO(answer.data), "sheet.xlsx")


def returned(client, bench, sheet, version=None):
    columns = [Column(title, title) for title in sheet.header]
    rows = [row.cells for row in sheet.rows]
    content = write_xlsx("x", columns, rows, template=version or sheet.version)
    return client.post(url(bench), data={"file": (BytesIO(content), "sheet.xlsx")})


def put(sheet, row, title, value):
    sheet.rows[row].cells[score_sheets.read_title(title)] = value


def payload(page):
    start = page.index('name="payload" value="') + len('name="payload" value="')
    return page[start : page.index('"', start)].replace("&#34;", '"').replace("&quot;", '"')


def texts(review):
    db.session.rollback()
    return queries.texts(review.id)


def test_what_comes_back_untouched_changes_nothing(client, bench):
    page = returned(client, bench, taken(client, bench)).text
    assert "有改动 0 份，没有改动 3 份" in page
    assert "保存这些改动" not in page


def test_the_sheet_holds_open_dossiers_only_and_explains_the_scale(client, bench):
    seal(bench, bench.reviews[1])
    sheet = taken(client, bench)
    codes = [row.cells["代号"] for row in sheet.rows]
    assert len(codes) == 2 and all(code.startswith("P-") for code in codes)
    assert sheet.version == score_sheets.version_of(bench.stage.id)
    with zipfile.ZipFile(BytesIO(client.get(url(bench, "/download")).data)) as parts:
        whole = b"".join(parts.read(name) for name in parts.namelist()).decode(errors="ignore")
    assert "有数据、有走访，令人信服" in whole


def test_an_english_sheet_comes_back_as_well(client, bench):
    client.set_cookie("language", "en")
    sheet = taken(client, bench)
    put(sheet, 0, "Comment to the applicant", "written on the train")
    page = returned(client, bench, sheet).text
    assert "Changed: 1; unchanged: 2" in page and "written on the train" in page


def test_differences_are_shown_first_and_saved_when_confirmed(client, bench):
    book = taken(client, bench)
    put(book, 0, "需求真实性", "5")
    put(book, 0, "需求真实性 理由", "离线写的理由")
    put(book, 1, "预算合理性", "不适用")
    page = returned(client, bench, book).text
    assert "有改动 2 份，没有改动 1 份" in page and "离线写的理由" in page
    assert texts(bench.reviews[0])["score:need"] == "4"
    answer = client.post(url(bench, "/apply"), data={"payload": payload(page)})
    assert answer.status_code == 303
    assert texts(bench.reviews[0])["score:need"] == "5"
    assert texts(bench.reviews[1]) == {"score:budget": "na"}


def test_what_was_changed_on_both_sides_is_asked(client, bench):
    book = taken(client, bench)
    put(book, 0, "给申请机构的意见", "文件里写的")
    put(book, 0, "方案可行性", "2")
    write(bench, bench.reviews[0], {"comment": "平台上写的"})
    page = returned(client, bench, book).text
    assert "下载之后，您在平台上又改过这一份" in page
    answer = client.post(url(bench, "/apply"), data={"payload": payload(page)})
    assert answer.status_code == 409
    assert "文件里写的" in answer.text and "平台上写的" in answer.text
    now = texts(bench.reviews[0])
    assert (now["comment"], now["score:design"]) == ("平台上写的", "2")
    key = f"{bench.reviews[0].id}/comment"
    rev = str(bench.reviews[0].rev)
    chosen = {
        "resolving": "1",
        f"rev-{bench.reviews[0].id}": rev,
        f"choice-{key}": "mine",
        f"mine-{key}": "文件里写的",
    }
    assert client.post(url(bench, "/apply"), data=chosen).status_code == 303
    assert texts(bench.reviews[0])["comment"] == "文件里写的"


def test_wrong_cells_are_named_and_the_rest_can_be_saved(client, bench):
    book = taken(client, bench)
    put(book, 0, "需求真实性", "9")
    put(book, 1, "方案可行性", "3")
    put(book, 2, "代号", "P-999x")
    page = returned(client, bench, book).text
    assert "请填 0 到 5 的整数。" in page and "没有这个代号的待评材料。" in page
    assert '"score:design": "3"' in payload(page) and '"9"' not in payload(page)


def test_another_stages_sheet_or_no_sheet_is_refused(client, bench):
    book = taken(client, bench)
    other = score_sheets.version_of(bench.stage.id + 1)
    assert "这不是本轮的评分表" in returned(client, bench, book, other).text
    assert client.post(url(bench), data={}).status_code == 422


def test_only_ones_own_reviews_can_be_written(client, bench):
    other = make_panelist(bench.edition)
    sign_in(client, other.user_id)
    assert client.get(url(bench, "/download")).status_code == 404
    sent = f'{{"{bench.reviews[0].id}": {{"rev": 1, "fields": {{"score:need": "0"}}}}}}'
    assert client.post(url(bench, "/apply"), data={"payload": sent}).status_code == 404
    sign_in(client, bench.user_id)
    assert client.post(url(bench, "/apply"), data={"payload": "{}x"}).status_code == 422

"""The parts of a draft as forms: kept when untouched, kept when refused, never overwritten."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from charity_portal.competitions.forms.editions import FORMS, PartForm
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.views.office_rubric import Place, _choices
from tests.factories.accounts import make_user
from tests.factories.editions import change, loaded, make_draft
from tests.support.people import sign_in

PARTS = ("basics", "tracks", "stages", "rubric", "bonuses", "method")


def sent(form: PartForm) -> MultiDict[str, str]:
    """What a browser sends for the form as it is drawn."""
    values: MultiDict[str, str] = MultiDict()

    def add(fields: object) -> None:
        for field in fields:  # type: ignore[attr-defined]
            if field.type == "FieldList":
                for entry in field:
                    add(entry.form)
            elif field.type == "BooleanField":
                if field.data:
                    values.add(field.name, "y")
            elif field.type == "MultiChoiceField":
                for value in field.data or []:
                    values.add(field.name, value)
            elif field.type != "CSRFTokenField":
                shown = field._value() if hasattr(field, "_value") else field.data
                values.add(field.name, str(shown if shown is not None else ""))

    add(form)
    return values


def drawn(
    app: Flask, edition: Edition, part: str, stage: Stage | None = None
) -> MultiDict[str, str]:
    with app.test_request_context():
        place = Place(loaded(edition.id), part, stage)
        form = FORMS[part].filled(place.draft, place.edition.rev, _choices(place))
        return sent(form)


def url_of(edition: Edition, part: str) -> str:
    if part == "rubric":
        return f"/office/competitions/stages/{edition.stages[0].id}/rubric"
    return f"/office/competitions/{edition.id}/edit/{part}"


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    sign_in(client, make_user("赵清和", roles=("officer",)).id)
    return client


def full() -> Edition:
    """A draft in which every part has something."""
    edition = make_draft(template="three")
    bonus = {"id": None, "title_zh": "配捐", "title_en": "Match", "basis_zh": "到账", "basis_en": None,
             "most": 250}  # fmt: skip
    edition = change(edition, "bonuses", bonuses=[bonus])
    key = edition.stages[0].criteria[0].key
    tracks = [
        {**row, "min_winners": 1, "max_winners": 3, "expertise": ["elderly", "finance"]}
        for row in draft_of(edition, "tracks").rows("tracks")
    ]
    edition = change(edition, "tracks", tracks=tracks)
    return change(
        edition, "method", tie_rules=["requested", f"criterion:{key}"], floor=6250, partial_bp=6000
    )


@pytest.mark.parametrize("part", PARTS)
def test_saving_an_untouched_form_changes_nothing(
    app: Flask, officer: FlaskClient, part: str
) -> None:
    edition = full()
    stage = edition.stages[0] if part == "rubric" else None
    form = drawn(app, edition, part, stage)
    assert officer.get(url_of(edition, part)).status_code == 200
    assert officer.post(url_of(edition, part), data=form).status_code == 303
    assert loaded(edition.id).rev == edition.rev


def test_every_kind_of_value_is_saved(app: Flask, officer: FlaskClient) -> None:
    edition = full()
    form = drawn(app, edition, "method")
    typed = {"method": "mixed", "calibrated": "y", "choice": "exact", "purse_fen": "50万"}
    typed |= {"floor": "60.5", "fixed_in_bp": "95", "least": "4", "cut": "stop", "tie_1": "median"}
    for name, value in typed.items():
        form[name] = value
    assert officer.post(url_of(edition, "method"), data=form).status_code == 303
    found = loaded(edition.id)
    assert (found.method, found.calibrated, found.choice) == ("mixed", True, "exact")
    assert found.purse_fen == 50_000_000 and found.tie_rules[0] == "median"
    assert found.limits["floor"] == "60.5" and found.limits["fixed_in_bp"] == 9500
    assert found.limits["cut"] == "stop" and found.limits["least"] == 4


@pytest.mark.parametrize(
    ("part", "field", "typed", "words"),
    [
        ("basics", "title_zh", " ", "请填写此项"),
        ("basics", "panel_size", "0", "人数应在 1 到 500 之间"),
        ("stages", "stages-0-weight_bp", "120", "百分数应在 0 到 100 之间"),
        ("stages", "stages-1-reviews_each", "", "请填写评审份数"),
        ("rubric", "criteria-0-anchors", "五分：好", "第 1 行应写作"),
        ("rubric", "criteria-0-anchors", "9：好", "高于满分"),
        ("rubric", "criteria-0-weight_bp", "0", "权重应大于 0"),
        ("tracks", "tracks-0-max_winners", "0", "最多项数少于最少项数"),
        ("bonuses", "bonuses-0-most", "1.234", "最多两位小数"),
        ("method", "floor", "六十", "请填写分数"),
    ],
)
def test_what_does_not_hold_is_said_at_its_field_and_kept(
    app: Flask, officer: FlaskClient, part: str, field: str, typed: str, words: str
) -> None:
    edition = full()
    form = drawn(app, edition, part, edition.stages[0] if part == "rubric" else None)
    form[field] = typed
    answer = officer.post(url_of(edition, part), data=form)
    assert answer.status_code == 422 and words in unescape(answer.text)
    assert re.search(rf'id="{field}"', answer.text) and 'aria-invalid="true"' in answer.text
    assert typed.strip() in answer.text and loaded(edition.id).rev == edition.rev


@pytest.mark.parametrize(
    ("part", "unit"), [("stages", "stages"), ("rubric", "criteria"), ("bonuses", "bonuses")]
)
def test_rows_are_added_moved_and_removed_without_a_script(
    app: Flask, officer: FlaskClient, part: str, unit: str
) -> None:
    edition = full()
    stage = edition.stages[0] if part == "rubric" else None
    first = len(draft_of(edition, part, stage).rows(unit))
    form = drawn(app, edition, part, stage)
    form["do"] = f"{unit}:add"
    answer = officer.post(url_of(edition, part), data=form)
    assert answer.status_code == 303 and answer.location.endswith(f"#{unit}")
    now = loaded(edition.id)
    rows = draft_of(now, part, now.stages[0] if part == "rubric" else None).rows(unit)
    assert len(rows) == first + 1 and rows[-1]["title_zh"] == ""
    form = drawn(app, now, part, now.stages[0] if part == "rubric" else None)
    form["do"] = f"{unit}:remove:{first}"
    assert officer.post(url_of(edition, part), data=form).status_code == 303
    now = loaded(edition.id)
    assert len(draft_of(now, part, now.stages[0] if part == "rubric" else None).rows(unit)) == first


def test_a_clash_shows_both_versions_and_the_choice_is_kept(
    app: Flask, officer: FlaskClient
) -> None:
    edition = full()
    form = drawn(app, edition, "basics")
    change(edition, "basics", seed="另一位写的种子")
    form["seed"], form["about_zh"] = "我写的种子", "我写的说明"
    answer = officer.post(url_of(edition, "basics"), data=form)
    assert answer.status_code == 409
    assert "我写的种子" in answer.text and "另一位写的种子" in answer.text
    assert "我写的说明" in answer.text
    assert loaded(edition.id).about_zh == ""
    base = unescape(re.search(r'name="base"[^>]*value="([^"]*)"', answer.text)[1])  # type: ignore[index]
    rev = re.search(r'name="rev"[^>]*value="(\d+)"', answer.text)[1]  # type: ignore[index]
    form["base"], form["rev"], form["choice-seed"] = base, rev, "theirs"
    assert officer.post(url_of(edition, "basics"), data=form).status_code == 303
    found = loaded(edition.id)
    assert (found.seed, found.about_zh) == ("另一位写的种子", "我写的说明")


def test_a_rubric_edited_by_two_is_not_overwritten(app: Flask, officer: FlaskClient) -> None:
    edition = full()
    stage = edition.stages[0]
    form = drawn(app, edition, "rubric", stage)
    rows = [dict(row) for row in draft_of(edition, "rubric", stage).rows("criteria")]
    rows[0]["title_zh"] = "他改的名称"
    change(edition, "rubric", stage, criteria=rows)
    form["criteria-0-title_zh"] = "我改的名称"
    answer = officer.post(url_of(edition, "rubric"), data=form)
    assert answer.status_code == 409
    assert "他改的名称" in answer.text and "我改的名称" in answer.text
    assert loaded(edition.id).stages[0].criteria[0].title_zh == "他改的名称"


def test_an_unknown_part_is_not_there(officer: FlaskClient) -> None:
    edition = make_draft()
    for part in ("rubric", "nothing"):
        assert officer.get(f"/office/competitions/{edition.id}/edit/{part}").status_code == 404


def test_what_each_method_costs_is_said_where_it_is_chosen(officer: FlaskClient) -> None:
    page = officer.get(url_of(make_draft(), "method")).text
    assert "每次都低于平均分，最多低 4 个百分点" in page
    assert "至少要评 10 份随机分到的申请" in page and "只有事先公告" in page

"""Scoring without a network: a workbook to take away, and what came back in it, looked at first."""

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from charity_portal.competitions.models.editions import Criterion
from charity_portal.competitions.queries import desk
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.queries.desk import StageDesk
from charity_portal.competitions.rules import rubric, score_sheets
from charity_portal.competitions.rules.review_fields import COMMENT, NOTE, REASON, SCORE
from charity_portal.competitions.rules.score_sheets import (
    CODE,
    COMMENT_TITLE,
    NOTE_TITLE,
    REVISION,
    TITLE,
    Original,
    Refused,
    Returned,
)
from charity_portal.competitions.services import reviews
from charity_portal.competitions.views import review_pages as pages
from charity_portal.kernel import autosaving
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import XLSX
from charity_portal.kernel.errors import Invalid, NotFound, PortalError
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.merging import Saved
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.tables import Column, Sheet, read_table, write_xlsx

blueprint = Blueprint("competitions_sheets", __name__, url_prefix="/reviews/sheets")
OWN = "competitions:review:own"
MOST_ROWS = 2000


def _own(stage_id: int) -> StageDesk:
    found = desk.own_stage(current_actor().user_id or 0, stage_id)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/<int:stage_id>")
@requires(OWN)
def show(stage_id: int) -> str:
    """How it works, the download, the upload."""
    return _page(_own(stage_id))


def _page(own: StageDesk, problem: PortalError | None = None) -> str:
    return render_template(
        "competitions/reviews/sheets.html",
        stage=own.stage,
        edition=own.stage.edition,
        count=len(own.in_state("open")),
        left=own.left,
        problem=problem.message if problem else None,
        form_errors=problem is not None,
    )


@blueprint.get("/<int:stage_id>/download")
@requires(OWN)
def download(stage_id: int) -> Any:
    """One row for each dossier that is still open, as it stands now."""
    own = _own(stage_id)
    rows = own.in_state("open")
    texts = queries.texts_of([row.id for row in rows])
    keys = _keys_by_title(own)
    content = write_xlsx(
        _("评分表"),
        _columns(own),
        (
            {
                str(CODE): row.code,
                str(TITLE): row.title,
                str(REVISION): str(row.review.rev),
                **{
                    title: _cell(key, texts.get(row.id, {}).get(key, ""))
                    for title, key in keys.items()
                },
            }
            for row in rows
        ),
        notes=list(_notes(own)),
        template=score_sheets.version_of(stage_id),
    )
    name = _(
        "评分表 %(edition)s %(stage)s.xlsx", edition=own.stage.edition.number, stage=own.stage.key
    )
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _cell(key: str, text: str) -> str:
    return pages.score_word(text) if key.startswith(SCORE) else text


def _title(criterion: Criterion) -> str:
    return localized(criterion, "title")


def _reason_title(criterion: Criterion) -> str:
    return _("%(title)s 理由", title=_title(criterion))


def _keys_by_title(own: StageDesk) -> dict[str, str]:
    found: dict[str, str] = {}
    for c in own.stage.criteria:
        found[_title(c)] = SCORE + c.key
        found[_reason_title(c)] = REASON + c.key
    return found | {str(COMMENT_TITLE): COMMENT, str(NOTE_TITLE): NOTE}


def _columns(own: StageDesk) -> list[Column]:
    columns = [
        Column(str(CODE), str(CODE), width=10, example="P-00"),
        Column(str(TITLE), str(TITLE), width=32),
        Column(str(REVISION), str(REVISION), width=8),
    ]
    for c in own.stage.criteria:
        values = [str(v) for v in range(c.top + 1)] if c.top <= pages.MOST_BUTTONS else []
        choices = [*values, _("不适用")] if values and c.may_skip else values
        prompt = _("请填 0 到 %(top)s 的整数。", top=c.top)
        columns.append(
            Column(
                _title(c), _title(c), width=12, prompt=prompt, choices=choices, example=str(c.top)
            )
        )
        columns.append(Column(_reason_title(c), _reason_title(c), width=36))
    return [
        *columns,
        Column(str(COMMENT_TITLE), str(COMMENT_TITLE), width=40),
        Column(str(NOTE_TITLE), str(NOTE_TITLE), width=40),
    ]


def _notes(own: StageDesk) -> Iterator[str]:
    yield _("代号和版本号请勿改动。只填得分、理由和意见，填好后在“离线评分表”页面上传。")
    yield _("上传后先显示与平台上的差别，确认后才保存。您在别处改过的内容不会被覆盖。")
    for c in own.stage.criteria:
        yield _("%(title)s（0–%(top)s 分）", title=_title(c), top=c.top)
        for anchor in rubric.steps(c.top, c.anchors):
            yield f"{anchor['value']}：{localized(_Words(anchor), 'text')}"


class _Words:
    """An anchor's words for `localized`."""

    def __init__(self, anchor: Mapping[str, Any]) -> None:
        self.text_zh, self.text_en = anchor["zh"], anchor.get("en")


@blueprint.post("/<int:stage_id>")
@requires(OWN)
def upload(stage_id: int) -> Any:
    """What a returned sheet would change, row by row; nothing is saved yet."""
    own = _own(stage_id)
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid(say("请选择填好的评分表。"))
        sheet = read_table(cast(BinaryIO, sent.stream), sent.filename, MOST_ROWS)
        found = _read(own, sheet)
    except PortalError as refused:
        return _page(own, refused), refused.status
    return _preview(own, found)


def _read(own: StageDesk, sheet: Sheet) -> list[Returned | Refused]:
    if sheet.version != score_sheets.version_of(own.stage.id):
        raise Invalid(say("这不是本轮的评分表，请用本页下载的文件。"))
    sheet.require([score_sheets.read_title(CODE), score_sheets.read_title(REVISION)])
    keys = _keys_by_title(own)
    rows = own.in_state("open")
    texts = queries.texts_of([row.id for row in rows])
    originals = {
        row.code: Original(row.id, row.review.rev, row.rubric, texts.get(row.id, {}))
        for row in rows
    }
    return [score_sheets.returned(row.number, row.cells, keys, originals) for row in sheet.rows]


def _preview(own: StageDesk, found: list[Returned | Refused]) -> str:
    known = [r for r in found if isinstance(r, Returned)]
    changes = [r for r in known if r.changed]
    texts = queries.texts_of([r.review_id for r in known])
    payload = {str(r.review_id): {"rev": r.rev, "fields": dict(r.changed)} for r in changes}
    return render_template(
        "competitions/reviews/sheet_preview.html",
        stage=own.stage,
        edition=own.stage.edition,
        changes=[
            (
                r,
                [
                    (
                        pages.field_label(own.stage.criteria, key),
                        pages.field_shown(key, texts.get(r.review_id, {}).get(key, "")),
                        pages.field_shown(key, text),
                    )
                    for key, text in r.changed.items()
                ],
            )
            for r in changes
        ],
        problems=[
            (r.code, pages.field_label(own.stage.criteria, key), text)
            for r in known
            for key, text in r.problems
        ],
        refused=[r for r in found if isinstance(r, Refused)],
        same=sum(1 for r in known if not r.changed and not r.problems),
        payload=json.dumps(payload, ensure_ascii=False),
    )


@blueprint.post("/<int:stage_id>/apply")
@requires(OWN)
def apply(stage_id: int) -> Any:
    """Save what was looked at; what was changed elsewhere meanwhile is asked, not overwritten."""
    own = _own(stage_id)
    chosen = "resolving" in request.form
    wanted = _resolved() if chosen else _payload(request.form.get("payload", ""))
    mine = {row.id: row for row in own.in_state("open")}
    clashes: dict[str, dict[str, Any]] = {}
    revs: dict[int, int] = {}
    done = 0
    for review_id, (rev, fields) in wanted.items():
        if review_id not in mine:
            raise NotFound
        with transaction():
            saved = reviews.save_fields(current_actor(), review_id, rev, fields)
        done += bool(saved.saved)
        revs[review_id] = saved.rev
        clashes |= _clashes(own, mine[review_id].code, review_id, saved)
    if clashes:
        return render_template(
            "competitions/reviews/sheet_conflict.html",
            stage=own.stage,
            conflicts=clashes,
            revs=revs,
        ), 409
    flash(_("已保存 %(n)s 份评审的内容。", n=done))
    return redirect(url_for("competitions_desk.index"), 303)


def _clashes(own: StageDesk, code: str, review_id: int, saved: Saved) -> dict[str, dict[str, Any]]:
    found = autosaving.versions(
        saved,
        pages.authors(saved),
        lambda key: f"{code} {pages.field_label(own.stage.criteria, key)}",
        pages.field_shown,
    )
    return {f"{review_id}/{key}": row for key, row in found.items()}


def _payload(text: str) -> dict[int, tuple[int, dict[str, str]]]:
    try:
        sent = json.loads(text)
        return {
            int(key): (rev, autosaving.texts(fields))
            for key, body in sent.items()
            for rev, fields in [autosaving.understood(body)]
        }
    except (ValueError, AttributeError) as wrong:
        raise Invalid(say("保存请求的格式有误。")) from wrong


def _resolved() -> dict[int, tuple[int, dict[str, str]]]:
    """What was decided on the page with both versions, by review."""
    found: dict[int, tuple[int, dict[str, str]]] = {}
    for key, text in autosaving.chosen(request.form).items():
        review, _slash, name = key.partition("/")
        rev = request.form.get(f"rev-{review}", "")
        if not (review.isdecimal() and rev.isdecimal()):
            raise Invalid(say("保存请求的格式有误。"))
        found.setdefault(int(review), (int(rev), {}))[1][name] = text
    return found

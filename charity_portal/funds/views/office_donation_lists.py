"""Lists of gifts: template, upload, what the check found, confirmation."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.donations import ImportForm
from charity_portal.funds.models.donations import DonationList
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries import funds
from charity_portal.funds.rules.giving_rows import NOTES, TITLES, VERSION, columns, columns_of
from charity_portal.funds.services import donation_lists as services
from charity_portal.funds.views.donor_pages import table_file
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import NotFound, PortalError
from charity_portal.kernel.i18n import _, language, localized, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.tables import BadTable, Sheet, error_workbook, read_table, write_xlsx

blueprint = Blueprint("funds_donation_lists", __name__, url_prefix="/office/donation-lists")
SHOWN = 200
TONES = {"checked": "waiting", "checking": "waiting", "refused": "bad", "kept": "good"}


@blueprint.get("")
@requires("funds:donation:import")
def index() -> Any:
    """Earlier lists, and the form for a new one."""
    return _index(ImportForm(request.args), 200)


def _index(form: ImportForm, status: int) -> Any:
    page = render_template(
        "funds/donations/lists.html",
        form=form,
        lists=queries.donation_lists(),
        machine=DonationList.MACHINE,
        tones=TONES,
        most=services.MOST_ROWS,
    )
    return page, status


@blueprint.get("/template.xlsx")
@requires("funds:donation:import")
def template() -> Response:
    """The empty list of a fund (or of any, when none is named)."""
    fund_id = request.args.get("fund", 0, type=int)
    purposes = [localized(p, "title") for p in funds.purposes(fund_id)]
    title = _("捐赠清单模板")
    body = write_xlsx(title, columns(purposes), [], notes=NOTES, template=VERSION)
    return table_file(body, title, "xlsx")


@blueprint.post("")
@requires("funds:donation:import")
def upload() -> Any:
    """Take a list and have it checked."""
    form = ImportForm()
    sent: Any = request.files.get("file")
    if sent is None or not sent.filename:
        form.submitted()
        form.file.errors = [*form.file.errors, _("请选择要上传的文件。")]
        return _index(form, 422)
    if not form.submitted():
        return _index(form, 422)
    try:
        sheet = _read(sent)
    except PortalError as wrong:
        form.file.errors = [*form.file.errors, str(wrong.message)]
        return _index(form, wrong.status)
    with transaction():
        row = services.hand_in(current_actor(), int(form.fund.data), sheet, language())
    return redirect(url_for("jobs.show", job_id=row.job_id), 303)


def _read(sent: Any) -> Sheet:
    """The table that was sent; its own name is not kept. Raises BadTable, TooLarge."""
    kind = "csv" if str(sent.filename).lower().endswith(".csv") else "xlsx"
    sheet = read_table(sent.stream, f"list.{kind}", max_rows=services.MOST_ROWS + 2)
    _fields, missing, unknown = columns_of(sheet.header)
    if missing:
        raise BadTable(say("表格缺少这些列：%(titles)s。", titles="、".join(missing)))
    if unknown:
        raise BadTable(say("表头有不认识的列，共 %(n)s 列。请使用模板。", n=len(unknown)))
    return sheet


@blueprint.get("/<int:list_id>")
@requires("funds:donation:import", load=queries.donation_list)
def show(row: DonationList) -> str:
    """What the check found, row by row; what was done."""
    faults = [
        {"row": number, "column": TITLES[field] if field else "", "text": text}
        for number, found in services.problems_of(row).items()
        for field, text in found
    ]
    return render_template(
        "funds/donations/list.html",
        row=row,
        machine=DonationList.MACHINE,
        tones=TONES,
        faults=faults[:SHOWN],
        more=len(faults) > SHOWN,
    )


@blueprint.get("/<int:list_id>/errors.xlsx")
@requires("funds:donation:import", load=queries.donation_list)
def errors(row: DonationList) -> Response:
    """The list with each fault beside its row."""
    if row.state != "refused":
        raise NotFound
    sheet = services.sheet_of(row)
    fields, _missing, _unknown = columns_of(sheet.header)
    titles = {field: title for title, field in fields.items()}
    named = {
        number: [(titles.get(field, ""), text) for field, text in found]
        for number, found in services.problems_of(row).items()
    }
    return table_file(error_workbook(sheet, named), _("捐赠清单错误说明"), "xlsx")


@blueprint.post("/<int:list_id>/apply")
@requires("funds:donation:import", load=queries.donation_list)
def apply(row: DonationList) -> Any:
    """Import a checked list."""
    with transaction():
        row = services.confirm(current_actor(), row.id, language())
    return redirect(url_for("jobs.show", job_id=row.job_id), 303)


@blueprint.post("/<int:list_id>/discard")
@requires("funds:donation:import", load=queries.donation_list)
def discard(row: DonationList) -> Any:
    """Put a list aside."""
    with transaction():
        services.discard(current_actor(), row.id)
    flash(_("已放弃导入，清单内容已删除。"))
    return redirect(url_for(".index"), 303)

"""Campaigns in the office: the list, its file, what is due, and the plan's form."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.errors import StaleCampaign
from charity_portal.funds.forms.campaigns import WORDS, BeginForm, OfficeFilter, PlanForm
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import (
    campaign_duties,
    campaign_history,
    campaign_money,
    donations,
    funds,
)
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.rules.campaigning import CAMPAIGN_KINDS, DUTIES, REACHES, Plan
from charity_portal.funds.services import campaigns as services
from charity_portal.funds.views.campaign_pages import LIST_COLUMNS, TONES, list_cells, ratio_words
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.edits import Draft, merge
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import _, date_text, localized, money, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_campaigns", __name__, url_prefix="/office/campaigns")
navigation.add("office", "funds_campaigns.index", say("筹款活动"), "funds:campaign:list", order=430)


@blueprint.get("")
@requires("funds:campaign:list")
def index() -> str:
    """All campaigns with what they brought."""
    form = OfficeFilter(request.args)
    wanted = _wanted(form)
    found = queries.office_page(wanted, request.args.get("after"))
    duties = campaign_duties.everything()
    return render_template(
        "funds/campaigns/office_index.html",
        page=found,
        form=form,
        kept={name: value for name, value in vars(wanted).items() if value},
        sums=campaign_money.sums(campaign.id for campaign in found.items),
        late=[duty for duty in duties if duty.late],
        duties=duties,
        machine=Campaign.MACHINE,
        tones=TONES,
        kind_words=CAMPAIGN_KINDS,
    )


@blueprint.get("/export.<any(csv, xlsx):file_format>")
@requires("funds:campaign:list")
def export(file_format: str) -> Any:
    """What the list shows, as a file."""
    return table_file(
        _("筹款活动"), LIST_COLUMNS, _cells(_wanted(OfficeFilter(request.args))), file_format
    )


@blueprint.get("/duties")
@requires("funds:campaign:list")
def duties() -> str:
    """What is to be done by when: bulletins, filings, accounts, matchers' pledges."""
    found = campaign_duties.everything()
    return render_template("funds/campaigns/duties.html", duties=found, duty_words=DUTIES)


@blueprint.get("/new")
@requires("funds:campaign:edit")
def new() -> str:
    """Which fund and kind; then the empty plan."""
    fund, kind, begin = _chosen()
    if fund is None or kind is None:
        return render_template("funds/campaigns/begin.html", form=begin)
    return _new_page(fund, kind, PlanForm(formdata=None).suit(kind, _purposes(fund.id)))


@blueprint.post("/new")
@requires("funds:campaign:edit")
def create() -> Any:
    """Keep a new plan."""
    fund, kind, begin = _chosen()
    if fund is None or kind is None:
        return render_template("funds/campaigns/begin.html", form=begin), 422
    form = PlanForm().suit(kind, _purposes(fund.id))
    holds, matcher_id = _read(form)
    if not holds:
        return _new_page(fund, kind, form), 422
    try:
        with transaction():
            campaign = services.create(current_actor(), fund.id, kind, form.plan(matcher_id))
    except Invalid as wrong:
        form.refuse(wrong)
        return _new_page(fund, kind, form), 422
    flash(_("已建立活动 %(number)s。", number=campaign.number))
    return redirect(url_for(".show", campaign_id=campaign.id), 303)


@blueprint.get("/<int:campaign_id>/edit")
@requires("funds:campaign:edit", load=queries.campaign)
def edit(campaign: Campaign) -> Any:
    """The plan as a form."""
    if campaign.state != Campaign.MACHINE.initial:
        return redirect(url_for(".show", campaign_id=campaign.id), 303)
    plan = queries.plan_of(campaign)
    return _edit_page(campaign, _filled(campaign, plan, queries.draft_of(plan), campaign.rev))


@blueprint.post("/<int:campaign_id>/edit")
@requires("funds:campaign:edit", load=queries.campaign)
def save(campaign: Campaign) -> Any:
    """Keep the plan; what others changed meanwhile is merged in or shown beside."""
    form = PlanForm().suit(campaign.kind, _purposes(campaign.fund_id))
    holds, matcher_id = _read(form)
    if not holds:
        return _edit_page(campaign, form), 422
    mine = _with_choices(form.plan(matcher_id), queries.plan_of(campaign))
    try:
        with transaction():
            _kept, taken_over = services.save(
                current_actor(), campaign.id, mine, form.start(), form.prints()
            )
    except StaleCampaign as stale:
        return _clash_page(campaign.id, mine, form.prints(), stale), 409
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _edit_page(campaign, form), problem.status
    if taken_over:
        parts = _("、").join(str(WORDS[name]) for name in taken_over)
        flash(_("已保存，并合并了其他人刚才修改的内容：%(parts)s。", parts=parts))
    else:
        flash(_("已保存。"))
    return redirect(url_for(".show", campaign_id=campaign.id), 303)


def _clash_page(campaign_id: int, mine: Plan, base: dict[str, str], stale: StaleCampaign) -> str:
    """The form again, with both versions of what two people changed."""
    campaign = queries.campaign(campaign_id)
    assert campaign is not None
    saved = queries.plan_of(campaign)
    theirs, ours = queries.draft_of(saved), queries.draft_of(mine)
    latest = campaign_history.history(campaign)[0]
    conflicts = {
        name: {
            "label": WORDS[name],
            "mine": _shown(name, getattr(mine, name), campaign.fund_id),
            "theirs": _shown(name, getattr(saved, name), campaign.fund_id),
            "by": latest.who,
            "at": latest.at,
        }
        for name in stale.clashes
    }
    merged = Plan(**merge(ours, theirs, base).draft.units)
    return _edit_page(campaign, _filled(campaign, merged, theirs, stale.rev), conflicts)


def _filled(campaign: Campaign, plan: Plan, compared: Draft, rev: int) -> PlanForm:
    form = PlanForm(formdata=None).suit(campaign.kind, _purposes(campaign.fund_id))
    form.fill(plan, queries.donor_number(plan.matcher_id))
    form.start_from(compared, rev)
    return form


def _with_choices(mine: Plan, saved: Plan) -> Plan:
    """My version, but for what I chose to leave as others saved it."""
    taken = {
        name: getattr(saved, name)
        for name in vars(saved)
        if request.form.get(f"choice-{name}") == "theirs"
    }
    return Plan(**{**vars(mine), **taken})


def _read(form: PlanForm) -> tuple[bool, int | None]:
    """Whether the form holds, and whom its matcher's number or name stands for."""
    holds = form.submitted()
    if "matcher" not in form or not form.matcher.data:
        return holds, None
    found = donations.find_donors(form.matcher.data)
    if len(found) == 1:
        return holds, found[0].id
    if found:
        numbers = _("、").join(donor.number for donor in found)
        said = _("有多位捐赠人相符，请填写捐赠人编号：%(numbers)s。", numbers=numbers)
    else:
        said = _("没有找到该捐赠人，请先登记，或填写准确的编号、姓名（名称）。")
    form.matcher.errors = [*form.matcher.errors, said]
    return False, None


def _chosen() -> tuple[Fund | None, str | None, BeginForm]:
    """The fund and the kind that the address names, and the form that asks for them."""
    begin = BeginForm(request.args)
    begin.fund.choices = [(str(key), label) for key, label in funds.choices()]
    asked = request.args.get("fund", "")
    fund = funds.fund(int(asked)) if asked.isdigit() else None
    kind = request.args.get("kind", "")
    if ("fund" in request.args or "kind" in request.args) and not begin.validate():
        return None, None, begin
    return fund, kind if kind in CAMPAIGN_KINDS else None, begin


def _purposes(fund_id: int) -> list[tuple[int, str]]:
    return [(row.id, localized(row, "title")) for row in funds.purposes(fund_id)]


def _wanted(form: OfficeFilter) -> queries.Filter:
    return queries.Filter(
        state=form.state.data or "", kind=form.kind.data or "", text=form.text.data or ""
    )


def _cells(wanted: queries.Filter) -> Iterator[dict[str, Any]]:
    rows = list(queries.everything(wanted))
    sums = campaign_money.sums(row.id for row in rows)
    for row in rows:
        yield list_cells(row, sums[row.id])


def _new_page(fund: Fund, kind: str, form: PlanForm) -> str:
    return render_template(
        "funds/campaigns/edit.html",
        campaign=None,
        fund=fund,
        kind=kind,
        kind_word=CAMPAIGN_KINDS[kind],
        form=form,
        conflicts={},
    )


def _edit_page(campaign: Campaign, form: PlanForm, conflicts: dict[str, Any] | None = None) -> str:
    return render_template(
        "funds/campaigns/edit.html",
        campaign=campaign,
        fund=campaign.fund,
        kind=campaign.kind,
        kind_word=CAMPAIGN_KINDS[campaign.kind],
        form=form,
        conflicts=conflicts or {},
    )


def _shown(name: str, value: Any, fund_id: int) -> str:
    """A part of a plan in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return date_text(value)
    if name.endswith("_fen"):
        return money(value)
    if name == "match_bp":
        return ratio_words(value)
    if name == "reach":
        return str(REACHES[value])
    if name == "matcher_id":
        return queries.donor_number(value)
    if name == "purpose_id":
        return dict(_purposes(fund_id)).get(value, "")
    return str(value)

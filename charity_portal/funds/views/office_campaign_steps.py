"""One campaign in the office: what is missing, its steps, its money, its bulletins.

These pages belong to the same part of the office as the list, so they share its blueprint.
"""

from typing import Any

from flask import flash, redirect, render_template, url_for

from charity_portal.funds.errors import CampaignUnfit
from charity_portal.funds.forms.campaigns import (
    BulletinForm,
    CallInForm,
    CancelForm,
    OutcomeForm,
    WordingForm,
)
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.queries import campaign_duties, campaign_history, campaign_money
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.rules import campaigning as rules
from charity_portal.funds.rules.accounts import USES
from charity_portal.funds.services import bulletins, matching
from charity_portal.funds.services import campaigns as services
from charity_portal.funds.views import office_campaigns
from charity_portal.funds.views.campaign_pages import TONES, income_rows, issues, ratio_words
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, WrongState
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = office_campaigns.blueprint


@blueprint.get("/<int:campaign_id>")
@requires("funds:campaign:list", load=queries.campaign)
def show(campaign: Campaign) -> str:
    """Everything about one campaign."""
    return _page(campaign)


@blueprint.post("/<int:campaign_id>/start")
@requires("funds:campaign:start", load=queries.campaign)
def start(campaign: Campaign) -> Any:
    """Let it begin; one that is not ready is shown again with all that is missing."""
    try:
        with transaction():
            services.start(current_actor(), campaign.id)
    except CampaignUnfit:
        return _again(campaign.id, refused=True), 422
    except Invalid as wrong:
        said = [str(text) for texts in wrong.fields.values() for text in texts]
        return _again(campaign.id, refused=True, also=said), 422
    flash(_("活动已批准开始，公开页面已可查看。"))
    return _back(campaign)


@blueprint.post("/<int:campaign_id>/end")
@requires("funds:campaign:edit", load=queries.campaign)
def end(campaign: Campaign) -> Any:
    """Close it."""
    with transaction():
        services.end(current_actor(), campaign.id)
    flash(_("活动已结束，请在三个月内结算并公布。"))
    return _back(campaign)


@blueprint.post("/<int:campaign_id>/settle")
@requires("funds:campaign:settle", load=queries.campaign)
def settle(campaign: Campaign) -> Any:
    """Publish what came of it."""
    form = OutcomeForm(prefix="outcome")
    if not form.submitted():
        return _page(campaign, outcome_form=form), 422
    try:
        with transaction():
            services.settle(
                current_actor(), campaign.id, form.outcome_zh.data, form.outcome_en.data
            )
    except Invalid as wrong:
        form.refuse(wrong)
        return _again(campaign.id, outcome_form=form), 422
    flash(_("已结算，活动成效和收支已公布。"))
    return _back(campaign)


@blueprint.post("/<int:campaign_id>/cancel")
@requires("funds:campaign:edit", load=queries.campaign)
def cancel(campaign: Campaign) -> Any:
    """Give it up before it begins."""
    form = CancelForm(prefix="cancel")
    if not form.submitted():
        return _page(campaign, cancel_form=form), 422
    with transaction():
        services.cancel(current_actor(), campaign.id, form.reason.data)
    flash(_("活动已取消。"))
    return _back(campaign)


@blueprint.post("/<int:campaign_id>/pledge")
@requires("funds:pledge:edit", load=queries.campaign)
def call_in(campaign: Campaign) -> Any:
    """Write the matcher's pledge, or bring it up to what is owed now."""
    form = CallInForm(prefix="pledge")
    if not form.submitted():
        return _page(campaign, call_in_form=form), 422
    try:
        with transaction():
            pledge = matching.call_in(
                current_actor(),
                campaign.id,
                form.due_on.data,
                form.naming.data or "unnamed",
                form.public_name.data or "",
            )
    except Invalid as wrong:
        form.refuse(wrong)
        return _again(campaign.id, call_in_form=form), 422
    flash(_("配捐人的认捐 %(number)s 已按应配金额登记。", number=pledge.number))
    return _back(campaign)


@blueprint.get("/<int:campaign_id>/words")
@requires("funds:campaign:edit", load=queries.campaign)
def words(campaign: Campaign) -> Any:
    """What may still be put right once it has begun."""
    if campaign.state not in services.BEGUN:
        return _back(campaign)
    form = WordingForm(formdata=None, obj=campaign)
    return render_template("funds/campaigns/words.html", campaign=campaign, form=form)


@blueprint.post("/<int:campaign_id>/words")
@requires("funds:campaign:edit", load=queries.campaign)
def reword(campaign: Campaign) -> Any:
    """Put it right."""
    form = WordingForm()
    if not form.submitted():
        return render_template("funds/campaigns/words.html", campaign=campaign, form=form), 422
    wording = services.Wording(
        title_zh=form.title_zh.data,
        title_en=form.text("title_en"),
        summary_zh=form.summary_zh.data,
        summary_en=form.text("summary_en"),
        place=form.text("place"),
        filing_number=form.text("filing_number"),
        filed_on=form.filed_on.data,
        ends_on=form.ends_on.data,
    )
    try:
        with transaction():
            services.reword(current_actor(), campaign.id, wording, form.start())
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        page = render_template("funds/campaigns/words.html", campaign=campaign, form=form)
        return page, problem.status
    flash(_("已更正，公开页面同时更新。"))
    return _back(campaign)


@blueprint.get("/<int:campaign_id>/bulletin")
@requires("funds:campaign:edit", load=queries.campaign)
def bulletin(campaign: Campaign) -> Any:
    """The next bulletin, with the figures it will carry."""
    published = queries.bulletins(campaign.id)
    if campaign_duties.next_bulletin(campaign, published) is None:
        return _back(campaign)
    form = BulletinForm(formdata=None, position=len(published) + 1)
    return _bulletin_page(campaign, form)


@blueprint.post("/<int:campaign_id>/bulletin")
@requires("funds:campaign:edit", load=queries.campaign)
def publish_bulletin(campaign: Campaign) -> Any:
    """Publish it; what was typed is kept when somebody else was faster."""
    form = BulletinForm()
    if not form.submitted():
        return _bulletin_page(campaign, form), 422
    try:
        with transaction():
            bulletins.publish(
                current_actor(), campaign.id, form.number(), form.text_zh.data, form.text_en.data
            )
    except WrongState:
        raise
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _bulletin_page(campaign, form), problem.status
    flash(_("第 %(n)s 期通报已公布。", n=form.number()))
    return _back(campaign)


def _bulletin_page(campaign: Campaign, form: BulletinForm) -> str:
    published = queries.bulletins(campaign.id)
    return render_template(
        "funds/campaigns/bulletin.html",
        campaign=campaign,
        form=form,
        due=campaign_duties.next_bulletin(campaign, published),
        issues=issues(published),
        money=campaign_money.of_campaign(campaign.id),
    )


def _back(campaign: Campaign) -> Any:
    return redirect(url_for(".show", campaign_id=campaign.id), 303)


def _again(campaign_id: int, **given: Any) -> str:
    """The page after a refusal, from what is kept."""
    campaign = queries.campaign(campaign_id)
    assert campaign is not None
    return _page(campaign, **given)


def _page(campaign: Campaign, refused: bool = False, **given: Any) -> str:
    today = clock.today()
    money = campaign_money.of_campaign(campaign.id)
    published = queries.bulletins(campaign.id)
    actor = current_actor()
    draft = campaign.state == Campaign.MACHINE.initial
    checks = rules.checklist(queries.start_of(campaign, today), today) if draft else []
    matched = campaign_money.matching(campaign, money)
    promised = matched.pledge.due_on if matched and matched.pledge else None
    forms = {
        "outcome_form": given.get("outcome_form") or OutcomeForm(prefix="outcome", formdata=None),
        "cancel_form": given.get("cancel_form") or CancelForm(prefix="cancel", formdata=None),
        "call_in_form": given.get("call_in_form")
        or CallInForm(prefix="pledge", formdata=None, due_on=promised),
    }
    return render_template(
        "funds/campaigns/office_show.html",
        campaign=campaign,
        money=money,
        income=income_rows(money),
        matching=matched,
        matcher_number=queries.donor_number(campaign.matcher_id),
        ratio=ratio_words(campaign.match_bp),
        costs=campaign_money.costs(campaign.id),
        issues=issues(published),
        duties=campaign_duties.of_campaign(campaign, published),
        duty_words=rules.DUTIES,
        checks=checks,
        ready=all(check.holds for check in checks),
        refused=refused,
        also=given.get("also", ()),
        events=campaign_history.history(campaign),
        actions={step.action for step in Campaign.MACHINE.actions(actor, campaign)},
        begun=campaign.state in services.BEGUN,
        calls_in=campaign.state in ("running", "ended"),
        tone=TONES[campaign.state],
        state_word=Campaign.MACHINE.word(campaign.state),
        kind_word=rules.CAMPAIGN_KINDS[campaign.kind],
        reach_word=rules.REACHES[campaign.reach],
        use_words=USES,
        **forms,
    )

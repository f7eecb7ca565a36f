"""A campaign is planned, started by a second pair of eyes, ended, and accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from charity_portal.funds.errors import CampaignUnfit, PurposeElsewhere, StaleCampaign
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.donations import Donor
from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.rules import campaigning as rules
from charity_portal.funds.rules.campaigning import Plan as Plan
from charity_portal.funds.services.naming import refuse_donor_names, refuse_hidden_names
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.edits import merge
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire

NUMBERS = "HD"
BEGUN = ("running", "ended", "settled")


@dataclass(frozen=True)
class Wording:
    """What may still be put right once a campaign has begun: its words, the filing, a later end."""

    title_zh: str
    title_en: str | None
    summary_zh: str
    summary_en: str | None
    place: str | None
    filing_number: str | None
    filed_on: date | None
    ends_on: date


def create(actor: Actor, fund_id: int, kind: str, plan: Plan) -> Campaign:
    """A new campaign of a fund, in preparation. Raises Invalid by field of Plan, PurposeElsewhere."""
    require(actor, "funds:campaign:edit")
    if db.session.get(Fund, fund_id) is None:
        raise NotFound
    if kind not in rules.CAMPAIGN_KINDS:
        raise Invalid(fields={"kind": [say("请选择活动类型。")]})
    _check(fund_id, kind, plan)
    campaign = Campaign(
        number=next_number(NUMBERS, clock.today().year, width=4),
        fund_id=fund_id,
        kind=kind,
        created_by=actor.user_id,
        **_columns(plan),
    )
    db.session.add(campaign)
    db.session.flush()
    audit.record(
        actor,
        "funds.campaign.create",
        campaign,
        after={"number": campaign.number, "fund": fund_id, "kind": kind},
    )
    return campaign


def save(
    actor: Actor, campaign_id: int, mine: Plan, rev: int, base: Mapping[str, str]
) -> tuple[Campaign, list[str]]:
    """Keep an edit of a plan; returns the campaign and what was merged in from others.

    `rev` and `base` (a print of every part) are what the form was drawn from. StaleCampaign when
    somebody else changed a part that this edit changes too; nothing is kept then.
    """
    require(actor, "funds:campaign:edit")
    campaign = locked(Campaign, campaign_id)
    if campaign.state != Campaign.MACHINE.initial:
        raise WrongState(say("活动已经开始，计划不能再修改。"))
    before, after = queries.draft_of(queries.plan_of(campaign)), queries.draft_of(mine)
    taken_over: list[str] = []
    if rev != campaign.rev:
        merged = merge(after, before, base)
        if merged.clashes:
            raise StaleCampaign(merged.clashes, campaign.rev)
        after, taken_over = merged.draft, merged.taken_over
    plan = Plan(**after.units)
    _check(campaign.fund_id, campaign.kind, plan)
    changed = after.changed_from(before)
    if changed:
        _write(campaign, _columns(plan))
        audit.record(
            actor, "funds.campaign.save", campaign, after={"rev": campaign.rev, "changed": changed}
        )
    return campaign, taken_over


def start(actor: Actor, campaign_id: int) -> Campaign:
    """Let a campaign begin, on its first day or today if that is later. CampaignUnfit names all that
    is missing.
    """
    campaign = _held(campaign_id)
    Campaign.MACHINE.step(campaign.state, "start")
    require(actor, "funds:campaign:start", campaign)
    today = clock.today()
    if missing := rules.missing(queries.start_of(campaign, today), today):
        raise CampaignUnfit(missing)
    _refuse_names(queries.plan_of(campaign))
    campaign.started_on = max(campaign.starts_on, today)
    fire(actor, campaign, "start", rev=campaign.rev)
    return campaign


def reword(actor: Actor, campaign_id: int, wording: Wording, rev: int) -> Campaign:
    """Put right the words or the filing of a campaign that has begun, or let a running one end later.

    StaleCampaign when somebody else did meanwhile; Invalid by field.
    """
    require(actor, "funds:campaign:edit")
    campaign = locked(Campaign, campaign_id)
    if campaign.state not in BEGUN:
        raise WrongState
    if rev != campaign.rev:
        raise StaleCampaign([], campaign.rev)
    values = {part.name: getattr(wording, part.name) for part in fields(Wording)}
    plan = Plan(**{**vars(queries.plan_of(campaign)), **values})
    found = rules.plan_problems(plan, campaign.kind, clock.today())
    if campaign.filing_number and not wording.filing_number:
        found["filing_number"] = [say("已登记的备案编号不能删除，只能更正。")]
    if wording.ends_on != campaign.ends_on:
        if campaign.state != "running":
            found["ends_on"] = [say("活动已经结束，不能再延期。")]
        elif wording.ends_on < campaign.ends_on:
            found["ends_on"] = [say("结束日期只能推迟；提前结束请办理“结束活动”。")]
    if found:
        raise Invalid(fields=found)
    _refuse_names(plan)
    changed = [name for name, value in values.items() if getattr(campaign, name) != value]
    if changed:
        facts = ("filing_number", "filed_on", "ends_on")
        before = {name: _told(getattr(campaign, name)) for name in facts}
        _write(campaign, values)
        audit.record(
            actor,
            "funds.campaign.reword",
            campaign,
            before=before,
            after={"rev": campaign.rev, "changed": changed}
            | {name: _told(values[name]) for name in facts},
        )
    return campaign


def end(actor: Actor, campaign_id: int) -> Campaign:
    """Close a campaign: what comes in from now on is no longer its doing."""
    campaign = locked(Campaign, campaign_id)
    campaign.ended_on = min(clock.today(), campaign.ends_on)
    fire(actor, campaign, "end")
    return campaign


def end_due(actor: Actor) -> int:
    """End all campaigns whose last day is over; how many."""
    over = queries.past_their_end(clock.today())
    for campaign_id in over:
        end(actor, campaign_id)
    return len(over)


def settle(actor: Actor, campaign_id: int, outcome_zh: str, outcome_en: str | None) -> Campaign:
    """Publish what came of a campaign; it is accounted for then and takes no more gifts."""
    campaign = locked(Campaign, campaign_id)
    require(actor, "funds:campaign:settle", campaign)
    if not outcome_zh.strip():
        raise Invalid(fields={"outcome_zh": [say("请写明活动成效和款物使用情况。")]})
    refuse_donor_names(outcome_zh=outcome_zh, outcome_en=outcome_en)
    campaign.outcome_zh = outcome_zh.strip()
    campaign.outcome_en = (outcome_en or "").strip() or None
    campaign.settled_on = clock.today()
    fire(actor, campaign, "settle")
    return campaign


def cancel(actor: Actor, campaign_id: int, reason: str) -> Campaign:
    """Give up a campaign that has not begun."""
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明理由。")]})
    campaign = locked(Campaign, campaign_id)
    fire(actor, campaign, "cancel", reason=reason.strip())
    return campaign


def _held(campaign_id: int) -> Campaign:
    locked(Campaign, campaign_id)
    campaign = queries.campaign(campaign_id)
    assert campaign is not None
    return campaign


def _check(fund_id: int, kind: str, plan: Plan) -> None:
    purpose = db.session.get(FundPurpose, plan.purpose_id)
    if purpose is None or purpose.fund_id != fund_id:
        raise PurposeElsewhere
    found = rules.plan_problems(plan, kind, clock.today())
    if plan.matcher_id is not None and db.session.get(Donor, plan.matcher_id) is None:
        found["matcher"] = [say("没有找到该捐赠人。")]
    if found:
        raise Invalid(fields=found)
    _refuse_names(plan)


def _refuse_names(plan: Plan) -> None:
    names = ("title_zh", "title_en", "summary_zh", "summary_en", "place")
    refuse_hidden_names(**{name: getattr(plan, name) for name in names})


def _columns(plan: Plan) -> dict[str, Any]:
    return {part.name: getattr(plan, part.name) for part in fields(Plan)}


def _write(campaign: Campaign, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(campaign, name, value)
    campaign.rev += 1
    db.session.flush()


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

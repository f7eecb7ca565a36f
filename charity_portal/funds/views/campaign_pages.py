"""What pages about campaigns have in common: tones, what a list says as a file, and progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from charity_portal.funds.models.campaigns import Campaign, CampaignBulletin
from charity_portal.funds.rules.campaigning import CAMPAIGN_KINDS, Money, days_late
from charity_portal.funds.rules.giving import FORMS
from charity_portal.kernel import clock
from charity_portal.kernel.i18n import localized, money, percent, say
from charity_portal.kernel.tables import Column

TONES = {
    "draft": "neutral",
    "running": "good",
    "ended": "waiting",
    "settled": "done",
    "cancelled": "bad",
}

LIST_COLUMNS = (
    Column("number", say("编号"), width=18),
    Column("title", say("活动名称"), width=36),
    Column("kind", say("活动类型"), width=14),
    Column("fund", say("基金"), width=28),
    Column("state", say("状态"), width=18),
    Column("starts_on", say("开始日期"), kind="date"),
    Column("ends_on", say("结束日期"), kind="date"),
    Column("filing_number", say("募捐方案备案编号"), width=24),
    Column("target", say("目标金额"), kind="money"),
    Column("received", say("募得款物"), kind="money"),
    Column("matching", say("其中配捐"), kind="money"),
    Column("spent", say("支出"), kind="money"),
    Column("cost", say("其中募捐成本"), kind="money"),
    Column("left", say("结余"), kind="money"),
)


def list_cells(campaign: Campaign, sums: Money) -> dict[str, Any]:
    """One row of the office's file."""
    return {
        "number": campaign.number,
        "title": localized(campaign, "title"),
        "kind": CAMPAIGN_KINDS[campaign.kind],
        "fund": f"{campaign.fund.number} {localized(campaign.fund, 'name')}",
        "state": Campaign.MACHINE.word(campaign.state),
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "filing_number": campaign.filing_number or "",
        "target": campaign.target_fen,
        "received": sums.received_fen,
        "matching": sums.matching_fen,
        "spent": sums.spent_fen,
        "cost": sums.cost_fen,
        "left": sums.left_fen,
    }


@dataclass(frozen=True)
class Issue:
    """A bulletin, and how many days late it was published."""

    bulletin: CampaignBulletin
    late: int


def issues(published: Sequence[CampaignBulletin]) -> list[Issue]:
    """Bulletins as pages show them, the latest first."""
    return [
        Issue(row, days_late(row.due_on, clock.local(row.published_at).date()))
        for row in reversed(published)
    ]


def income_rows(sums: Money) -> list[dict[str, Any]]:
    """What came in by form of giving, and from the matcher, as rows of a chart."""
    rows: list[dict[str, Any]] = [
        {
            "label": f"{word}",
            "gifts": sums.by_form[form].gifts,
            "value": sums.by_form[form].fen,
            "display": money(sums.by_form[form].fen),
        }
        for form, word in FORMS.items()
        if form in sums.by_form
    ]
    if sums.matching_fen:
        rows.append(
            {
                "label": f"{say('配捐')}",
                "gifts": None,
                "value": sums.matching_fen,
                "display": money(sums.matching_fen),
            }
        )
    return rows


def share_of_target(campaign: Campaign, sums: Money) -> str | None:
    """How much of the goal was reached, in per cent; None without a goal."""
    return percent(sums.received_fen, campaign.target_fen) if campaign.target_fen else None


def ratio_words(match_bp: int | None) -> str:
    """A matcher's ratio as people read it: `100%`, `12.5%`."""
    whole, rest = divmod(match_bp or 0, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"

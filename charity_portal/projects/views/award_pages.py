"""What pages about awards' money have in common, in the office and in the workspace."""

from dataclasses import dataclass
from typing import Any

from charity_portal.funds.queries import causes, purses
from charity_portal.funds.queries.causes import Booked
from charity_portal.funds.queries.purses import Purse
from charity_portal.kernel import clock
from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import Award
from charity_portal.projects.models.tranches import Reclaim, Tranche
from charity_portal.projects.queries import award_money, tranches
from charity_portal.projects.queries.award_money import Sums
from charity_portal.projects.queries.steps import Event
from charity_portal.projects.rules.paying import ASKED

TONES = {
    "planned": "neutral",
    "released": "waiting",
    "allocated": "waiting",
    "paid": "done",
    "stopped": "bad",
    "demanded": "bad",
    "settled": "done",
    "waived": "neutral",
}


@dataclass(frozen=True)
class AwardMoney:
    """Everything that is to be known about the money of one award."""

    application: Application
    award: Award
    tranches: list[Tranche]
    sums: Sums
    reclaims: list[Reclaim]
    entries: dict[int, Booked]
    refunds: dict[int, list[Booked]]
    purses: dict[int, Purse]

    @property
    def unplanned_fen(self) -> int:
        """What no tranche pays yet."""
        return self.award.amount_fen - self.sums.planned_fen

    @property
    def open_reclaims(self) -> list[Reclaim]:
        """Demands that money is still owed for."""
        return [r for r in self.reclaims if r.state == "demanded"]


def money_of(application: Application) -> AwardMoney:
    """The money of an award, in a fixed number of statements."""
    found = moneys([application])
    return found[application.id]


def moneys(applications: list[Application]) -> dict[int, AwardMoney]:
    """The money of several awards, in a number of statements that does not grow with them."""
    ids = [a.id for a in applications]
    plans, asked = tranches.tranches_of(ids), tranches.reclaims_of(ids)
    rows = [t for plan in plans.values() for t in plan]
    entries = causes.booked(
        e for t in rows for e in (t.allocation_id, t.payment_id) if e is not None
    )
    returned: dict[int, list[Booked]] = {}
    for entry in award_money.refunds(r.id for found in asked.values() for r in found):
        returned.setdefault(int(entry.source.split(":")[1]), []).append(entry)
    sums, known = award_money.sums_of(ids), purses.purses_of(t.purpose_id for t in rows)
    awards = tranches.awards_by_application(ids)
    return {
        a.id: AwardMoney(
            application=a,
            award=awards[a.id],
            tranches=plans.get(a.id, []),
            sums=sums.get(a.id, Sums()),
            reclaims=asked.get(a.id, []),
            entries=entries,
            refunds=returned,
            purses=known,
        )
        for a in applications
    }


def next_step(money: AwardMoney) -> Text | None:
    """What the organization is asked to do next; None while it only has to wait."""
    if money.open_reclaims:
        return say("请按通知退回资助款")
    waiting = next((t for t in money.tranches if t.state == "planned"), None)
    return ASKED[waiting.condition] if waiting is not None else None


def overdue(row: Any) -> bool:
    """Whether what a tranche or a demand waits for should have happened by now."""
    return row.state in ("planned", "demanded") and row.due_on < clock.today()


def told(events: list[Event]) -> list[dict[str, Any]]:
    """Steps as the page's timeline shows them, each with its reason."""
    return [{"at": e.at, "what": e.what, "who": e.who, "note": e.reason} for e in events]

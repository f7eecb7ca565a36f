"""A fund with a life behind it: every kind of entry, in several months, for the pages of citizens."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.papers import FundPaper
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.services import moving, posting
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.numbers import next_number
from tests.factories.examples import World
from tests.factories.funds import Settled, make_fund, make_host


def paper(day: str, description: str = "按协议办理") -> Paper:
    """What stands behind an entry of that day."""
    return Paper(f"记-{day}", description, date.fromisoformat(day))


@dataclass(frozen=True)
class Lived:
    """A fund and some of its entries."""

    fund: Settled
    number: str
    allocation: int
    payment: int
    reversed: int
    reversal: int


def lived(endowed: bool = False) -> Lived:
    """A fund that received, promised, paid, handed out, got money back and corrected itself, on days
    of January, February and March 2026 (the clock stands at 2 March)."""
    given: dict[str, Any] = {}
    if endowed:
        given = {
            "nature": "endowed",
            "payout_bp": 500,
            "purposes": (
                Purpose("助老", ("award", "wish", "activity")),
                Purpose("急难", ("relief",)),
                Purpose("本金", (), spendable=False),
            ),
        }
    host = make_host()
    fund = make_fund(host_id=host.id, **given)
    first, second, *principal = fund.purposes
    serial = fund.fund_id
    fund.receive(5_000_00, f"t:{serial}:1", paper=paper("2026-01-10", "年初捐赠"))
    fund.receive(
        800_00, f"t:{serial}:2", income_source="sale", paper=paper("2026-02-03", "义卖收入")
    )
    fund.receive(
        300_00, f"t:{serial}:3", in_kind=True, purpose=second, paper=paper("2026-02-05", "棉被")
    )
    wrong = fund.receive(70_00, f"t:{serial}:4", paper=paper("2026-02-07", "误记"))
    allocation = fund.allocate(
        1_200_00, f"t:{serial}:5", payee=host.id, paper=paper("2026-02-10", "老年食堂资助")
    )
    with transaction():
        payment = moving.pay(fund.staff, allocation, paper("2026-02-12", "拨付老年食堂")).id
    fund.allocate(
        90_00, f"t:{serial}:6", goods=True, purpose=second, use="relief",
        paper=paper("2026-02-20", "发放棉被"),
    )  # fmt: skip
    fund.allocate(150_00, f"t:{serial}:7", use="wish", paper=paper("2026-03-01", "微心愿"))
    taken_back = fund.allocate(60_00, f"t:{serial}:8", paper=paper("2026-02-25", "活动取消"))
    with transaction():
        moving.refund(
            fund.staff, fund.fund_id, host.id, 45_50, first, f"t:{serial}:9",
            paper("2026-03-01", "结余退回"),
        )  # fmt: skip
        reversal = posting.reverse(fund.staff, wrong, "记-冲-1", "误记冲销").id
        posting.reverse(fund.staff, taken_back, "记-冲-2", "活动取消，冲销拨付决定")
    if principal:
        fund.receive(
            10_000_00, f"t:{serial}:p", purpose=principal[0], paper=paper("2026-01-11", "本金捐赠")
        )
        with transaction():
            moving.pay_out(
                fund.staff, fund.fund_id, 400_00, second, f"t:{serial}:q", paper("2026-02-28")
            )
    db.session.rollback()
    number = db.session.get_one(Fund, fund.fund_id).number
    return Lived(fund, number, allocation, payment, wrong, reversal)


def make_paper(fund: Settled, **given: Any) -> FundPaper:
    """A statement of a fund that waits for its file."""
    with transaction():
        row = FundPaper(
            number=next_number("ZM", clock.today().year, width=6),
            **{"kind": "fund_statement", "language": "zh", "fund_id": fund.fund_id, **given},
        )
        db.session.add(row)
        db.session.flush()
        return row


def _known(world: World) -> Lived:
    """One fund with a life for all public examples."""
    if "lived" not in world.made:
        world.made["lived"] = lived()
    found: Lived = world.made["lived"]
    return found


_PAGES = ("show", "entries", "entries_file", "donations", "statement", "statement_file")
EXAMPLES = {
    **{f"funds_public.{page}.number": lambda world: _known(world).number for page in _PAGES},
    "funds_entries.show.entry_id": lambda world: _known(world).payment,
    "paper_id": lambda world: make_paper(_known(world).fund).id,
}

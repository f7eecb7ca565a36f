"""What the pages about funds share: tones, columns of the register, addresses of other parts."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app, url_for

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules.establishing import KINDS, NATURES
from charity_portal.kernel.i18n import localized, say
from charity_portal.kernel.permissions import Actor, can
from charity_portal.kernel.tables import Column

TONES = {"draft": "waiting", "active": "good", "suspended": "bad", "ended": "done"}
COLUMNS = [
    Column("number", say("编号"), width=16),
    Column("name", say("基金名称"), width=36),
    Column("kind", say("基金类型"), width=18),
    Column("nature", say("本金是否动用"), width=12),
    Column("state", say("状态"), width=10),
    Column("host", say("依托慈善组织"), width=30),
    Column("initiator", say("发起人"), width=30),
    Column("agreement_number", say("协议编号"), width=22),
    Column("signed_on", say("签订日期"), kind="date"),
    Column("activated_on", say("启动日期"), kind="date"),
    Column("ended_on", say("终止日期"), kind="date"),
    Column("received", say("累计收入（元）"), kind="money"),
    Column("spent", say("累计支出（元）"), kind="money"),
    Column("available", say("可用余额（元）"), kind="money"),
    Column("principal", say("本金（元）"), kind="money"),
    Column("payable", say("应付未付（元）"), kind="money"),
]


def register_rows(funds: Iterable[Fund], hosts: dict[int, str]) -> Iterator[dict[str, Any]]:
    """The register as cells of `COLUMNS`; all balances in one statement."""
    found = list(funds)
    balances = ledger.balances(fund.id for fund in found)
    for fund in found:
        balance = balances[fund.id]
        yield {
            "number": fund.number,
            "name": localized(fund, "name"),
            "kind": str(KINDS[fund.kind]),
            "nature": str(NATURES[fund.nature]),
            "state": str(fund.MACHINE.word(fund.state)),
            "host": hosts.get(fund.host_id, ""),
            "initiator": fund.initiator,
            "agreement_number": fund.agreement_number,
            "signed_on": fund.signed_on,
            "activated_on": fund.activated_on,
            "ended_on": fund.ended_on,
            "received": balance.received_fen,
            "spent": balance.spent_fen,
            "available": balance.available_fen,
            "principal": balance.principal_fen,
            "payable": balance.payable_fen,
        }


def home(actor: Actor, fund_id: int) -> str:
    """Where somebody goes on after work on a fund: its office page, or their own desk."""
    if can(actor, "funds:register:list"):
        return url_for("funds_office.show", fund_id=fund_id)
    return url_for("funds_workspace.index")


def link(endpoint: str, **values: Any) -> str | None:
    """The address of a page of another part of the room, if it is there."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None

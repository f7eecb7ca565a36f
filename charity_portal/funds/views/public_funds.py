"""Funds for everybody: the register, one fund's page, who gave to it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from charity_portal.funds import exports
from charity_portal.funds.forms.public import FundFilter
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import (
    campaigns,
    donations,
    figures,
    funds,
    idle,
    ledger,
    public,
    statements,
)
from charity_portal.funds.rules.accounts import ENTRIES, INCOME_SOURCES, USES
from charity_portal.funds.rules.establishing import KINDS, NATURES, SEATS
from charity_portal.funds.rules.figures import USE_WORDS, Narrowing
from charity_portal.funds.rules.giving import FORMS
from charity_portal.kernel import navigation
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.web import public_page
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("funds_public", __name__, url_prefix="/funds")
navigation.add("public", "funds_public.index", say("慈善基金"), "funds:register:see", 24)

NEWEST = 5
TONES = {"active": "good", "suspended": "waiting", "ended": "done", "draft": "neutral"}
MONTHS = 12


@blueprint.get("")
@requires("funds:register:see")
@public_page
def index() -> str:
    """All funds, with what the city's funds come to together."""
    form = FundFilter(public.hosts())
    return render_template(
        "funds/public/index.html",
        form=form,
        page=public.register(form.search(), request.args.get("after")),
        kept=form.kept(),
        totals=public.totals(),
        kind_words=KINDS,
        tones=TONES,
        machine=Fund.MACHINE,
    )


@blueprint.get("/list.<any(xlsx, csv):file_format>")
@requires("funds:register:see")
def export(file_format: str) -> Response:
    """The funds that the filter leaves, as a file."""
    found = public.everything(FundFilter(public.hosts()).search())
    rows = exports.fund_rows(found)
    return table_file(_("慈善基金"), exports.fund_columns(), rows, file_format)


@blueprint.get("/<number>")
@requires("funds:fund:read", load=funds.by_number)
@public_page
def show(fund: Fund) -> str:
    """One fund: what it has, where that came from, where it went, who answers for it."""
    balance = ledger.balance(fund.id)
    whole = statements.statement(fund.id)
    spent = figures.entries(fund.id, Narrowing("spending"), size=NEWEST)
    payees = organizations.names(figures.payees(spent.items))
    since = statements.recent_months(fund.id, MONTHS)
    host = organizations.profile(fund.host_id)
    return render_template(
        "funds/public/show.html",
        fund=fund,
        balance=balance,
        whole=whole,
        months=[line for line in whole.months if line.month >= since],
        months_since=since,
        purposes=funds.purposes(fund.id),
        purses=ledger.purses(fund.id),
        by_purpose={purpose.purpose_id: purpose for purpose in whole.purposes},
        idle=idle.idle_of(fund, balance.available_fen),
        spent=spent,
        payees=payees,
        members=funds.seated(fund.id),
        campaigns=_campaigns(fund.id),
        gifts=donations.public_page(fund.id, size=NEWEST),
        host_name=organizations.names([fund.host_id]).get(fund.host_id, "—"),
        host_listed=host is not None and not host.archived,
        channels=funds.public_channels(fund.host_id) if fund.state != "ended" else [],
        link=links(fund),
        tones=TONES,
        kind_words=KINDS,
        nature_words=NATURES,
        seat_words=SEATS,
        use_words=USE_WORDS,
        earmark_words=USES,
        source_words=INCOME_SOURCES,
        entry_words=ENTRIES,
        form_words=FORMS,
    )


def _campaigns(fund_id: int) -> list[Any]:
    wanted = campaigns.Filter(fund_id=fund_id)
    running, past = (campaigns.public_page(g, wanted, size=NEWEST) for g in campaigns.GROUPS)
    return [*running.items, *past.items][:NEWEST]


def links(fund: Fund) -> Callable[..., str]:
    """What leads from a figure to the entries behind it."""

    def link(kind: str, **narrowed: Any) -> str:
        return url_for("funds_public.entries", number=fund.number, kind=kind, **narrowed)

    return link


@blueprint.get("/<number>/donations", endpoint="donations")
@requires("funds:fund:read", load=funds.by_number)
@public_page
def gifts(fund: Fund) -> str:
    """Every gift, with the name of those who agreed to be named."""
    purposes = {purpose.id: purpose for purpose in funds.purposes(fund.id)}
    return render_template(
        "funds/public/donations.html",
        fund=fund,
        page=donations.public_page(fund.id, request.args.get("after")),
        purposes=purposes,
        form_words=FORMS,
        source_words=INCOME_SOURCES,
    )

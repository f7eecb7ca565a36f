"""A fund's books for everybody: its entries, narrowed down to any figure, and its statement."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from flask import Response, current_app, g, render_template, request
from flask_babel import get_locale

from charity_portal.funds import exports
from charity_portal.funds.forms.public import EntryFilter, PeriodFilter
from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.queries import figures, funds, statements
from charity_portal.funds.rules import figures as rules
from charity_portal.funds.rules.accounts import ENTRIES, INCOME_SOURCES
from charity_portal.funds.views.public_funds import TONES, links
from charity_portal.funds.views.public_funds import blueprint as blueprint
from charity_portal.kernel import clock, i18n
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import _, language, say
from charity_portal.kernel.permissions import current_actor, require, requires
from charity_portal.kernel.tables import write_csv
from charity_portal.kernel.web import public_page
from charity_portal.organizations import queries as organizations

AT_A_TIME = 1000


def _purposes(fund: Fund) -> dict[int, FundPurpose]:
    return {purpose.id: purpose for purpose in funds.purposes(fund.id)}


def _open(number: str) -> Fund:
    fund = funds.by_number(number)
    if fund is None:
        raise NotFound
    require(current_actor(), "funds:fund:read", fund)
    return fund


@blueprint.get("/<number>/entries")
@requires("funds:fund:read", load=funds.by_number)
@public_page
def entries(fund: Fund) -> str:
    """The entries behind a figure, or all of them, with what the figure comes to."""
    purposes = _purposes(fund)
    wanted, problems = rules.read(request.args, set(purposes))
    page = figures.entries(fund.id, wanted, request.args.get("after"))
    return render_template(
        "funds/public/entries.html",
        fund=fund,
        form=EntryFilter(wanted, list(purposes.values())),
        wanted=wanted,
        problems=problems,
        total=figures.figure(fund.id, wanted),
        page=page,
        payees=organizations.names(figures.payees(page.items)),
        purposes=purposes,
        figure_words=rules.FIGURES,
        entry_words=ENTRIES,
        use_words=rules.USE_WORDS,
        source_words=INCOME_SOURCES,
    )


@blueprint.get("/<number>/entries.<any(xlsx, csv):file_format>")
@requires("public")
def entries_file(number: str, file_format: str) -> Response:
    """The same entries as a file; CSV is written while it is sent, however many there are."""
    fund = _open(number)
    purposes = _purposes(fund)
    wanted, _problems = rules.read(request.args, set(purposes))
    columns = exports.entry_columns(wanted)
    title = f"{_('基金账目')}_{fund.number}"
    if file_format == "xlsx":
        return table_file(title, columns, _all_rows(fund.id, wanted, purposes), "xlsx")
    rows = _sent_rows(fund.id, wanted, purposes)
    response = Response(write_csv(columns, rows), content_type="text/csv; charset=utf-8")
    city = current_app.config["CITY_EN" if language() == "en" else "CITY_ZH"]
    name = f"{city}_{title}_{clock.today():%Y%m%d}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _all_rows(
    fund_id: int, wanted: rules.Narrowing, purposes: Mapping[int, FundPurpose]
) -> Iterator[Mapping[str, Any]]:
    """The rows of a workbook. Raises Invalid when there are more than one should hold."""
    longest = exports.XLSX_ROWS
    if figures.more_than(fund_id, wanted, longest):
        raise Invalid(
            say("账目超过 %(n)s 笔，请选择月份后下载，或者下载 CSV。", n=i18n.number(longest))
        )
    return chain.from_iterable(_rows(fund_id, wanted, purposes))


def _rows(
    fund_id: int, wanted: rules.Narrowing, purposes: Mapping[int, FundPurpose]
) -> Iterator[list[Mapping[str, Any]]]:
    """All rows, some at a time, with what they name looked up once for each lot."""
    after: str | None = ""
    while after is not None:
        cut = figures.entries(fund_id, wanted, after or None, AT_A_TIME)
        payees = organizations.names(figures.payees(cut.items))
        yield list(exports.entry_rows(cut.items, purposes, payees))
        after = cut.next_cursor


def _sent_rows(
    fund_id: int, wanted: rules.Narrowing, purposes: Mapping[int, FundPurpose]
) -> Iterator[Mapping[str, Any]]:
    """The same while they are sent: the request is over by then, so each lot is read in a context (and
    over a connection) of its own, in the reader's language."""
    app, spoken = current_app._get_current_object(), str(get_locale())  # type: ignore[attr-defined]

    def lots() -> Iterator[Mapping[str, Any]]:
        found = _rows(fund_id, wanted, purposes)
        while True:
            with app.app_context():
                g.language = spoken
                lot = next(found, None)
            if lot is None:
                return
            yield from lot

    return lots()


@blueprint.get("/<number>/statement")
@requires("funds:fund:read", load=funds.by_number)
@public_page
def statement(fund: Fund) -> str:
    """What the fund had, received, spent and has, over whole months."""
    wanted, problems = _period()
    return render_template(
        "funds/public/statement.html",
        fund=fund,
        form=PeriodFilter(wanted),
        wanted=wanted,
        problems=problems,
        statement=statements.statement(fund.id, wanted.since, wanted.until),
        purposes=_purposes(fund),
        months=rules.Narrowing(since=wanted.since, until=wanted.until).arguments(),
        years=_years(fund),
        link=links(fund),
        source_words=INCOME_SOURCES,
        use_words=rules.USE_WORDS,
        tones=TONES,
    )


def _years(fund: Fund) -> list[int]:
    """This year and those before it, back to the agreement; at most five."""
    return list(range(clock.today().year, max(fund.signed_on.year, clock.today().year - 4) - 1, -1))


def _period() -> tuple[rules.Narrowing, list[Any]]:
    asked: Mapping[str, str] = {
        name: request.args[name] for name in ("since", "until", "month") if name in request.args
    }
    return rules.read(asked, set())


@blueprint.get("/<number>/statement.<any(xlsx, csv):file_format>")
@requires("public")
def statement_file(number: str, file_format: str) -> Response:
    """The same statement as a file."""
    fund = _open(number)
    wanted, _problems = _period()
    found = statements.statement(fund.id, wanted.since, wanted.until)
    rows = exports.statement_rows(found, _purposes(fund))
    title = f"{_('基金收支表')}_{fund.number}"
    return table_file(title, exports.statement_columns(), rows, file_format)

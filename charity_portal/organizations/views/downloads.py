"""The register as a file: exactly the rows that a list shows."""

import io
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Response, current_app, send_file

from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import language, say
from charity_portal.kernel.tables import write_csv, write_xlsx
from charity_portal.organizations import queries
from charity_portal.organizations.models import Organization
from charity_portal.organizations.queries import Search
from charity_portal.organizations.rules import roster_columns
from charity_portal.organizations.rules.roster_rows import VERSION

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rows(search: Search, published: bool) -> Iterator[dict[str, Any]]:
    standings = queries.standings_on(clock.today())
    hosted = sa.select(Organization.host_id).where(Organization.host_id.is_not(None))
    wanted = sa.select(Organization.id, Organization.org_ref).where(Organization.id.in_(hosted))
    hosts = dict(db.session.execute(wanted).all())
    for organization in queries.everything(search):
        yield roster_columns.cells(
            organization,
            hosts.get(organization.host_id or 0),
            standings.get(organization.id, "normal"),
            published,
        )


def register_file(search: Search, file_format: str, contacts: bool, published: bool) -> Response:
    """The organizations that a search finds, as `xlsx` or `csv`."""
    columns = roster_columns.columns(contacts)
    rows = _rows(search, published)
    title = str(say("机构登记库"))
    if file_format == "csv":
        body: bytes = b"".join(write_csv(columns, rows))
        return named(body, f"{title}.csv", "text/csv; charset=utf-8")
    return named(write_xlsx(title, columns, rows), f"{title}.xlsx", XLSX)


def roster_template() -> Response:
    """The empty roster: text columns, prompts, an example row, notes on a second sheet."""
    columns = roster_columns.columns()
    title = str(say("机构名册模板"))
    body = write_xlsx(title, columns, [], notes=roster_columns.NOTES, template=VERSION)
    return named(body, f"{title}.xlsx", XLSX)


def named(body: bytes, name: str, mime: str) -> Response:
    """A download whose name says which city and which day it comes from."""
    city = current_app.config["CITY_EN" if language() == "en" else "CITY_ZH"]
    stem, _, extension = name.rpartition(".")
    return send_file(
        io.BytesIO(body),
        mimetype=mime,
        as_attachment=True,
        download_name=f"{city}_{stem}_{clock.today():%Y%m%d}.{extension}",
        max_age=0,
    )

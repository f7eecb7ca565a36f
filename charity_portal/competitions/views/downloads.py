"""Lists as files: named after city, list and day."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, current_app

from charity_portal.kernel import clock
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import language
from charity_portal.kernel.tables import Column, write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(
    title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], file_format: str
) -> Response:
    """The rows as `xlsx` or `csv`; NotFound for any other format."""
    if file_format == "csv":
        body, mime = b"".join(write_csv(columns, rows)), "text/csv; charset=utf-8"
    elif file_format == "xlsx":
        body, mime = write_xlsx(title, columns, rows), XLSX
    else:
        raise NotFound
    city = current_app.config["CITY_EN" if language() == "en" else "CITY_ZH"]
    response = Response(body, content_type=mime)
    name = f"{city}_{title}_{clock.today():%Y%m%d}.{file_format}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

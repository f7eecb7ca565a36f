"""Rows in the reader's language, with figures that machines read."""

import csv
import io
import json

from flask import Flask
from flask_babel import force_locale

from charity_portal.disclosure import exports
from charity_portal.disclosure.queries import reports
from tests.factories.disclosure import publish_history
from tests.factories.history import record


def test_csv_speaks_the_readers_language(app: Flask) -> None:
    version = publish_history(record(1), record(2, amountAwarded=1200))
    rows = reports.all_rows(version.id)
    with force_locale("en"):
        english = list(csv.DictReader(io.StringIO(exports.csv(version, rows).decode("utf-8-sig"))))
    chinese = list(csv.DictReader(io.StringIO(exports.csv(version, rows).decode("utf-8-sig"))))
    assert [row["Against the request"] for row in english] == [
        "Below the request", "Above the request",
    ]  # fmt: skip
    assert [row["与申请相比"] for row in chinese] == ["低于申请", "高于申请"]
    assert [row["资助金额"] for row in chinese] == ["900.00", "1200.00"]


def test_json_states_its_unit_and_hash(app: Flask) -> None:
    version = publish_history(record(1, currency="JPY"))
    data = json.loads(exports.json_of(version, reports.all_rows(version.id)))
    assert (data["currency"], data["minor_digits"]) == ("JPY", 0)
    assert data["rows"][0]["awarded"] == 900
    assert data["content_sha256"] == version.content_hash

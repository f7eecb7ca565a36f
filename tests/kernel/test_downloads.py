"""Lists as files."""

import pytest
from flask import Flask

from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.tables import Column

COLUMNS = [Column("a", "甲")]


def test_a_file_is_named_after_city_list_and_day(app: Flask) -> None:
    with app.test_request_context():
        response = table_file("清单", COLUMNS, [{"a": "=1+1"}], "csv")
    assert response.get_data().decode("utf-8-sig").splitlines() == ["甲", "'=1+1"]
    assert "20260302.csv" in response.headers["Content-Disposition"]


def test_an_unknown_format_does_not_exist(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(NotFound):
        table_file("清单", COLUMNS, [], "pdf")

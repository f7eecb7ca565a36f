"""Rosters that came in: one applied, one refused for its faults, one to confirm, one to be checked."""

import io
from collections.abc import Mapping
from typing import Any

from charity_portal.demo import evenings, sources
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.kernel import files
from charity_portal.kernel.database import transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.tables import Column, write_xlsx
from charity_portal.organizations.services import rosters

MARKS = {"社会团体": "1", "社会服务机构": "2"}
FIRST_SERIAL = {"applied": 600, "checked": 700, "refused": 800, "uploaded": 900}


def story(city: City) -> Story:
    """The last one arrives just now, so that the worker checks it after the start."""
    yield city.at(-95, 9, 30)
    applied = _send(city, "applied")
    evenings.catch_up(city)
    yield city.at(-95, 10, 10)
    with transaction():
        rosters.confirm_roster(city.person("officer"), applied, "zh")
    yield city.at(-20, 14, 30)
    _send(city, "refused")
    yield city.at(-1, 14, 30)
    _send(city, "checked")
    yield city.present
    _send(city, "uploaded")


def _send(city: City, key: str) -> int:
    given = sources.read("rosters")
    empty = dict.fromkeys(given["titles"], "")
    table = [
        empty | _row(row, FIRST_SERIAL[key] + place) for place, row in enumerate(given[key]["rows"])
    ]
    columns = [Column(title, title) for title in given["titles"]]
    content = write_xlsx(given["sheet"], columns, table)
    prepared = files.prepare(io.BytesIO(content), given[key]["name"], files.TABLES)
    with transaction():
        return rosters.begin_roster(city.person("officer"), prepared, "zh").id


def _row(row: Mapping[str, Any], serial: int) -> dict[str, Any]:
    return {
        "机构名称": row["name"],
        "机构类型": row["kind"],
        "统一社会信用代码": row.get("code") or make_uscc(row["region"], serial, MARKS[row["kind"]]),
        "枢纽型社会组织": "否",
        "慈善组织": "否",
        "县区": row["county"],
        "登记（备案）日期": row["on"],
        "业务主管单位": row["body"],
    }

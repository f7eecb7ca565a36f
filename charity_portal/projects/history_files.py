"""Opening a funder's file: JSON of the standard, or its flat form as xlsx or csv."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import say
from charity_portal.kernel.table_reading import read_table
from charity_portal.projects.errors import BrokenHistory, Problem
from charity_portal.projects.rules import history
from charity_portal.projects.rules.history import Grant


def read(path: Path) -> list[Grant]:
    """Every grant of the file; BrokenHistory naming row, field and reason when anything is wrong."""
    content = path.read_bytes()
    rows = (
        _json_rows(content) if content.lstrip()[:1] in (b"{", b"[") else _table_rows(content, path)
    )
    grants, problems = history.read_grants(rows)
    if problems:
        raise BrokenHistory(problems)
    return grants


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _json_rows(content: bytes) -> Iterator[tuple[int, Any]]:
    try:
        data = json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as broken:
        why = say(
            "第 %(line)s 行第 %(column)s 列起不是有效的 JSON",
            line=broken.lineno,
            column=broken.colno,
        )
        raise BrokenHistory([Problem(None, "JSON", why)]) from broken
    except ValueError as broken:
        raise BrokenHistory(
            [Problem(None, "JSON", say("文件不是 UTF-8 编码的 JSON，或含有非数字的数值"))]
        ) from broken
    grants = data.get("grants") if isinstance(data, dict) else data
    if not isinstance(grants, list):
        raise BrokenHistory([Problem(None, "grants", say("文件中没有 grants 列表"))])
    return iter(enumerate(grants, start=1))


def _table_rows(content: bytes, path: Path) -> Iterator[tuple[int, Any]]:
    try:
        sheet = read_table(io.BytesIO(content), path.name)
    except PortalError as broken:
        raise BrokenHistory([Problem(None, path.suffix.lstrip("."), broken.message)]) from broken
    missing = history.missing_columns(sheet.header)
    if missing:
        why = say("表头缺少这些列：%(columns)s", columns="、".join(missing))
        raise BrokenHistory([Problem(1, path.suffix.lstrip("."), why)])
    return ((row.number, history.record_of_cells(row.cells)) for row in sheet.rows)

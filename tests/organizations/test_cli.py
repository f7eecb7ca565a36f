from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel.database import db
from charity_portal.organizations.models import Organization, RosterImport
from tests.factories.organizations import roster_file, roster_rows


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return tmp_path / "名册.xlsx"


def total() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) or 0


def test_a_roster_is_imported_and_again_changes_nothing(app: Flask, roster: Path) -> None:
    roster.write_bytes(roster_file(roster_rows(5)))
    run = app.test_cli_runner().invoke
    first = run(args=["organizations", "import-roster", str(roster)])
    assert first.exit_code == 0 and "5 new" in first.output, first.output
    second = run(args=["organizations", "import-roster", str(roster)])
    assert "0 new, 0 changed, 5 unchanged" in second.output
    assert total() == 5
    assert set(db.session.scalars(sa.select(RosterImport.state))) == {"applied"}


def test_a_wrong_roster_changes_nothing_and_leaves_its_errors_beside_it(
    app: Flask, roster: Path
) -> None:
    rows = roster_rows(5)
    rows[3]["uscc"] = "123"
    roster.write_bytes(roster_file(rows))
    result = app.test_cli_runner().invoke(args=["organizations", "import-roster", str(roster)])
    assert result.exit_code == 1
    assert "第 5 行：统一社会信用代码：" in result.output and "1 wrong" in result.output
    assert roster.with_name("名册-errors.xlsx").exists()
    assert total() == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterImport)) == 0


def test_a_wrong_header_names_the_columns(app: Flask, roster: Path) -> None:
    roster.write_bytes(roster_file(roster_rows(1), without=["uscc"], name="单位"))
    result = app.test_cli_runner().invoke(args=["organizations", "import-roster", str(roster)])
    assert result.exit_code == 1
    assert "缺少这些列：机构名称、统一社会信用代码" in result.output
    assert "不认识的列：单位" in result.output

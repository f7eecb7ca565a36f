"""The command line of projects: what it says, and what it leaves alone."""

import json
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import results
from tests.factories.history import record, take_over
from tests.support.paths import shared

ANDREW = "360giving-andrew-lloyd-webber-foundation"


def test_a_real_funder_arrives_whole(app: Flask) -> None:
    runner = app.test_cli_runner()
    path = str(shared(f"{ANDREW}.json"))
    done = runner.invoke(args=["projects", "import-360giving", path])
    assert done.exit_code == 0, done.output
    call = db.session.scalars(sa.select(Call)).one()
    totals = results.totals(call.id)
    assert (totals.count, totals.awarded, totals.above_request) == (475, 2175779327, 63)
    assert totals.below_request == 80
    assert sum(row.awarded for row in results.awarded_rows(call.id)) == totals.awarded
    assert sum(track.awarded for track in results.track_totals(call.id)) == totals.awarded
    again = runner.invoke(args=["projects", "import-360giving", path])
    assert again.exit_code == 0
    assert "475 unchanged" in again.output or "未变 475" in again.output


def test_a_file_with_one_bad_row_brings_nothing_in(app: Flask, tmp_path: Path) -> None:
    data = json.loads(shared(f"{ANDREW}.json").read_text())
    data["grants"][400]["awardDate"] = "03/11/2020"
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    done = app.test_cli_runner().invoke(args=["projects", "import-360giving", str(path)])
    assert done.exit_code == 1
    assert "401" in done.output
    assert "awardDate" in done.output
    assert "03/11/2020" in done.output
    assert db.session.scalar(sa.select(sa.func.count(Application.id))) == 0


def test_a_record_that_differs_is_told_and_taken_only_when_asked_for(
    app: Flask, tmp_path: Path
) -> None:
    take_over(record(1))
    path = tmp_path / "again.json"
    path.write_text(json.dumps({"grants": [record(1, amountAwarded=901)]}))
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["projects", "import-360giving", str(path)])
    assert refused.exit_code == 1
    assert "amountAwarded" in refused.output
    assert "90000" in refused.output
    taken = runner.invoke(args=["projects", "import-360giving", str(path), "--accept-changes"])
    assert taken.exit_code == 0
    assert "1 corrected" in taken.output

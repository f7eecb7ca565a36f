"""The command that assigns reviewers: no database, three ways to end."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from charity_portal.app import create_app
from charity_portal.kernel.matching import highs
from tests.factories.assignments_at_random import as_file, shuffled, tight
from tests.support.apps import settings_for

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
ROUND = tight(8)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> FlaskCliRunner:
    """A portal whose database cannot be reached."""
    return create_app(settings_for(NOWHERE, tmp_path_factory.mktemp("data"))).test_cli_runner()


def assign(
    runner: FlaskCliRunner,
    folder: Path,
    told: dict[str, Any] | bytes,
    *options: str,
    lang: str = "C",
) -> Result:
    path = folder / "instance.json"
    path.write_bytes(told if isinstance(told, bytes) else as_file(told))
    args = ["competitions", "assign", str(path), *options]
    return runner.invoke(args=args, env={"LANG": lang})


def test_assigned(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = assign(runner, tmp_path, ROUND)
    assert result.exit_code == 0 and result.stderr == ""
    told = json.loads(result.stdout)
    assert set(told) == {"assignment", "total", "worst", "worst_bound", "violations"}
    assert told["violations"] == 0 and told["worst"] <= told["worst_bound"]
    assert len(told["assignment"]) == ROUND["k"] * len(ROUND["applications"])
    walls = {tuple(pair) for pair in ROUND["conflicts"]}
    assert not walls & {tuple(pair) for pair in told["assignment"]}


def test_the_example_of_the_help_is_true(runner: FlaskCliRunner, tmp_path: Path) -> None:
    told = {
        "k": 1,
        "reviewers": [{"id": "r1", "min": 0, "max": 9}, {"id": "r2", "min": 0, "max": 9}],
        "applications": ["a1", "a2"],
        "affinity": [["r1", "a1", 0.75]],
        "conflicts": [["r1", "a2"]],
        "objective": "fair",
    }
    assert json.loads(assign(runner, tmp_path, told).stdout) == {
        "assignment": [["r1", "a1"], ["r2", "a2"]],
        "total": 0.75,
        "worst": 0.0,
        "worst_bound": 0.0,
        "violations": 0,
    }


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"applications": [], "affinity": [], "conflicts": []}, 3),
        ({"applications": [], "affinity": [], "conflicts": [], "reviewers": []}, 0),
        ({"reviewers": [], "affinity": [], "conflicts": []}, 3),
        ({"k": 999}, 3),
        ({"affinity": []}, 0),
    ],
)
def test_the_edges(
    runner: FlaskCliRunner, tmp_path: Path, change: dict[str, Any], status: int
) -> None:
    told = ROUND | {"reviewers": [r | {"min": 1} for r in ROUND["reviewers"]]} | change
    assert assign(runner, tmp_path, told).exit_code == status


def test_every_byte_is_the_same_in_another_order(runner: FlaskCliRunner, tmp_path: Path) -> None:
    first = assign(runner, tmp_path, ROUND)
    assert assign(runner, tmp_path, shuffled(ROUND, 3)).stdout == first.stdout


def test_the_result_goes_where_it_is_wanted(runner: FlaskCliRunner, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    result = assign(runner, tmp_path, ROUND, "--out", str(out))
    assert result.exit_code == 0 and result.stdout == ""
    assert out.read_text() == assign(runner, tmp_path, ROUND).stdout


def test_impossible(runner: FlaskCliRunner, tmp_path: Path) -> None:
    walled = ROUND | {
        "conflicts": [[r["id"], ROUND["applications"][0]] for r in ROUND["reviewers"]]
    }
    result = assign(runner, tmp_path, walled)
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    assert told["shortages"]["applications"] == [[ROUND["applications"][0], ROUND["k"]]]
    assert told["relief"] == []
    assert f"reviews missing in all: {ROUND['k']}" in result.stderr
    assert "more reviewers are needed" in result.stderr
    chinese = assign(runner, tmp_path, walled, lang="zh_CN.UTF-8")
    assert "1 项申请共缺" in chinese.stderr and chinese.stdout == result.stdout


def test_minimums_that_cannot_be_met(runner: FlaskCliRunner, tmp_path: Path) -> None:
    lazy = {"id": "lazy", "min": 2, "max": 3}
    told = ROUND | {
        "reviewers": [*ROUND["reviewers"], lazy],
        "conflicts": [["lazy", a] for a in ROUND["applications"][1:]],
    }
    result = assign(runner, tmp_path, told)
    assert result.exit_code == 3
    assert json.loads(result.stdout)["shortages"]["reviewers"] == [["lazy", 1]]
    assert "below" in result.stderr or "minimum" in result.stderr


def test_malformed(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = assign(runner, tmp_path, ROUND | {"k": "three"})
    assert (result.exit_code, result.stdout) == (2, "")
    assert "k: Must be a whole number of at least 1." in result.stderr
    result = assign(runner, tmp_path, b'{"k": 3,')
    assert result.exit_code == 2 and "line 1, column 9" in result.stderr
    assert runner.invoke(args=["competitions", "assign", str(tmp_path / "none")]).exit_code == 2


def test_what_is_in_the_file_cannot_command_the_terminal(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    result = assign(runner, tmp_path, ROUND | {"\x1b[2J": 1})
    assert result.exit_code == 2 and "\x1b" not in result.stderr


def test_no_answer_and_no_proof_is_said(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highs, "run_whole", lambda *_: highs.WholeResult(None, False, 0))
    result = assign(runner, tmp_path, ROUND)
    assert result.exit_code == 1 and "Traceback" not in result.output

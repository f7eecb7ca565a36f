"""The command that anybody runs: no database, three ways to end."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from charity_portal.app import create_app
from charity_portal.competitions import cli
from charity_portal.competitions.rules import bundle
from charity_portal.competitions.rules.bundles.files import pack
from charity_portal.competitions.rules.outcome import outcome
from tests.factories.contests import by_hand, random_contest, unpacked
from tests.support.apps import settings_for

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
MATERIAL = random_contest(8, 9, 4, 3, aggregation="mixed", rule="exact")
FOUND = outcome(MATERIAL.scores, MATERIAL.rubric, MATERIAL.applications, MATERIAL.method)
PACKED = bundle.write(MATERIAL, FOUND)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> FlaskCliRunner:
    """A portal whose database cannot be reached."""
    return create_app(settings_for(NOWHERE, tmp_path_factory.mktemp("data"))).test_cli_runner()


def recompute(runner: FlaskCliRunner, path: Path, *options: str, language: str = "C") -> Result:
    args = ["competitions", "recompute", str(path), *options]
    return runner.invoke(args=args, env={"LANG": language})


def kept(folder: Path, data: bytes) -> Path:
    path = folder / "bundle.zip"
    path.write_bytes(data)
    return path


def changed(**published: object) -> bytes:
    """The bundle with some published figures replaced."""
    files = {name: data.decode() for name, data in unpacked(PACKED).items()}
    files["published.json"] = json.dumps(json.loads(files["published.json"]) | published)
    return pack(files)


def test_an_equal_result_ends_with_0_and_says_so(runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = recompute(runner, kept(tmp_path, PACKED))
    assert done.exit_code == 0
    assert "digit for digit" in done.stderr
    for row in FOUND.ranking:
        (line,) = [text for text in done.stdout.splitlines() if f" {row.application} " in text]
        assert line.split()[:4] == [str(row.rank), row.application, row.track, str(row.points)]


def test_it_speaks_the_language_of_the_terminal(runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = recompute(runner, kept(tmp_path, PACKED), language="zh_CN.UTF-8")
    assert done.stdout.startswith("名次")
    assert "逐位相同" in done.stderr


def test_a_different_result_ends_with_1_and_names_the_first_difference(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    done = recompute(runner, kept(tmp_path, changed(judges=[])))
    assert done.exit_code == cli.DIFFERENT == 1
    assert "judges[0]" in done.stderr


def test_a_single_changed_score_ends_with_1(runner: FlaskCliRunner, tmp_path: Path) -> None:
    files = {name: data.decode() for name, data in unpacked(PACKED).items()}
    head, first, *rest = files["scores.csv"].splitlines(keepends=True)
    start, _, value = first.rstrip().rpartition(",")
    files["scores.csv"] = "".join([head, f"{start},{1 if value != '1' else 2}\n", *rest])
    assert recompute(runner, kept(tmp_path, pack(files))).exit_code == 1


def test_a_malformed_bundle_ends_with_2_and_names_file_row_and_field(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    rows = "application,reviewer,criterion,score\nA1,J1,need,4\nA1,J2,need,1e400\n"
    done = recompute(runner, kept(tmp_path, pack(by_hand(scores=rows))))
    assert done.exit_code == cli.MALFORMED == 2
    assert "scores.csv · Entry 2 · score" in done.stderr
    assert done.stdout == ""


def test_of_many_faults_the_first_are_listed(runner: FlaskCliRunner, tmp_path: Path) -> None:
    rows = "".join(f"A9,J{n},need,4\n" for n in range(cli.MOST_PROBLEMS + 7))
    text = f"application,reviewer,criterion,score\n{rows}"
    done = recompute(runner, kept(tmp_path, pack(by_hand(scores=text))))
    assert done.exit_code == 2
    assert "7 more" in done.stderr


def test_without_a_published_result_it_is_only_printed(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    for name, text in by_hand().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = recompute(runner, tmp_path)
    assert done.exit_code == 0
    assert "nothing was compared" in done.stderr
    assert "80.0000" in done.stdout


def test_json_on_stdout_and_in_a_file_is_what_is_published(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    out = tmp_path / "again.json"
    done = recompute(runner, kept(tmp_path, PACKED), "--json", "--out", str(out))
    assert done.stdout == out.read_text(encoding="utf-8")
    assert done.stdout.encode() == unpacked(PACKED)["published.json"]


@pytest.mark.parametrize(
    "files",
    [
        by_hand(scores="application,reviewer,criterion,score\nA\x1b[2J,J1,need,4\n"),
        by_hand(method=by_hand()["method.json"].replace("{", '{"\\u001b[2J": 1, ', 1)),
        by_hand(published='{"format": "\\u001b[2J"}'),
    ],
)
def test_a_bundle_cannot_command_the_terminal(
    runner: FlaskCliRunner, tmp_path: Path, files: dict[str, str]
) -> None:
    done = recompute(runner, kept(tmp_path, pack(files)))
    assert done.exit_code in (1, 2)
    assert "\x1b" not in done.output
    assert "[2J" in done.stderr


def test_the_help_names_every_file(runner: FlaskCliRunner) -> None:
    text = runner.invoke(args=["competitions", "recompute", "--help"]).output
    for name in ("scores.csv", "rubric.json", "applications.csv", "method.json", "published.json"):
        assert name in text

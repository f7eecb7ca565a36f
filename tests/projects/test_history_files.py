"""A funder's file is opened whole, or it says where it is broken."""

from pathlib import Path

import pytest

from charity_portal.projects import history_files
from charity_portal.projects.errors import BrokenHistory
from tests.support.paths import shared

ANDREW = "360giving-andrew-lloyd-webber-foundation"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"grants": [{]}', "JSON"),
        ('{"grants": {}}', "grants"),
        ('{"grants": []}', "grants"),
        ('{"grants": [{"amountAwarded": NaN}]}', "JSON"),
        ("[1, 2]", "grants"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, content: str, field: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(BrokenHistory) as refusal:
        history_files.read(path)
    assert field in [problem.field for problem in refusal.value.problems]


def test_a_table_without_its_columns_names_them(tmp_path: Path) -> None:
    path = tmp_path / "grants.csv"
    path.write_text("Identifier,Title\n1,2\n")
    with pytest.raises(BrokenHistory) as refusal:
        history_files.read(path)
    assert "Amount Awarded" in refusal.value.problems[0].why.in_source()


def test_spreadsheet_and_json_of_one_funder_say_the_same() -> None:
    from_json = history_files.read(shared(f"{ANDREW}.json"))
    from_xlsx = history_files.read(shared(f"{ANDREW}.xlsx"))
    plain = [(g.ref, g.title, g.description, g.requested, g.awarded, g.awarded_on, g.programme,
              g.recipient, g.funder) for g in from_json]  # fmt: skip
    again = [(g.ref, g.title, g.description, g.requested, g.awarded, g.awarded_on, g.programme,
              g.recipient, g.funder) for g in from_xlsx]  # fmt: skip
    assert plain == again

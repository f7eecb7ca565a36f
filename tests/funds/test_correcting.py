"""Which entries are taken back where."""

import pytest

from charity_portal.funds.rules import correcting


@pytest.mark.parametrize(
    ("source", "kind", "elsewhere"),
    [
        ("donation:JZ-2026-000001", "income", True),
        ("donation:JZ-2026-000001", "payment", False),
        ("spending:ZC-2026-000001", "allocation", True),
        ("spending:ZC-2026-000001", "handout", True),
        ("spending:ZC-2026-000001", "payment", True),
        ("tranche:7", "payment", False),
        ("tranche:7", "allocation", True),
        ("payment:12:1", "payment", False),
        ("interest:1:ab", "income", False),
        ("surplus:1:ab", "allocation", False),
        ("donations", "income", False),
    ],
)
def test_what_another_record_believes_in_is_taken_back_there(
    source: str, kind: str, elsewhere: bool
) -> None:
    assert (correcting.owner(source, kind) is not None) == elsewhere


def test_what_is_left_is_known_by_its_source() -> None:
    assert correcting.is_surplus("surplus:1:ab") and not correcting.is_surplus("surplus")

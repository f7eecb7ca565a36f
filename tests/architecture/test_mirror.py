"""Tests stand where one looks for them."""

from pathlib import Path

from tests.architecture.house import mirror
from tests.architecture.house.source import expect_none
from tests.support.paths import ROOT


def plant(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return root


def test_each_module_with_behaviour_has_tests_of_its_name() -> None:
    expect_none(mirror.untested(ROOT))


def test_each_test_file_names_what_it_tests() -> None:
    expect_none(mirror.orphaned(ROOT))


def test_a_module_without_tests_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "charity_portal/funds/rules.py", "charity_portal/funds/models.py")
    assert list(mirror.untested(tmp_path))
    plant(tmp_path, "tests/funds/test_rules.py")
    assert not list(mirror.untested(tmp_path))


def test_a_module_inside_a_package_may_share_the_packages_tests(tmp_path: Path) -> None:
    plant(tmp_path, "charity_portal/funds/services/posting.py", "tests/funds/test_services.py")
    assert not list(mirror.untested(tmp_path))


def test_a_test_of_nothing_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "charity_portal/funds/rules.py", "tests/funds/test_miscellany.py")
    assert list(mirror.orphaned(tmp_path))
    (tmp_path / "tests/funds/test_miscellany.py").unlink()
    plant(tmp_path, "tests/funds/test_rules_of_spending.py")
    assert not list(mirror.orphaned(tmp_path))

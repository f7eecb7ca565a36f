"""Tests stand where one looks for them."""

from pathlib import Path

from tests.architecture.house import mirror
from tests.architecture.house.source import expect_none
from tests.support.paths import ROOT


def plant(root: Path, path: str, text: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_each_module_that_decides_has_tests() -> None:
    expect_none(mirror.untested(ROOT))


def test_each_test_file_names_what_it_tests() -> None:
    expect_none(mirror.orphaned(ROOT))


def test_rules_without_tests_are_found(tmp_path: Path) -> None:
    plant(tmp_path, "charity_portal/funds/rules.py")
    plant(tmp_path, "charity_portal/funds/models.py")
    assert len(list(mirror.untested(tmp_path))) == 1
    plant(tmp_path, "tests/funds/test_rules.py")
    assert not list(mirror.untested(tmp_path))


def test_a_module_is_found_by_its_name_by_its_packages_name_or_by_import(tmp_path: Path) -> None:
    plant(tmp_path, "charity_portal/funds/services/posting.py")
    imports = "from charity_portal.funds.services import (\n    posting,\n)\n"
    for name, text in (("posting", ""), ("services", ""), ("services_ledger", imports)):
        plant(tmp_path, f"tests/funds/test_{name}.py", text)
        assert not list(mirror.untested(tmp_path))
        (tmp_path / f"tests/funds/test_{name}.py").unlink()
    plant(tmp_path, "tests/funds/test_services_ledger.py", "posting = 1\n")
    assert list(mirror.untested(tmp_path))


def test_a_test_of_nothing_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "charity_portal/funds/rules.py")
    plant(tmp_path, "tests/funds/test_miscellany.py")
    assert list(mirror.orphaned(tmp_path))
    (tmp_path / "tests/funds/test_miscellany.py").unlink()
    plant(tmp_path, "tests/funds/test_rules_of_spending.py")
    assert not list(mirror.orphaned(tmp_path))

"""The import contracts of pyproject.toml break when they should: shown on a small house."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

KEPT = "Contracts: 3 kept, 0 broken."
EDGES = ("app", "commands", "serving", "schema")
ROOMS = ("views", "services", "queries", "models", "rules", "errors")


def house(root: Path) -> Path:
    """Two domains above the kernel, each importing as it should."""
    portal = root / "charity_portal"
    for package in (portal, portal / "kernel", portal / "funds", portal / "projects"):
        package.mkdir()
        (package / "__init__.py").write_text("")
    for edge in EDGES:
        (portal / f"{edge}.py").write_text("")
    for domain in ("funds", "projects"):
        for room in ROOMS:
            (portal / domain / f"{room}.py").write_text("")
    (portal / "projects/services.py").write_text("from charity_portal.funds import services\n")
    (portal / "app.py").write_text("from charity_portal.funds import views\n")
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return portal


def check(root: Path) -> str:
    """What lint-imports prints about the house."""
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


def test_a_good_house_keeps_its_contracts(tmp_path: Path) -> None:
    house(tmp_path)
    assert KEPT in check(tmp_path)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("funds/services.py", "import charity_portal.projects.services\n", "downward only BROKEN"),
        ("kernel/money.py", "import charity_portal.funds.services\n", "downward only BROKEN"),
        ("funds/queries.py", "import charity_portal.funds.services\n", "domain imports run downward only BROKEN"),
        ("funds/rules.py", "import charity_portal.funds.models\n", "domain imports run downward only BROKEN"),
        ("projects/services.py", "import charity_portal.funds.models\n", "by its doors BROKEN"),
        ("projects/queries.py", "import charity_portal.funds.rules\n", "by its doors BROKEN"),
        ("payments/__init__.py", "", "not listed as layers"),
        ("funds/somewhere.py", "", "not listed as layers"),
    ],
)  # fmt: skip
def test_a_trespass_breaks_a_contract(tmp_path: Path, file: str, text: str, said: str) -> None:
    path = house(tmp_path) / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    report = check(tmp_path)
    assert KEPT not in report
    assert said in " ".join(report.split())

"""Tests mirror the packages: who looks for the tests of a module finds them under its name."""

from collections.abc import Iterator
from pathlib import Path

# These hold declarations; what they declare is tested where it is used.
DECLARATIONS = {"models", "permissions", "states", "errors", "forms", "demo", "__init__"}
ELSEWHERE = {"architecture", "browser", "bench", "support", "factories", "data", "tools"}


def untested(root: Path) -> Iterator[str]:
    """Modules with behaviour and no test file of their name."""
    for path in sorted((root / "charity_portal").glob("*/**/*.py")):
        domain, *inner = path.relative_to(root / "charity_portal").with_suffix("").parts
        if inner[0] in DECLARATIONS or inner[-1] == "__init__":
            continue
        names = {f"test_{inner[-1]}", f"test_{'_'.join(inner)}", f"test_{inner[0]}"}
        have = {test.stem for test in (root / "tests" / domain).rglob("test_*.py")}
        if not have & names:
            wanted = f"tests/{domain}/test_{'_'.join(inner)}.py"
            yield f"{path.relative_to(root)} has no tests: {wanted}"


def orphaned(root: Path) -> Iterator[str]:
    """Test files that mirror nothing."""
    for path in sorted((root / "tests").glob("*/**/test_*.py")):
        domain = path.relative_to(root / "tests").parts[0]
        if domain in ELSEWHERE:
            continue
        house = root / "charity_portal" / domain
        rooms = {
            part
            for module in house.rglob("*.py")
            for part in module.relative_to(house).with_suffix("").parts
        }
        subject = path.stem.removeprefix("test_")
        if not any(subject == room or subject.startswith(f"{room}_") for room in rooms):
            yield f"{path.relative_to(root)} mirrors no module of charity_portal/{domain}"

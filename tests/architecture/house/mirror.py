"""Tests mirror the packages: who looks for the tests of a module finds them by its name or import."""

import re
from collections.abc import Iterator
from pathlib import Path

# What decides or changes something is tested by name; the rest is tested through it (every view is
# also asked for by `test_access.py`).
DECIDING = {"rules", "services", "kernel"}
PAGES = "pages"  # tests that go through a domain's views
ELSEWHERE = {"architecture", "browser", "bench", "support", "factories", "data", "tools"}
WITHOUT_BEHAVIOUR = {"__init__", "__main__"}


def untested(root: Path) -> Iterator[str]:
    """Rules, services and kernel modules that no test of their domain is named after or imports."""
    for path in sorted((root / "charity_portal").glob("*/**/*.py")):
        domain, *inner = path.relative_to(root / "charity_portal").with_suffix("").parts
        if inner[-1] in WITHOUT_BEHAVIOUR or not DECIDING & {domain, inner[0]}:
            continue
        tests = list((root / "tests" / domain).rglob("test_*.py"))
        names = {f"test_{inner[-1]}", f"test_{'_'.join(inner)}", f"test_{inner[0]}"}
        named = any(test.stem in names for test in tests)
        if not named and not any(_imports(test, inner[-1]) for test in tests):
            wanted = f"tests/{domain}/test_{'_'.join(inner)}.py"
            yield f"{path.relative_to(root)} has no tests: {wanted}"


def _imports(test: Path, module: str) -> bool:
    imports = re.findall(r"^(?:from|import) [^(\n]*(?:\([^)]*\))?", test.read_text(), re.M)
    return any(re.search(rf"\b{module}\b", line) for line in imports)


def orphaned(root: Path) -> Iterator[str]:
    """Test files that mirror nothing."""
    for path in sorted((root / "tests").glob("*/**/test_*.py")):
        domain = path.relative_to(root / "tests").parts[0]
        if domain in ELSEWHERE:
            continue
        house = root / "charity_portal" / domain
        rooms = {PAGES} | {
            part
            for module in house.rglob("*.py")
            for part in module.relative_to(house).with_suffix("").parts
        }
        subject = path.stem.removeprefix("test_")
        if not any(subject == room or subject.startswith(f"{room}_") for room in rooms):
            yield f"{path.relative_to(root)} mirrors no module of charity_portal/{domain}"

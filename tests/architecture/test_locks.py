"""What is installed is what was locked: every version pinned, every file hashed, no address named."""

import json
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

PINNED = re.compile(r"^([a-z0-9.-]+)==([^ ;\\]+)", re.M)


def pins(lock: str) -> dict[str, str]:
    """Name -> version of a lock file's text."""
    return {canonicalize_name(name): version for name, version in PINNED.findall(lock)}


def unhashed(lock: str) -> list[str]:
    """Requirements of a lock file that no hash belongs to."""
    blocks = re.split(r"\n(?=[a-z])", lock.strip())
    return [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_locked_file_has_a_hash() -> None:
    assert unhashed(read("requirements.txt")) == []
    assert unhashed(read("requirements-dev.txt")) == []


def test_a_requirement_without_hash_is_found() -> None:
    good = "flask==3.1.3 \\\n    --hash=sha256:00\n"
    assert unhashed(good) == []
    assert unhashed(good + "jinja2==3.1.6\n") == ["jinja2==3.1.6"]


def test_locks_name_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "tests/tools/package-lock.json"):
        text = re.sub(r'"url": "https://opencollective[^"]*"', "", read(name))
        assert not re.search(r"https?://|file:|--index|--find-links|\"resolved\"", text), name


def test_locks_say_what_pyproject_says() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    runtime, dev = pins(read("requirements.txt")), pins(read("requirements-dev.txt"))
    assert runtime.items() <= dev.items()
    for wanted, lock in (
        (project["project"]["dependencies"], runtime),
        (project["dependency-groups"]["dev"], dev),
    ):
        for requirement in map(Requirement, wanted):
            version = lock[canonicalize_name(requirement.name)]
            assert str(requirement.specifier) == f"=={version}"


def test_the_environment_is_the_locked_one() -> None:
    from_lock = pins(read("requirements-dev.txt"))
    site = next((Path(ROOT) / ".venv").glob("lib/python*/site-packages"))
    for info in site.glob("*.dist-info"):
        name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
        known = from_lock.get(canonicalize_name(name))
        assert known in (None, version), f"{name} {version} is installed, {known} is locked"


def test_the_tools_lock_pins_what_it_names() -> None:
    package = json.loads(read("tests/tools/package.json"))
    lock = json.loads(read("tests/tools/package-lock.json"))
    for name, version in package["devDependencies"].items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version

"""Source files as the house rules read them, and what a rule is."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

import pytest

Offence = str


@dataclass(frozen=True)
class Source:
    """One file: its path inside the project and its text."""

    path: PurePosixPath
    text: str = field(repr=False)

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed module (Python files only)."""
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        """The first name below the domain: `services` for `charity_portal/funds/services/x.py`."""
        parts = self.path.with_suffix("").parts
        return parts[2] if len(parts) > 2 else parts[-1]

    def at(self, node: ast.AST, what: str) -> Offence:
        """An offence with its place."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {what}"

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """All nodes of these kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@dataclass(frozen=True)
class Rule:
    """A rule about single files: which it reads, what it finds wrong, and where it does not hold.

    `exceptions` maps a path (or a pattern) to the reason why the rule is set aside there.
    """

    name: str
    reads: str
    find: Callable[[Source], Iterable[Offence]]
    exceptions: dict[str, str] = field(default_factory=dict)

    def offences(self, root: Path) -> list[Offence]:
        """What is wrong below `root`."""
        return [
            offence
            for source in sources(root, self.reads)
            if not any(source.path.match(pattern) for pattern in self.exceptions)
            for offence in self.find(source)
        ]

    def idle_exceptions(self, root: Path) -> list[str]:
        """Exceptions that nothing needs any more (patterns may wait for their files)."""
        return [
            path
            for path in self.exceptions
            if "*" not in path
            and not any(list(self.find(source)) for source in sources(root, path))
        ]


def read(root: Path, path: Path) -> Source:
    """One file below `root`."""
    return _read(root, path, path.stat().st_mtime_ns, path.stat().st_size)


@cache
def _read(root: Path, path: Path, _changed_at: int, _size: int) -> Source:
    """Parsed once, however many rules look at it."""
    return Source(PurePosixPath(path.relative_to(root)), path.read_text(encoding="utf-8"))


def sources(root: Path, pattern: str) -> Iterator[Source]:
    """The files below `root` that match a glob, in order; alternatives are split by spaces."""
    paths = {path for part in pattern.split() for path in root.glob(part) if path.is_file()}
    return (read(root, path) for path in sorted(paths))


def expect_none(offences: Iterable[Offence]) -> None:
    """Fail with all offences, one a line."""
    if lines := list(offences):
        pytest.fail(f"{len(lines)} found:\n" + "\n".join(lines), pytrace=False)


def dotted(node: ast.AST) -> str:
    """`db.session.commit` for the node that says so; what cannot be written so is `?`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"

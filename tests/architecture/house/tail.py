"""The tail of the house: what is longest, so that one looks at it now and then.

`python -m tests.architecture.house.tail`; the hard limits are in `code.py`, with a test.
"""

import ast
import sys
from pathlib import Path

from tests.architecture.house.source import sources
from tests.support.paths import ROOT

READS_WELL_FILE, READS_WELL_FUNCTION = 300, 40
SHOWN = 5


def lengths(root: Path) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(lines, place) of every file and every function, the longest first."""
    files, functions = [], []
    for source in sources(root, "charity_portal/**/*.py tests/**/*.py"):
        files.append((source.text.count("\n"), str(source.path)))
        for node in source.walk(ast.FunctionDef, ast.AsyncFunctionDef):
            size = node.end_lineno - node.lineno + 1  # type: ignore[attr-defined]
            functions.append((size, f"{source.path}:{node.lineno} {node.name}"))  # type: ignore[attr-defined]
    return sorted(files, reverse=True), sorted(functions, reverse=True)


def main() -> None:
    """Print what is longer than what reads well."""
    for limit, what in zip((READS_WELL_FILE, READS_WELL_FUNCTION), lengths(ROOT), strict=True):
        for size, place in [line for line in what if line[0] > limit][:SHOWN]:
            sys.stdout.write(f"long: {size} lines (at best {limit}) {place}\n")


if __name__ == "__main__":
    main()

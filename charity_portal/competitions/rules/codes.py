"""Codes under which applications and applicants appear in what is published.

The order of the codes comes from a keyed hash that only the portal can compute (`key`), so that a code
tells nothing about name, number or time of arrival, and stays the same however often it is asked for.
"""

from collections.abc import Callable, Iterable

Key = Callable[[int], str]


def application_codes(ids: Iterable[int], key: Key) -> dict[int, str]:
    """Application id -> "A-001", "A-002", …"""
    return _numbered("A", ids, key)


def applicant_codes(ids: Iterable[int], key: Key) -> dict[int, str]:
    """Organization id -> "U-001", …; equal for applications of one applicant."""
    return _numbered("U", ids, key)


def _numbered(letter: str, ids: Iterable[int], key: Key) -> dict[int, str]:
    known = sorted(set(ids), key=key)
    width = max(3, len(str(len(known))))
    return {one: f"{letter}-{place:0{width}d}" for place, one in enumerate(known, start=1)}

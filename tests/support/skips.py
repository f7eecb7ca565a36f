"""Nothing is skipped silently: a skip that is not listed here, with its reason, is a failure."""

import pytest

# Node id (or the start of one) -> why it may be skipped. Empty is the goal.
ALLOWED: dict[str, str] = {}


def judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn an unlisted skip or expected failure into a failure that says so."""
    if report.outcome != "skipped" or any(report.nodeid.startswith(start) for start in ALLOWED):
        return
    reason = getattr(report, "wasxfail", "") or report.longrepr
    report.outcome = "failed"
    report.longrepr = f"skipped, and not listed in tests/support/skips.py: {reason}"
    if hasattr(report, "wasxfail"):
        del report.wasxfail

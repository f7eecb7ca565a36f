"""How several test workers share the work: what is dear to set up stays with one of them."""

from xdist.scheduler.loadscope import LoadScopeScheduling

TOGETHER = {
    "tests/browser/test_every_page.py": "a portal with one of everything",
    "tests/browser/": "one browser, one running city, one empty portal",
    "tests/demo/": "the city on both databases",
}
"""Beginnings of test ids that one worker takes whole, and what it sets up for them; the first that
fits counts."""


class Sharing(LoadScopeScheduling):
    """Every other test goes to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid)

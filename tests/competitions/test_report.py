from dataclasses import replace

from flask import Flask

from charity_portal.competitions.rules.bundles.report import MOST_CAVEATS, lines
from charity_portal.competitions.rules.findings import Caveat, Outcome
from charity_portal.competitions.rules.outcome import outcome
from charity_portal.kernel.i18n import say
from tests.factories.contests import POINTS, make_candidates, make_method, make_rule, make_scores

SCORES = make_scores({f"A{n}": {"J1": 90 - n, "J2": 80 - 3 * n} for n in range(4)})


def counted(**rule: object) -> Outcome:
    method = make_method(selection=make_rule(250_000, "exact", **rule))
    return outcome(SCORES, POINTS, make_candidates(SCORES), method)


def test_every_application_has_a_line_under_aligned_headings(app: Flask) -> None:
    head, *rows = list(lines(counted()))[:5]
    assert head.split()[:3] == ["名次", "申请", "赛道"]
    # A Chinese character takes two columns, so its heading starts as many places earlier.
    assert head.index("申请") == rows[0].index("A0") - 2
    assert [row.split()[1] for row in rows] == ["A0", "A1", "A2", "A3"]
    assert rows[0].endswith("¥100,000.00")
    assert rows[3].endswith("—")


def test_what_blocks_a_choice_is_said(app: Flask) -> None:
    text = "\n".join(lines(counted(least=4)))
    assert "除非放宽" in text
    assert "资助 0 项" in text


def test_more_reservations_than_can_be_read_are_counted(app: Flask) -> None:
    caveat = Caveat("x", say("所有评分完全相同。"), "papers", "A1", "J1")
    many = replace(counted(), caveats=(caveat,) * (MOST_CAVEATS + 2))
    *_, last = lines(many)
    assert "另有 2 条" in last
    assert f"papers · A1 · J1: {caveat.text}" in "\n".join(lines(many))

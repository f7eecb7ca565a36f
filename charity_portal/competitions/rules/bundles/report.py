"""An outcome as lines of text, for a terminal: the ranking, the selection, and every reservation."""

import unicodedata
from collections.abc import Iterator, Sequence

from charity_portal.competitions.rules.findings import Caveat, Outcome, RankedRow, SelectedRow
from charity_portal.kernel.i18n import Text, money, say

MOST_CAVEATS = 40
BANDS = {"in": say("明确入选"), "discuss": say("待讨论"), "out": say("明确落选")}
NOTHING = "—"


def lines(outcome: Outcome) -> Iterator[str]:
    """All of it, in the reader's language."""
    awards = {row.application: row for row in outcome.selection.rows}
    heading = (
        say("名次"),
        say("申请"),
        say("赛道"),
        say("得分"),
        say("平均分"),
        say("校正"),
        say("入选机会"),
        say("把握"),
        say("去掉一位评委仍入选"),
        say("资助"),
    )
    rows = [_cells(row, awards[row.application]) for row in outcome.ranking]
    yield from _table([[str(text) for text in heading], *rows])
    yield ""
    yield from _selection(outcome)
    yield from _caveats([*outcome.caveats, *outcome.selection.caveats])


def _cells(row: RankedRow, award: SelectedRow) -> list[str]:
    return [
        str(row.rank),
        row.application,
        row.track or NOTHING,
        NOTHING if row.points is None else str(row.points),
        NOTHING if row.raw is None else str(row.raw),
        NOTHING if row.correction is None else f"{row.correction:+}",
        NOTHING if row.chance_bp is None else f"{row.chance_bp / 100:.1f}%",
        NOTHING if row.band is None else str(BANDS[row.band]),
        f"{row.stays_funded}/{row.runs}",
        money(award.award_fen) if award.award_fen else NOTHING,
    ]


def _selection(outcome: Outcome) -> Iterator[str]:
    chosen = outcome.selection
    yield str(
        say(
            "资助 %(n)s 项，合计 %(spent)s，余 %(left)s；资助线 %(line)s 分。",
            n=len(chosen.funded),
            spent=money(chosen.spent_fen),
            left=money(chosen.left_fen),
            line=NOTHING if chosen.line is None else chosen.line,
        )
    )
    for blocked in chosen.blocked:
        yield str(say("无法满足全部限制，除非放宽：%(limit)s。", limit=blocked.text))
    for pair in chosen.inversions:
        text = say(
            "%(funded)s 入选而名次在前的 %(passed)s 未入选：%(why)s",
            funded=pair.funded,
            passed=pair.passed,
            why=pair.why,
        )
        yield str(text)


def _caveats(caveats: Sequence[Caveat]) -> Iterator[str]:
    for caveat in caveats[:MOST_CAVEATS]:
        places = (caveat.stage, caveat.application, caveat.reviewer)
        where = " · ".join(place for place in places if place)
        yield f"{where}: {caveat.text}" if where else str(caveat.text)
    if len(caveats) > MOST_CAVEATS:
        yield str(_more(len(caveats) - MOST_CAVEATS))


def _more(n: int) -> Text:
    return say("另有 %(n)s 条说明，未逐一列出。", n=n)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        padded = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        yield "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

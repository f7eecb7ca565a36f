"""Why a lower place is funded and a higher one is not: each such pair, with the limit that made it so.

The reason is found by trying: fund the higher one in place of the lower one and see what breaks.
"""

from collections.abc import Mapping, Sequence

from charity_portal.competitions.rules.choosing.by_rank import Taken
from charity_portal.competitions.rules.choosing.limits import (
    GROUP,
    LEAST,
    MOST,
    PURSE,
    TRACK_LEAST,
    TRACK_MOST,
    TRACK_PURSE,
    Limits,
    Placed,
    Tally,
)
from charity_portal.competitions.rules.findings import Inversion
from charity_portal.kernel.i18n import Text, say

TAKEN_OUT, PUT_IN, SURE, TAKEN_FIRST = "taken_out", "put_in", "sure", "taken_first"


def inversions(
    order: Sequence[Placed],
    taken: Mapping[str, Taken],
    limits: Limits,
    forced_in: Mapping[str, str],
    forced_out: Mapping[str, str],
) -> list[Inversion]:
    """All pairs, the funded ones from the lowest place up. `forced_…`: code -> reason."""
    tally = Tally(limits)
    for placed in order:
        if placed.id in taken:
            tally.add(placed.candidate, taken[placed.id].award_fen)
    found = []
    passed: list[Placed] = []
    for placed in order:
        if placed.id not in taken:
            passed.append(placed)
            continue
        for higher in passed:
            code, why = _reason(placed, higher, taken[placed.id], tally, forced_in, forced_out)
            found.append(Inversion(placed.id, higher.id, code, why))
    return found[::-1]


def _reason(
    lower: Placed,
    higher: Placed,
    award: Taken,
    tally: Tally,
    forced_in: Mapping[str, str],
    forced_out: Mapping[str, str],
) -> tuple[str, Text]:
    if higher.id in forced_out:
        text = say(
            "%(passed)s 经决定不予资助：%(why)s", passed=higher.id, why=forced_out[higher.id]
        )
        return TAKEN_OUT, text
    if lower.id in forced_in:
        text = say("%(funded)s 经决定予以资助：%(why)s", funded=lower.id, why=forced_in[lower.id])
        return PUT_IN, text
    tally.add(lower.candidate, award.award_fen, times=-1)
    need = tally.limits.need(higher.candidate)
    obstacle = tally.obstacle(higher.candidate, need)
    tally.add(higher.candidate, need)
    track = lower.candidate.track
    needed = any(b.code == TRACK_LEAST and b.key == track for b in tally.short())
    tally.add(higher.candidate, need, times=-1)
    tally.add(lower.candidate, award.award_fen)
    if obstacle:
        return obstacle, obstacle_text(obstacle, higher)
    if needed:
        return TRACK_LEAST, say("赛道 %(track)s 须达到最少立项数。", track=track)
    return _beforehand(lower, award)


def _beforehand(lower: Placed, award: Taken) -> tuple[str, Text]:
    """Nothing stands in the way of the higher one: the lower one had been taken before its turn."""
    if award.how == "fixed":
        return SURE, say("%(funded)s 在模拟中几乎总能入选，已先行确定。", funded=lower.id)
    if award.how == "track":
        text = say(
            "为保证赛道 %(track)s 的最少立项数，%(funded)s 先行入选。",
            track=lower.candidate.track,
            funded=lower.id,
        )
        return TAKEN_FIRST, text
    raise AssertionError(f"{lower.id} ({award.how}) is funded before a higher place for no reason")


def obstacle_text(code: str, placed: Placed) -> Text:
    """What keeps an application from being funded, beside those that are."""
    track = placed.candidate.track
    texts = {
        PURSE: say("剩余资金不足以全额资助 %(code)s。", code=placed.id),
        MOST: say("立项数已达上限。"),
        LEAST: say("须达到最少立项数。"),
        GROUP: say("同一机构的立项数已达上限。"),
        TRACK_MOST: say("赛道 %(track)s 的立项数已达上限。", track=track),
        TRACK_PURSE: say(
            "赛道 %(track)s 的资金不足以全额资助 %(code)s。", track=track, code=placed.id
        ),
    }
    return texts[code]

"""Why this reviewer on this application: what can be counted, in plain words, and nothing more."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from charity_portal.competitions.rules.affinity import MICRO
from charity_portal.competitions.rules.review_rounds import Judge, Pair, Round
from charity_portal.kernel.i18n import Text, say


def points(micro: int) -> str:
    """A score as people read it: 0.00 to 1.00 for one review; rounded half up."""
    sign = "-" if micro < 0 else ""
    hundredths = (abs(micro) * 100 * 2 + MICRO) // (2 * MICRO)
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


@dataclass(frozen=True)
class _Crowd:
    """One application: who reviews it, and who else may."""

    readers: frozenset[int]
    others: tuple[Judge, ...]
    employers: frozenset[str]


def reasons(
    of: Round, pairs: Collection[Pair], wanted: Iterable[Pair]
) -> dict[Pair, tuple[Text, ...]]:
    """The sentences about each of the `wanted` pairs of a plan."""
    loads = Counter(judge for judge, _ in pairs)
    wanted = list(wanted)
    crowds = {entry: _crowd(of, pairs, entry) for entry in {entry for _, entry in wanted}}
    return {pair: tuple(_sentences(of, crowds[pair[1]], loads, pair)) for pair in wanted}


def _crowd(of: Round, pairs: Iterable[Pair], entry: int) -> _Crowd:
    readers = frozenset(judge for judge, own in pairs if own == entry)
    others = tuple(
        j
        for j in of.judges
        if j.id not in readers
        and (j.id, entry) not in of.conflicts
        and (j.id, entry) not in of.barred
    )
    employers = {of.judge_by_id[judge].employer for judge in readers}
    return _Crowd(readers, others, frozenset(e for e in employers if e is not None))


def _sentences(of: Round, crowd: _Crowd, loads: Counter[int], pair: Pair) -> Iterator[Text]:
    if pair in of.begun:
        yield say("评审已经开始或提交，保持不变。")
    yield _rank(of, crowd, loads, pair)
    if of.outside(pair):
        yield say("跨赛道评审，使不同赛道的评分可以比较。")
    second = _second_best(of, crowd, loads, pair)
    if second is not None:
        lower = of.score(pair) - of.score((second.id, pair[1]))
        yield say(
            "另选的话，有余量且最合适的是 %(judge)s（%(score)s，相差 %(lower)s）。",
            judge=second.code,
            score=points(of.score((second.id, pair[1]))),
            lower=points(-lower),
        )
    else:
        yield say("没有其他可评且有余量的评委。")


def _rank(of: Round, crowd: _Crowd, loads: Counter[int], pair: Pair) -> Text:
    """Where the reviewer stands among those who may review the application."""
    own, allowed = of.score(pair), len(crowd.others) + len(crowd.readers)
    better = [j for j in crowd.others if of.score((j.id, pair[1])) > own]
    if not better:
        return say(
            "可评本申请的 %(n)s 位评委中，未选上的没有更合适的（本人 %(score)s）。",
            n=allowed,
            score=points(own),
        )
    full = sum(1 for j in better if loads[j.id] >= j.most)
    return say(
        "可评本申请的 %(n)s 位评委中，有 %(better)s 位更合适但未选上，其中 %(full)s 位已满额"
        "（本人 %(score)s）。",
        n=allowed,
        better=len(better),
        full=full,
        score=points(own),
    )


def _second_best(of: Round, crowd: _Crowd, loads: Counter[int], pair: Pair) -> Judge | None:
    """Who could stand in at once: room left, allowed, no colleague of another reviewer."""
    own = of.judge_by_id[pair[0]].employer
    taken = crowd.employers - {own} if of.wishes.one_per_employer else frozenset()
    free = [j for j in crowd.others if loads[j.id] < j.most and j.employer not in taken]
    return max(free, key=lambda j: (of.score((j.id, pair[1])), j.code), default=None)

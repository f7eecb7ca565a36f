"""Does a plan keep the rules? Counted again from the round itself; whoever made the plan is not believed.

Two kinds of findings: what must never be (a conflict of interest, a load above the agreed limit, two
reviewers of one employer on one application) and what is still open (an application that is short, a
member below the agreed minimum). A change by hand may leave something open; nothing is adopted before
it is mended.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from charity_portal.competitions.rules.expertise import CAPACITIES
from charity_portal.competitions.rules.review_rounds import (
    Judge,
    Pair,
    Round,
    Standing,
    standing,
)
from charity_portal.kernel.i18n import Text, say


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold: its code, the sentence, and whom and what it concerns."""

    code: str
    text: Text
    never: bool
    judge: int | None = None
    entry: int | None = None


def findings(of: Round, pairs: Collection[Pair]) -> list[Finding]:
    """Everything that is wrong with these pairs."""
    strange = [pair for pair in pairs if not of.knows(pair)]
    if strange:
        return [
            Finding("unknown", say("方案中有已不在名单上的评委或申请。"), True, *pair)
            for pair in strange
        ]
    return [
        *_forbidden(of, pairs),
        *_work_taken_away(of, pairs),
        *_loads(of, pairs),
        *_groups(of, pairs),
    ]


def _forbidden(of: Round, pairs: Iterable[Pair]) -> Iterator[Finding]:
    for pair in sorted(pairs):
        names = {"judge": of.judge_by_id[pair[0]].code, "entry": of.entry_by_id[pair[1]].code}
        if pair in of.conflicts:
            text = say("%(judge)s 与 %(entry)s 有利害关系，必须回避。", **names)
            yield Finding("conflict", text, True, *pair)
        if pair in of.barred:
            text = say("%(judge)s 已对 %(entry)s 弃权，不能再次分配。", **names)
            yield Finding("barred", text, True, *pair)


def _work_taken_away(of: Round, pairs: Collection[Pair]) -> Iterator[Finding]:
    for pair in sorted(of.begun - frozenset(pairs)):
        yield _begun(of, pair)


def _begun(of: Round, pair: Pair) -> Finding:
    text = say(
        "%(judge)s 对 %(entry)s 的评审已经开始或提交，不能收回。",
        judge=of.judge_by_id[pair[0]].code,
        entry=of.entry_by_id[pair[1]].code,
    )
    return Finding("begun", text, True, *pair)


def _loads(of: Round, pairs: Iterable[Pair]) -> Iterator[Finding]:
    loads = Counter(judge for judge, _ in pairs)
    for judge in of.judges:
        n = loads[judge.id]
        yield from _over(judge, n)
        if n < judge.least:
            text = say(
                "%(judge)s 只有 %(n)s 份，低于约定的下限 %(least)s 份。",
                judge=judge.code,
                n=n,
                least=judge.least,
            )
            yield Finding("under", text, False, judge.id)


def _over(judge: Judge, n: int) -> Iterator[Finding]:
    if n > judge.most:
        names = {"judge": judge.code, "n": n, "most": judge.most}
        text = say("%(judge)s 将有 %(n)s 份，超过约定的上限 %(most)s 份。", **names)
        yield Finding("over", text, True, judge.id)


def _groups(of: Round, pairs: Iterable[Pair]) -> Iterator[Finding]:
    readers: dict[int, list[int]] = {entry.id: [] for entry in of.entries}
    for pair in sorted(pairs):
        readers[pair[1]].append(pair[0])
    for entry in of.entries:
        own = readers[entry.id]
        if len(own) < of.wishes.each:
            text = say(
                "%(entry)s 只有 %(n)s 位评委，应为 %(each)s 位。",
                entry=entry.code,
                n=len(own),
                each=of.wishes.each,
            )
            yield Finding("short", text, False, None, entry.id)
        yield from _employers(of, entry.id, own)
        yield from _needs(of, entry.id, own)


def _employers(of: Round, entry: int, own: Iterable[int]) -> Iterator[Finding]:
    if not of.wishes.one_per_employer:
        return
    seen: dict[str, int] = {}
    for judge in own:
        employer = of.judge_by_id[judge].employer
        if employer is None:
            continue
        if employer in seen and {(judge, entry), (seen[employer], entry)} - of.begun:
            text = say(
                "%(one)s 与 %(other)s 在同一单位任职，不能同评 %(entry)s。",
                one=of.judge_by_id[seen[employer]].code,
                other=of.judge_by_id[judge].code,
                entry=of.entry_by_id[entry].code,
            )
            yield Finding("employer", text, True, judge, entry)
        seen.setdefault(employer, judge)


def _needs(of: Round, entry: int, own: Iterable[int]) -> Iterator[Finding]:
    present = {key for judge in own for key in of.judge_by_id[judge].capacities}
    for key in of.wishes.needs:
        if key not in present:
            text = say(
                "%(entry)s 缺少一位“%(capacity)s”。",
                entry=of.entry_by_id[entry].code,
                capacity=CAPACITIES[key],
            )
            yield Finding("need", text, False, None, entry)


@dataclass(frozen=True)
class Change:
    """A change by hand: who comes off an application and who is put on it; either may be None."""

    entry: int
    drop: int | None = None
    add: int | None = None

    def applied(self, pairs: Iterable[Pair]) -> frozenset[Pair]:
        """The pairs after it."""
        gone = {(self.drop, self.entry)}
        come = {(self.add, self.entry)} if self.add is not None else set()
        return frozenset(pair for pair in pairs if pair not in gone) | frozenset(come)


@dataclass(frozen=True)
class Cost:
    """What a change does: the figures before and after, rules that forbid it, what it leaves open."""

    before: Standing
    after: Standing
    forbidden: tuple[Finding, ...]
    left_open: tuple[Finding, ...]
    mended: tuple[Finding, ...]


def cost(of: Round, pairs: frozenset[Pair], change: Change) -> Cost:
    """Weigh a change. Only findings that it brings about are counted against it."""
    after = change.applied(pairs)
    before_findings, after_findings = findings(of, pairs), findings(of, after)
    known = {(f.code, f.judge, f.entry) for f in before_findings}
    brought = [f for f in after_findings if (f.code, f.judge, f.entry) not in known]
    left = {(f.code, f.judge, f.entry) for f in after_findings}
    return Cost(
        standing(of, pairs),
        standing(of, after),
        tuple(f for f in brought if f.never),
        tuple(f for f in brought if not f.never),
        tuple(f for f in before_findings if (f.code, f.judge, f.entry) not in left),
    )


def obstacle(of: Round, pairs: frozenset[Pair], change: Change) -> Finding | None:
    """The first rule that forbids a change, asked only of what the change touches: cheap enough to
    be asked for every member of a large panel."""
    if change.drop is not None and (change.drop, change.entry) in of.begun:
        return _begun(of, (change.drop, change.entry))
    if change.add is None:
        return None
    readers = [j for j, entry in pairs if entry == change.entry and j != change.drop]
    load = sum(1 for judge, _ in pairs if judge == change.add) + 1
    asked = (
        _forbidden(of, [(change.add, change.entry)]),
        _over(of.judge_by_id[change.add], load),
        _employers(of, change.entry, [*sorted(readers), change.add]),
    )
    return next((finding for some in asked for finding in some), None)

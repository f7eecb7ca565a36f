"""A save of a draft: fields merged one by one, and the order of budget lines merged as a list."""

from collections.abc import Mapping, Sequence

from charity_portal.kernel.merging import Held, Merge, Step, base_at, merge
from charity_portal.projects.rules import budget


def combine(
    rev: int,
    mine: Mapping[str, str],
    held: Mapping[str, Held],
    steps: Mapping[str, Sequence[Step]],
) -> Merge:
    """Merge a save written against revision `rev`; see `merge` for the parts of the answer.

    The order of lines never clashes: both sides' additions and removals hold, a line that others have
    edited since outlives its removal, and a line that is edited after its removal comes back.
    """
    order = budget.ORDER
    result = merge(rev, {k: v for k, v in mine.items() if k != order}, held, steps)
    theirs = held[order].value if order in held else ""
    base = base_at(rev, held.get(order), steps.get(order, ()))
    wanted = mine.get(order, theirs)
    edited = {cell[0] for k, f in held.items() if f.rev > rev and (cell := budget.cell_of(k))}
    settled = budget.merged_order(base, theirs, wanted, edited)
    settled = _with_revived(settled, result.saved)
    result.merged.pop(order, None)
    if settled != theirs:
        result.saved[order] = settled
    if settled != wanted or (order not in mine and order in held and held[order].rev > rev):
        result.merged[order] = settled
    return result


def _with_revived(order: str, saved: Mapping[str, str]) -> str:
    uids = budget.order_of(order)
    written = [cell[0] for k, text in saved.items() if text and (cell := budget.cell_of(k))]
    return ",".join(dict.fromkeys([*uids, *written]))

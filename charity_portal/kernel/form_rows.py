"""Lists of rows in a form: a row that knows its record, and moving rows about without a script."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.fields import SelectChoice

from charity_portal.kernel.forms import Form

_ROW_NAME = re.compile(r"([a-z_]+)-(\d+)-(.+)")


def options(words: Mapping[str, object], nothing: object | None = None) -> list[SelectChoice]:
    """The choices of a field, from values to words; `nothing` names the empty one at the top."""
    named = {"": nothing, **words} if nothing is not None else words
    return [SelectChoice(value, cast(str, word)) for value, word in named.items()]


class Row(Form):
    """One row; `id` is empty until it is saved for the first time."""

    class Meta:
        csrf = False

    id = HiddenField()

    @property
    def saved_id(self) -> int | None:
        """The id of the row in the database."""
        text = str(self.id.data or "")
        return int(text) if text.isdigit() else None


def rearranged(posted: MultiDict[str, str], step: str, units: Sequence[str]) -> MultiDict[str, str]:
    """What was posted, with the rows of `units` numbered from 0, lines ended alike, one step taken.

    `step` is the value of the pressed button: `tracks:add`, `tracks:remove:2`, `tracks:up:2`,
    `tracks:down:2`; anything else moves nothing.
    """
    rows: dict[str, dict[int, list[tuple[str, list[str]]]]] = {unit: {} for unit in units}
    result: MultiDict[str, str] = MultiDict()
    for name, sent in posted.lists():
        values = [value.replace("\r\n", "\n") for value in sent]
        match = _ROW_NAME.fullmatch(name)
        if match is None or match[1] not in rows:
            result.setlist(name, values)
        else:
            rows[match[1]].setdefault(int(match[2]), []).append((match[3], values))
    unit, _, move = step.partition(":")
    for name, numbered in rows.items():
        order = sorted(numbered)
        if name == unit:
            order = _moved(order, move)
        for position, number in enumerate(order):
            for column, values in numbered.get(number, [("id", [""])]):
                result.setlist(f"{name}-{position}-{column}", values)
    return result


def _moved(order: list[int], move: str) -> list[int]:
    """The numbers of the rows after one step; a new row has the number -1."""
    verb, _, text = move.partition(":")
    if verb == "add":
        return [*order, -1]
    number = int(text) if text.isdigit() else -1
    if number not in order:
        return order
    place = order.index(number)
    rest = order[:place] + order[place + 1 :]
    if verb == "remove":
        return rest
    target = {"up": place - 1, "down": place + 1}.get(verb, place)
    target = max(0, min(target, len(rest)))
    return [*rest[:target], number, *rest[target:]]

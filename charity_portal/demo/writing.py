"""What organizations write: answers and budgets, made from the data as fields of a draft."""

import base64
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from charity_portal.demo import sources

BANK = ("goal", "team", "risk", "after")
"""Questions that applicants answer alike; all others are answered by each in its own words."""
HEADINGS = {"standard": 5, "micro": 3}
MONTHS = timedelta(days=330)


def theme_of(script: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """What sort of project it is."""
    themes = script["theme"]
    return str(spec.get("theme", themes[max(0, spec.get("track", 1) - 1) % len(themes)]))


def fields(
    script: Mapping[str, Any], spec: Mapping[str, Any], place: int, start: date
) -> dict[str, str]:
    """Everything that one applicant writes; `place` varies what they write alike."""
    texts = {
        "title": spec["title"],
        "summary": spec.get("summary") or f"{spec['title']}：{spec['plan']}",
        "lead_name": spec["lead"],
        "starts_on": start.isoformat(),
        "ends_on": (start + MONTHS).isoformat(),
        "confirmed": "yes",
    }
    if spec.get("track"):
        texts["track"] = f"t{spec['track']}"
    for number, name in enumerate(script["answers"], start=1):
        text = _answer(script, spec, name, place)
        if text:
            texts[f"answer:q{number}"] = text
    return texts | budget(script, spec)


def _answer(script: Mapping[str, Any], spec: Mapping[str, Any], name: str, place: int) -> str:
    if name in BANK:
        bank = sources.read("phrases")[theme_of(script, spec)][name]
        known = {"place": spec.get("place", ""), "people": spec["people"], "org": spec["lead"]}
        return str(bank[place % len(bank)]).format(**known)
    if name == "groups":
        return "\n".join(spec.get("groups", ()))
    if name == "first":
        return ("yes", "no")[place % 2]
    return str(spec.get(name, ""))


def budget(script: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, str]:
    """Budget lines whose sources add up exactly to what is asked, in whole yuan."""
    kind = script.get("budget") or (
        "micro" if script["kind"] == "micro" else theme_of(script, spec)
    )
    percent = script["call"].get("own_percent", 0)
    whole = _whole(spec["ask"], percent)
    lines = _lines(kind, whole)
    own = whole - spec["ask"]
    shares = [amount * own // whole for *_, amount in lines]
    shares[0] += own - sum(shares)
    cells: dict[str, str] = {}
    for (heading, item, unit, quantity, price, amount), part in zip(lines, shares, strict=True):
        uid = _uid(len(cells))
        columns = {
            "category": f"b{heading}", "item": item, "unit": unit, "quantity": quantity,
            "unit_price": price, "grant": amount - part, "own": part or "", "matched": "",
        }  # fmt: skip
        cells |= {f"budget:{uid}:{name}": str(value) for name, value in columns.items()}
    order = dict.fromkeys(key.split(":")[1] for key in cells)
    return cells | {"budget:order": ",".join(order)}


def _whole(ask: int, percent: int) -> int:
    """The cost of the project: own money a little above what the call wants, in whole hundreds."""
    if not percent:
        return ask
    return -(-ask * 100 // (100 - percent - 2)) // 100 * 100


def _lines(kind: str, whole: int) -> list[tuple[int, str, str, int, int, int]]:
    """(heading, item, unit, quantity, price, amount) that come to `whole`."""
    first, *others = sources.rows("budgets", kind)
    lines = []
    for row in others:
        quantity = max(1, whole * row["share"] // 100 // row["price"])
        lines.append(_line(row, quantity))
    rest = whole - sum(line[-1] for line in lines)
    quantity = rest // first["price"]
    lines.insert(0, _line(first, quantity))
    if left := rest - quantity * first["price"]:
        lines.insert(1, (first["heading"], "保险、交通等零星支出", "项", 1, left, left))
    return lines


def _line(row: Mapping[str, Any], quantity: int) -> tuple[int, str, str, int, int, int]:
    amount = quantity * row["price"]
    return row["heading"], row["item"], row["unit"], quantity, row["price"], amount


def _uid(number: int) -> str:
    """The name of a line: like those that browsers make up, and the same each time."""
    return base64.b32encode(number.to_bytes(5, "big")).decode().lower()

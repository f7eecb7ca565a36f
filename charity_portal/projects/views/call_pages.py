"""What the pages about calls have in common."""

from collections.abc import Mapping
from typing import Any

from charity_portal.kernel import clock
from charity_portal.kernel.i18n import money, percent, time_text
from charity_portal.kernel.time_left import remaining
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.call_rows import FILE_GROUPS, KIND_WORDS, NEED_WORDS
from charity_portal.projects.forms.calls import CALL_KIND_WORDS, SOURCE_WORDS
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries.calls import form_of
from charity_portal.projects.rules import eligibility
from charity_portal.projects.rules.call_edits import ROW_UNITS
from charity_portal.projects.rules.call_windows import span
from charity_portal.projects.rules.calls import WORDS as PHASE_WORDS
from charity_portal.projects.rules.calls import phase

TONES = {
    "draft": "neutral",
    "upcoming": "waiting",
    "open": "good",
    "closed": "neutral",
    "noticed": "waiting",
    "concluded": "done",
    "cancelled": "bad",
}


def page_values(call: Call) -> dict[str, Any]:
    """Everything that the description of a call shows, for citizens and for the office alike."""
    form = form_of(call)
    where = phase(call, clock.now())
    until = {"open": call.closes_at, "upcoming": call.opens_at}.get(where)
    return {
        "call": call,
        "asked": form,
        "phase": where,
        "phase_word": PHASE_WORDS[where],
        "tone": TONES[where],
        "remaining": remaining(until, clock.now()) if until is not None else None,
        "span": span(call.opens_at, call.closes_at),
        "conditions": eligibility.conditions(form.eligibility, organizations.county_name),
        "source_word": SOURCE_WORDS[call.fund_source],
        "kind_word": CALL_KIND_WORDS[call.kind],
        "question_words": KIND_WORDS,
        "need_words": NEED_WORDS,
        "file_words": file_words,
        "share": share,
        "short_money": short_money,
    }


def short_money(fen: int | None, currency: str = "CNY") -> str:
    """An amount without decimals where there are none to say."""
    return money(fen, currency).removesuffix(".00")


def share(points: int | None) -> str:
    """Basis points in per cent, without needless decimals."""
    return percent(points, 10_000, 0 if (points or 0) % 100 == 0 else 2)


def file_words(kinds: Any) -> eligibility.Joined:
    """Accepted kinds of files by the names that people know."""
    have = set(kinds)
    return eligibility.Joined([word for group, word in FILE_GROUPS.values() if have & set(group)])


def unit_text(unit: str, value: Any) -> str:
    """A unit of a draft as a text that two people can compare."""
    if unit in ROW_UNITS:
        return "\n".join(_row_text(row) for row in value)
    if value is None:
        return ""
    if unit.endswith("_fen"):
        return money(value)
    if unit.endswith("_bp"):
        return share(value)
    if unit in ("opens_at", "closes_at"):
        return time_text(value)
    if unit == "regions":
        return str(eligibility.places(value, organizations.county_name))
    if unit == "priorities":
        return "\n".join(row["zh"] for row in value)
    words = {"kinds": eligibility.KIND_WORDS, "standings": eligibility.STANDING_WORDS}.get(unit)
    if words is not None:
        return str(eligibility.Joined([words.get(name, name) for name in value]))
    return str(SOURCE_WORDS[value]) if unit == "fund_source" else str(value)


def _row_text(row: Mapping[str, Any]) -> str:
    """A row on one line: its name first, then whatever else it says."""
    name = row.get("label_zh") or row.get("title_zh") or ""
    rest = [
        unit_text(column, value) if column.endswith(("_fen", "_bp")) else str(value)
        for column, value in row.items()
        if column not in ("id", "label_zh", "title_zh", "choices", "kinds")
        and value not in (None, "")
    ]
    rest += [choice["zh"] for choice in row.get("choices", [])]
    rest += [str(kind) for kind in row.get("kinds", [])]
    return " · ".join([name, *rest])

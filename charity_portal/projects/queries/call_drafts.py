"""A call's editable content, as it is stored."""

from charity_portal.kernel.edits import Draft
from charity_portal.projects.models.calls import Call
from charity_portal.projects.rules.call_edits import COLUMNS, ELIGIBILITY

TRACK = ("id", "title_zh", "title_en", "purse_fen")
QUESTION = (
    "id",
    "kind",
    "label_zh",
    "label_en",
    "help_zh",
    "help_en",
    "required",
    "longest",
    "choices",
)
CATEGORY = ("id", "title_zh", "title_en", "cap_bp", "is_management")
SLOT = (
    "id",
    "title_zh",
    "title_en",
    "help_zh",
    "help_en",
    "need",
    "kinds",
    "max_files",
    "max_mb",
)
ROWS = {"tracks": TRACK, "questions": QUESTION, "categories": CATEGORY, "slots": SLOT}
NOTHING = {"kinds": [], "regions": [], "standings": [], "priorities": [], "charity_only": False}


def draft_of(call: Call) -> Draft:
    """The units of a call (names in `rules.call_edits.WORDS`)."""
    units = {name: getattr(call, name) for name in COLUMNS}
    for name in ELIGIBILITY:
        units[name] = call.eligibility.get(name) or NOTHING.get(name)
    for unit, columns in ROWS.items():
        units[unit] = [{c: getattr(row, c) for c in columns} for row in getattr(call, unit)]
    return Draft(units)

"""The scoring sheet for working without a network: what it holds, and what came back in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from charity_portal.competitions.rules import review_fields
from charity_portal.competitions.rules.review_fields import Line
from charity_portal.kernel.i18n import Text, say

VERSION = "review-sheet-1"
CODE, TITLE, REVISION = say("代号"), say("项目名称"), say("版本号")
COMMENT_TITLE, NOTE_TITLE = say("给申请机构的意见"), say("给评审组的备注")


def read_title(title: object) -> str:
    """A column's title as it comes back: tables are read without the white space in their titles."""
    return "".join(str(title).split())


def version_of(stage_id: int) -> str:
    """What the version cell says: the format, and for which stage the sheet was made."""
    return f"{VERSION} / {stage_id}"


@dataclass(frozen=True)
class Original:
    """A review as the portal holds it: its texts now, and the criteria that apply to it."""

    review_id: int
    rev: int
    criteria: Sequence[Line]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Returned:
    """One row that came back: against which revision it was written, what differs from the portal, and
    what is wrong (field, reason)."""

    code: str
    review_id: int
    rev: int
    changed: Mapping[str, str]
    newer: bool
    problems: Sequence[tuple[str, Text]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Refused:
    """A row that belongs to no review that can be written, and why."""

    number: int
    code: str
    reason: Text


def returned(
    number: int,
    cells: Mapping[str, str],
    keys_of: Mapping[str, str],
    originals: Mapping[str, Original],
) -> Returned | Refused:
    """Read one row. `keys_of` maps a column's title to the field it holds."""
    code = cells.get(read_title(CODE), "").strip()
    original = originals.get(code)
    if original is None:
        return Refused(number, code, say("没有这个代号的待评材料。"))
    revision = cells.get(read_title(REVISION), "").strip()
    if not revision.isdecimal() or len(revision) > 9 or int(revision) > original.rev:
        return Refused(number, code, say("版本号不对，请用最新下载的评分表。"))
    changed: dict[str, str] = {}
    problems: list[tuple[str, Text]] = []
    known = set(review_fields.keys(original.criteria))
    for title, key in keys_of.items():
        if key not in known or read_title(title) not in cells:
            continue
        text, problem = review_fields.read(original.criteria, key, cells[read_title(title)])
        if text.rstrip() == original.texts.get(key, "").rstrip():
            continue
        if problem is not None:
            problems.append((key, problem))
        else:
            changed[key] = text
    rev = int(revision)
    return Returned(code, original.review_id, rev, changed, rev < original.rev, tuple(problems))

"""One thing that is not right yet, and where to put it right."""

from dataclasses import dataclass

from charity_portal.kernel.i18n import Text


@dataclass(frozen=True)
class Defect:
    """`key` names the field, slot or rule; `text` is said in the reader's language."""

    key: str
    text: Text

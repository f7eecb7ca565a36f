"""One thing that is not right yet, and where to put it right."""

from dataclasses import dataclass

from charity_portal.kernel.i18n import Text


@dataclass(frozen=True)
class Defect:
    """`key` names the field, slot or rule; `text` is said in the reader's language.

    Keys: a draft field (`title`, `answer:need`, `budget:abcdefgh:quantity`), `budget` for the budget
    as a whole, `slot:<key>` for papers, `eligibility:<rule>`. What is not `blocking` may still be
    mended after submission (a secondary paper, 容缺).
    """

    key: str
    text: Text
    blocking: bool = True

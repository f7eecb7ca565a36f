"""What a call asks for, as plain values: the one shape that forms, checks and pages read.

Texts come in pairs (`title_zh`, `title_en`) for `localized`. Amounts are fen, shares basis points.
"""

from dataclasses import dataclass
from datetime import datetime

from charity_portal.projects.rules.eligibility import Rules


@dataclass(frozen=True)
class TrackForm:
    """A track to apply in."""

    id: int
    key: str
    title_zh: str
    title_en: str | None
    purse_fen: int | None


@dataclass(frozen=True)
class Choice:
    """One of a question's answers."""

    key: str
    label_zh: str
    label_en: str | None


@dataclass(frozen=True)
class QuestionForm:
    """A typed question: short, long, number, choice, multi, date or yes_no.

    `longest` is the most characters of a text; a number has no limit here.
    """

    id: int
    key: str
    kind: str
    label_zh: str
    label_en: str | None
    help_zh: str | None
    help_en: str | None
    required: bool
    longest: int | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class CategoryForm:
    """A budget heading; `cap_bp` bounds its share of the grant."""

    id: int
    key: str
    title_zh: str
    title_en: str | None
    cap_bp: int | None
    is_management: bool


@dataclass(frozen=True)
class SlotForm:
    """A place for papers: required, secondary (may follow later) or optional."""

    id: int
    key: str
    title_zh: str
    title_en: str | None
    help_zh: str | None
    help_en: str | None
    need: str
    kinds: tuple[str, ...]
    max_files: int
    max_mb: int


@dataclass(frozen=True)
class CallForm:
    """A call with everything an application is held against."""

    call_id: int
    number: str
    kind: str
    state: str
    title_zh: str
    title_en: str | None
    currency: str
    purse_fen: int | None
    floor_fen: int | None
    cap_fen: int | None
    own_contribution_min_bp: int | None
    management_cost_max_bp: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    eligibility: Rules
    tracks: tuple[TrackForm, ...]
    questions: tuple[QuestionForm, ...]
    categories: tuple[CategoryForm, ...]
    slots: tuple[SlotForm, ...]

    def track(self, key: str) -> TrackForm | None:
        """The track of that key."""
        return next((t for t in self.tracks if t.key == key), None)

    def question(self, key: str) -> QuestionForm | None:
        """The question of that key."""
        return next((q for q in self.questions if q.key == key), None)

    def category(self, key: str) -> CategoryForm | None:
        """The budget category of that key."""
        return next((c for c in self.categories if c.key == key), None)

    def slot(self, key: str) -> SlotForm | None:
        """The attachment slot of that key."""
        return next((s for s in self.slots if s.key == key), None)

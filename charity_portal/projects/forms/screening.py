"""What officers type while they screen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import HiddenField
from wtforms.fields import SelectChoice

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.forms import (
    Form,
    LocalDateTimeField,
    LongTextField,
    RadioField,
    SelectField,
    TextField,
)
from charity_portal.kernel.i18n import say
from charity_portal.projects.rules.screening import Finding, Item

YES, NO = "yes", "no"
LONGEST_NOTE = 300


class QueueForm(Form):
    """What the queue is narrowed down to."""

    class Meta:
        csrf = False

    q = TextField(say("编号、项目或机构"), longest=60)
    call = SelectField(say("征集"), choices=[])
    track = SelectField(say("赛道"), choices=[])
    state = SelectField(say("状态"), choices=[])


class CheckForm(Form):
    """The checklist with the deadlines and the reason that its outcomes need.

    Each row has two fields of its own, `holds-<row>` and `note-<row>`; see `check_form`.
    """

    seen = HiddenField()
    due_at = LocalDateTimeField(say("补正截止时间"))
    conditional_due_at = LocalDateTimeField(say("补齐截止时间"))
    reason = LongTextField(say("不通过的理由"), longest=1000)

    def holds(self, item: Item) -> Any:
        """The field that says whether a row holds."""
        return self[f"holds-{item.key}"]

    def note(self, item: Item) -> Any:
        """The field that says what is wrong in a row."""
        return self[f"note-{item.key}"]

    def findings(self, items: Iterable[Item]) -> dict[str, Finding]:
        """The rows that are answered."""
        found = {}
        for item in items:
            said = self.holds(item).data
            if said in (YES, NO):
                note = "" if said == YES else self.note(item).data or ""
                found[item.key] = Finding(item.key, said == YES, note)
        return found

    def prefill(self, items: Iterable[Item], earlier: Sequence[Mapping[str, Any]] = ()) -> None:
        """Write down what the machine found; rows that an officer failed before keep their note."""
        notes = {row["item"]: row["note"] for row in earlier if not row["holds"]}
        for item in items:
            if item.problems:
                self.holds(item).data = NO
                self.note(item).data = " ".join(str(text) for text in item.problems)
            elif item.key in notes:
                self.note(item).data = notes[item.key]

    def fill_rest(self, items: Iterable[Item]) -> None:
        """Mark every row that is not answered yet as holding; the officer asked for it."""
        for item in items:
            if self.holds(item).data not in (YES, NO):
                self.holds(item).data = YES

    def refuse_check(self, problem: Invalid, items: Iterable[Item]) -> None:
        """Show each refusal in its row; what concerns the whole stands on top."""
        rows = {f"item:{item.key}": item for item in items}
        for place, messages in problem.fields.items():
            said = [str(message) for message in messages]
            if place in rows:
                item = rows[place]
                field = self.note(item) if self.holds(item).data == NO else self.holds(item)
                field.errors = [*field.errors, *said]
            elif place in self:
                self[place].errors = [*self[place].errors, *said]
            else:
                self.form_errors.extend(said)


def check_form(items: Iterable[Item]) -> type[CheckForm]:
    """The form for these rows."""
    fields: dict[str, Any] = {}
    for item in items:
        fields[f"holds-{item.key}"] = RadioField(
            item.label,
            choices=[SelectChoice(YES, say("符合")), SelectChoice(NO, say("不符合"))],
            validate_choice=False,
        )
        fields[f"note-{item.key}"] = TextField(say("不符合之处"), longest=LONGEST_NOTE)
    return type("RowsForm", (CheckForm,), fields)


class ReasonForm(Form):
    """A step that needs a written reason."""

    seen = HiddenField()
    reason = LongTextField(say("理由"), longest=1000)

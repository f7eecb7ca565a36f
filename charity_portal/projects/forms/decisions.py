"""The table in which decisions are made: one line an application, sent as one form."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField
from wtforms.fields import SelectChoice

from charity_portal.kernel.forms import (
    Form,
    IntegerField,
    LongTextField,
    MoneyField,
    NumberRange,
    Optional,
    SelectField,
    TextField,
)
from charity_portal.kernel.i18n import say
from charity_portal.projects.queries.decisions import Entry
from charity_portal.projects.rules.decisions import WORDS, Verdict
from charity_portal.projects.services.decisions import Choice

FIELDS = ("outcome", "amount", "rank", "reason", "seen")


class DecisionTable(Form):
    """Rows of `<field>-<application id>`; see `decision_table`."""

    def row(self, entry: Entry) -> dict[str, Any]:
        """The fields of one application."""
        return {name: self[f"{name}-{entry.application.id}"] for name in FIELDS}

    def show(self, entries: Iterable[Entry]) -> None:
        """Fill in what is decided already."""
        for entry in entries:
            row, decision = self.row(entry), entry.decision
            row["seen"].data = str(entry.rev)
            if decision is not None:
                row["outcome"].data = decision.outcome
                row["amount"].data = decision.amount_fen or None
                row["rank"].data = decision.reserve_rank
                row["reason"].data = decision.reason

    def choices(self, entries: Iterable[Entry]) -> list[Choice]:
        """The rows that say something else than what is decided already."""
        found = []
        for entry in entries:
            row = self.row(entry)
            if not row["outcome"].data:
                continue
            verdict = Verdict(
                row["outcome"].data,
                row["amount"].data,
                row["rank"].data,
                row["reason"].data or "",
            )
            seen = str(row["seen"].data or "")
            choice = Choice(entry.application.id, int(seen) if seen.isdigit() else -1, verdict)
            if not _same(entry, verdict):
                found.append(choice)
        return found

    def refuse_rows(self, fields: dict[str, list[Any]]) -> None:
        """Show what does not hold where it stands: `<application id>-<field>`."""
        for place, messages in fields.items():
            key, _, name = place.partition("-")
            field = self[f"{name}-{key}"]
            field.errors = [*field.errors, *map(str, messages)]


def _same(entry: Entry, verdict: Verdict) -> bool:
    """Whether a row was left as it is; amount and rank count only where the outcome has them."""
    decision = entry.decision
    if decision is None or decision.outcome != verdict.outcome:
        return False
    amount = verdict.outcome != "partial" or verdict.amount_fen == decision.amount_fen
    rank = verdict.outcome != "reserve" or verdict.rank == decision.reserve_rank
    return amount and rank and verdict.reason.strip() == decision.reason


def decision_table(entries: Iterable[Entry]) -> DecisionTable:
    """The form for these applications."""
    fields: dict[str, Any] = {}
    offered = [SelectChoice(value, word) for value, word in [("", say("未决定")), *WORDS.items()]]
    for entry in entries:
        key = entry.application.id
        fields[f"outcome-{key}"] = SelectField(say("决定"), choices=offered)
        fields[f"amount-{key}"] = MoneyField(say("资助金额"))
        whole = [Optional(), NumberRange(1, 999, say("请填写 1 到 999 的整数。"))]
        fields[f"rank-{key}"] = IntegerField(say("候补顺位"), whole)
        fields[f"reason-{key}"] = TextField(say("理由"), longest=500)
        fields[f"seen-{key}"] = HiddenField()
    table: DecisionTable = type("Rows", (DecisionTable,), fields)()
    return table


class PromotionTable(Form):
    """Reserves that may move up: an amount for each that does; see `promotion_table`."""

    workdays = IntegerField(say("公示期（工作日）"), [NumberRange(1, 365)])
    reason = LongTextField(say("递补理由"), longest=500)


def promotion_table(entries: Iterable[Entry], **data: Any) -> PromotionTable:
    """The form for these reserves."""
    fields: dict[str, Any] = {
        f"{entry.application.id}-amount": MoneyField(say("递补资助金额")) for entry in entries
    }
    table: PromotionTable = type("Promotions", (PromotionTable,), fields)(data=data or None)
    return table

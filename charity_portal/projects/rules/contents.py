"""The frozen content of a submission, and the hash that makes a changed byte visible."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from charity_portal.projects.rules.budget import Budget
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.dossier import Dossier, Paper

FORMAT = 1


def content(
    form: CallForm,
    applicant: Mapping[str, Any],
    dossier: Dossier,
    fields: Mapping[str, str],
    version: int,
    submitted_at: datetime,
) -> dict[str, Any]:
    """Everything a submitted version says, as plain JSON values: texts, whole numbers, no floats.

    `applicant` holds what the register said of the organization on the day; `fields` the texts as
    typed; the questions stand beside their answers, so that the record explains itself.
    """
    return {
        "format": FORMAT,
        "version": version,
        "submitted_at": submitted_at.isoformat(timespec="seconds"),
        "call": {"number": form.number, "title_zh": form.title_zh, "title_en": form.title_en},
        "applicant": dict(applicant),
        "fields": dict(fields),
        "track": dossier.track,
        "questions": {q.key: q.label_zh for q in form.questions},
        "currency": form.currency,
        "budget": _budget(dossier.budget),
        "papers": papers(dossier.papers),
    }


def papers(listed: Sequence[Paper]) -> list[dict[str, Any]]:
    """Papers as plain values."""
    return [asdict(paper) for paper in listed]


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one way to write a content down: keys sorted, no spaces, UTF-8."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def content_hash(value: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "lines": [asdict(line) | {"amount_fen": line.amount_fen} for line in budget.lines],
        "amount_fen": budget.amount_fen,
        "grant_fen": budget.grant_fen,
        "own_fen": budget.own_fen,
        "matched_fen": budget.matched_fen,
    }

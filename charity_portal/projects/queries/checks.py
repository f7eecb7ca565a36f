"""The check of an application: everything at once, the same before submission and after."""

from dataclasses import dataclass
from datetime import datetime

from charity_portal.kernel import clock
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import ConditionalAcceptance, CorrectionRequest
from charity_portal.projects.queries import applicants, applications, calls, drafts
from charity_portal.projects.rules import calls as call_rules
from charity_portal.projects.rules import dossier as dossiers
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.dossier import Dossier


@dataclass(frozen=True)
class Check:
    """An application as it stands now. `until` is the moment from which it cannot be handed in any
    more (closing, or the end of a correction); None when it is not waiting to be handed in."""

    form: CallForm
    fields: dict[str, str]
    dossier: Dossier
    defects: list[Defect]
    until: datetime | None
    open: bool
    correction: CorrectionRequest | None
    condition: ConditionalAcceptance | None

    @property
    def blocking(self) -> list[Defect]:
        """What stands in the way of submitting."""
        return dossiers.blocking(self.defects)

    @property
    def advisory(self) -> list[Defect]:
        """What may still be mended after submitting."""
        return [defect for defect in self.defects if not defect.blocking]

    @property
    def ready(self) -> bool:
        """Whether it can be submitted at this moment."""
        return self.open and not self.blocking


def form_of(application: Application) -> CallForm:
    """What the application is held against."""
    return calls.form_of(calls.whole_call(application.call_id) or application.call)


def check(application: Application) -> Check:
    """Look at the draft, the papers, the conditions of the call and the clock."""
    call = calls.whole_call(application.call_id) or application.call
    form = calls.form_of(call)
    fields = drafts.texts(application.id)
    found, defects = dossiers.read(form, fields, applications.papers(application.id))
    correction = condition = until = None
    still_open = False
    if application.state == "draft":
        longer = calls.extension(call.id, application.organization_id)
        until = call_rules.closing(call, longer)
        still_open = call_rules.phase(call, clock.now(), longer) == "open"
        own = applicants.defects(call, application.organization_id, application.id)
        defects = [*own, *defects]
    elif application.state == "correction":
        correction = drafts.correction(application.id)
        until = correction.due_at if correction else None
        still_open = until is not None and clock.now() < until
    elif application.state == "conditional":
        condition = drafts.condition(application.id)
        until = condition.due_at if condition else None
        still_open = until is not None and clock.now() < until
    return Check(form, fields, found, defects, until, still_open, correction, condition)

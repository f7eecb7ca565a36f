"""The form in which an application's bonus points are recorded, two fields for each bonus rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from charity_portal.competitions.forms.edition_rows import PointsField
from charity_portal.competitions.models.editions import Bonus, BonusGrant
from charity_portal.competitions.services.bonuses import Given
from charity_portal.kernel.forms import Form, LongTextField, Optional
from charity_portal.kernel.i18n import say


class GrantForm(Form):
    """Fields `points-<bonus id>` and `reason-<bonus id>`; made by `grant_form`."""

    bonuses: Sequence[Bonus] = ()

    def pair(self, bonus: Bonus) -> tuple[Any, Any]:
        """The two fields of a rule."""
        return self[f"points-{bonus.id}"], self[f"reason-{bonus.id}"]

    def given(self) -> dict[int, Given]:
        """What was typed, by bonus id."""
        return {
            bonus.id: Given(points.data, reason.data or "")
            for bonus in self.bonuses
            for points, reason in [self.pair(bonus)]
        }


def grant_form(
    bonuses: Sequence[Bonus], known: Mapping[int, BonusGrant] | None = None
) -> GrantForm:
    """The form for these rules; with `known`, drawn with what is recorded."""
    fields: dict[str, Any] = {}
    for bonus in bonuses:
        fields[f"points-{bonus.id}"] = PointsField(say("加分"), [Optional()])
        fields[f"reason-{bonus.id}"] = LongTextField(say("依据"), longest=500)
    made = type("GrantForm", (GrantForm,), fields)
    data: dict[str, Any] = {}
    for bonus_id, grant in (known or {}).items():
        data |= {f"points-{bonus_id}": grant.points, f"reason-{bonus_id}": grant.reason}
    form: GrantForm = made() if known is None else made(formdata=None, data=data)
    form.bonuses = bonuses
    return form

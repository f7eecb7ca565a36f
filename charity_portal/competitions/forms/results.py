"""Publishing a result."""

from wtforms.fields import SelectChoice

from charity_portal.competitions.rules.methods import FEEDBACK
from charity_portal.kernel.forms import Form, RadioField, chosen
from charity_portal.kernel.i18n import say


class PublishForm(Form):
    """What applicants read of their own scores once the result is out."""

    feedback = RadioField(
        say("向申请机构反馈"),
        [chosen()],
        choices=[SelectChoice(key, word) for key, word in FEEDBACK.items()],
    )

"""What officers type while they prepare applications for reviewers."""

from charity_portal.kernel.forms import Form, TextField, required
from charity_portal.kernel.i18n import say


class TermForm(Form):
    """A text to hide in one application."""

    text = TextField(say("要隐去的文字"), [required()], longest=60)

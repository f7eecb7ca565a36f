"""Forms of the publishing desk."""

from charity_portal.kernel.forms import Form, LongTextField
from charity_portal.kernel.i18n import say


class PublishForm(Form):
    """Publish a draft; from the second version on, what was corrected must be said."""

    correction_zh = LongTextField(say("更正说明（中文）"), longest=2000)
    correction_en = LongTextField(say("更正说明（英文）"), longest=2000)

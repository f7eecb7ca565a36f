"""Keeping names out of texts that everybody reads."""

from charity_portal.funds.queries import naming
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say


def refuse_hidden_names(**texts: str | None) -> None:
    """Raise Invalid on the fields whose text names a donor who may not be named.

    To be called, inside the transaction that keeps them, for all texts that become public.
    """
    found = [field for field, text in texts.items() if text and naming.hidden_name_in(text)]
    if found:
        said = say("文字中出现了不同意公开者的姓名（名称）、电话或代码，请改写。")
        raise Invalid(fields={field: [said] for field in found})


def refuse_donor_names(**texts: str | None) -> None:
    """Raise Invalid on the fields whose text names any donor; for what can never be taken back."""
    found = [field for field, text in texts.items() if text and naming.donor_named_in(text)]
    if found:
        said = say("这里的文字公开后不能删改，请不要写捐赠人的姓名（名称）、电话或代码。")
        raise Invalid(fields={field: [said] for field in found})

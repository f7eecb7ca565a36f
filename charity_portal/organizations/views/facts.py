"""An organization's entry as label and value pairs for pages."""

import re
from dataclasses import dataclass
from typing import Any

from charity_portal.kernel import clock
from charity_portal.kernel.i18n import Text, date_text, language, say
from charity_portal.organizations import queries
from charity_portal.organizations.models import Organization
from charity_portal.organizations.rules import identity, regions
from charity_portal.organizations.rules.identity import LABELS

Pair = tuple[Text, Any]


@dataclass(frozen=True)
class Fact:
    """A label and its value; `lang` is set where an English page has to quote Chinese."""

    label: Text
    value: Any
    lang: str | None


def entry(organization: Organization, published: bool = False) -> list[Fact]:
    """What the register says. `published` leaves contacts out, and the leader and address of
    organizations that are not registered: those are no public data."""
    o = organization
    open_data = not published or o.kind in identity.REGISTERED
    pairs: list[Pair] = [
        (LABELS["kind"], o.kind_word),
        (LABELS["uscc"], o.uscc),
        (LABELS["filing_number"], o.filing_number),
        (LABELS["org_ref"], o.org_ref),
        (LABELS["name_en"], o.name_en),
        (LABELS["county"], regions.county_name(o.county) or None),
        (LABELS["township"], regions.county_name(o.township) or None),
        (LABELS["registered_on"], date_text(o.registered_on) if o.registered_on else None),
        (LABELS["registrar"], o.registrar),
        (LABELS["supervising_body"], o.supervising_body),
        (LABELS["legal_rep"], o.legal_rep if open_data else None),
        (LABELS["address"], o.address if open_data else None),
        (LABELS["website"], o.website),
        (say("依托机构"), _host(o)),
        (say("认定情况"), _flags(o)),
        (LABELS["grade"], _grade(o)),
        (say("公开募捐资格"), _span(o.fundraising_from, o.fundraising_to)),
        (say("公益性捐赠税前扣除资格"), _span(o.deductible_from, o.deductible_to)),
    ]
    if not published:
        pairs += [(LABELS[name], getattr(o, name)) for name in _CONTACTS]
    english = language() == "en"
    return [
        Fact(label, value, "zh" if english and _HAN.search(str(value)) else None)
        for label, value in pairs
        if value
    ]


_HAN = re.compile("[\u4e00-\u9fff]")
_CONTACTS = ("contact_name", "contact_phone", "contact_email")


def _host(o: Organization) -> str | None:
    return queries.names([o.host_id]).get(o.host_id) if o.host_id is not None else None


def _flags(o: Organization) -> str | None:
    held = [str(LABELS[name]) for name in ("is_charity", "is_hub") if getattr(o, name)]
    return str(say("、")).join(held) or None


def _grade(o: Organization) -> str | None:
    if o.grade is None:
        return None
    return f"{identity.grade_word(o.grade)} · {_span(o.grade_from, o.grade_to)}"


def _span(begins: Any, ends: Any) -> str | None:
    """Dates of something that is given for a time, and whether it holds today."""
    if begins is None:
        return None
    today = clock.today()
    text = say("%(begins)s 起", begins=date_text(begins))
    if ends is not None:
        text = say("%(begins)s 至 %(ends)s", begins=date_text(begins), ends=date_text(ends))
    if identity.holds_on(begins, ends, today):
        return str(text)
    state = say("已过期") if begins <= today else say("尚未开始")
    return str(say("%(span)s（%(state)s）", span=text, state=state))

from typing import Any

from charity_portal.kernel.i18n import say
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.organizations.rules import roster
from charity_portal.organizations.rules.identity import FIELDS
from charity_portal.organizations.rules.roster import Known, plan
from charity_portal.organizations.rules.roster_rows import Entry

EMPTY = dict.fromkeys(FIELDS) | {"is_hub": False, "is_charity": False}


def entry(number: int, serial: int, **given: Any) -> Entry:
    values = EMPTY | {
        "name": f"机构{serial}",
        "kind": "service",
        "uscc": make_uscc("370602", serial),
        "county": "370602",
    }
    host, standing = given.pop("host", None), given.pop("standing", None)
    return Entry(number, values | given, host, standing)


def known(key: int, of: Entry, **given: Any) -> Known:
    values = dict(of.values) | given
    archived = bool(given.get("archived"))
    values.pop("archived", None)
    return Known(key, of.org_ref or "", values, of.host, "normal", archived)


def group(number: int, filing: str, **given: Any) -> Entry:
    return entry(number, 0, kind="community_group", uscc=None, filing_number=filing, **given)


def test_a_roster_tells_new_from_changed_from_unchanged() -> None:
    first, second, third = entry(2, 1), entry(3, 2, address="新址"), entry(4, 3)
    found = plan([first, second, third], [known(1, first), known(2, second, address="旧址")])
    assert found.counts == {"new": 1, "changed": 1, "unchanged": 1, "wrong": 0}
    change = next(c for c in found.changes if c.id == 2)
    assert change.fields == {"address": ("旧址", "新址")}
    assert next(c for c in found.changes if c.id is None).number == 4


def test_the_same_organization_twice_puts_the_later_row_at_fault() -> None:
    found = plan([entry(2, 1), entry(9, 1)], [])
    assert list(found.problems) == [9]
    assert "第 2 行" in found.problems[9][0][1].in_source()


def test_a_group_that_was_registered_is_found_by_its_filing_number() -> None:
    filed = group(2, "备7")
    registered = entry(2, 5, filing_number="备7")
    change = plan([registered], [known(8, filed)]).changes[0]
    assert change.id == 8 and change.org_ref == registered.org_ref


def test_a_filing_number_of_somebody_else_is_refused() -> None:
    other = entry(0, 6, filing_number="备7")
    row = entry(2, 5, filing_number="备7")
    mine = known(1, entry(0, 5))
    found = plan([row], [mine, known(2, other)])
    assert [name for name, _ in found.problems[2]] == ["filing_number"]


def test_a_host_may_stand_in_the_register_or_further_down_in_the_file() -> None:
    host = entry(9, 1)
    ref = host.org_ref
    assert plan([group(2, "备1", host=ref), host], []).problems == {}
    assert plan([group(2, "备1", host=ref)], [known(1, host)]).problems == {}
    assert list(plan([group(2, "备1", host=ref)], []).problems) == [2]


def test_a_host_that_is_archived_or_not_registered_is_refused() -> None:
    host = entry(9, 1)
    row = group(2, "备1", host=host.org_ref)
    assert list(plan([row], [known(1, host, archived=True)]).problems) == [2]
    row = group(2, "备1", host=host.org_ref)
    assert list(plan([row], [known(1, host, kind="other")]).problems) == [2]


def test_archived_organizations_are_not_changed_by_a_roster() -> None:
    row = entry(2, 1)
    assert "归档" in plan([row], [known(1, row, archived=True)]).problems[2][0][1].in_source()


def test_standing_is_compared_and_never_changed() -> None:
    row = entry(2, 1, standing="serious")
    assert [name for name, _ in plan([row], [known(1, row)]).problems[2]] == ["standing"]
    assert plan([entry(2, 1, standing="normal")], [known(1, row)]).problems == {}


def test_columns_that_are_absent_change_nothing() -> None:
    row = entry(2, 1, contact_phone="0535-6000000")
    present = known(1, row)
    del row.values["contact_phone"]
    assert plan([row], [present]).counts["unchanged"] == 1


def test_a_fingerprint_stands_for_exactly_what_would_be_done() -> None:
    row = entry(2, 1, address="甲")
    same = plan([entry(2, 1, address="甲")], []).fingerprint()
    assert plan([row], []).fingerprint() == same
    assert plan([entry(2, 1, address="乙")], []).fingerprint() != same
    assert plan([row], [known(1, row, address="丙")]).fingerprint() != same


def test_people_are_kept_out_of_what_is_recorded() -> None:
    row = entry(2, 1, legal_rep="欧阳新", contact_phone="0535-6000000", address="甲路 1 号")
    old = known(1, row, legal_rep="欧阳旧", contact_phone=None, address="乙路 2 号")
    recorded = plan([row], [old]).changes[0].public()
    assert recorded["address"] == ["乙路 2 号", "甲路 1 号"]
    assert "欧阳" not in str(recorded) and "6000000" not in str(recorded)


def test_a_sentence_survives_being_kept() -> None:
    text = say("没有“%(text)s”", text=say("社会团体"))
    assert roster.unpacked(roster.packed(text)) == text

"""What is published is found; what is drafted is not."""

from flask import Flask

from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.queries.reports import RowFilter
from tests.factories.disclosure import draft_result, publish_history
from tests.factories.history import record


def test_a_draft_is_for_the_desk_only(app: Flask) -> None:
    version = draft_result()
    assert reports.published(version.report.number) is None
    assert reports.published(version.report.number, 1) is None
    assert reports.published_page().items == []
    assert reports.editions(version.report_id) == []
    assert reports.office_page().items == [version]


def test_the_sums_under_a_filter_are_those_of_its_rows(app: Flask) -> None:
    version = publish_history(record(1), record(2, amountAwarded=1200), record(3))
    for wanted in (RowFilter(), RowFilter(relation="below"), RowFilter(words="Recipient 2")):
        rows = reports.all_rows(version.id, wanted)
        assert reports.row_sums(version.id, wanted) == (
            len(rows), sum(r.requested_fen or 0 for r in rows), sum(r.awarded_fen for r in rows),
        )  # fmt: skip


def test_a_call_leads_to_its_result_once_published(app: Flask) -> None:
    draft = draft_result(record(1))
    assert reports.number_of_call(draft.data["call"]["id"]) is None
    version = publish_history(record(1))
    assert reports.number_of_call(version.data["call"]["id"]) == version.report.number


def test_words_are_looked_for_as_they_are_typed(app: Flask) -> None:
    version = publish_history(record(1, title="100% wool"), record(2, title="under_score"))
    found = lambda words: [r.number for r in reports.all_rows(version.id, RowFilter(words=words))]  # noqa: E731
    assert found("0%") == ["360G-EX-1"]
    assert found("r_s") == ["360G-EX-2"]
    assert found("\\") == []


def test_pages_of_rows_put_together_are_the_whole(app: Flask) -> None:
    version = publish_history(*(record(n) for n in range(1, 8)))
    first = reports.rows_page(version.id, RowFilter(), None, size=4)
    rest = reports.rows_page(version.id, RowFilter(), first.next_cursor, size=4)
    assert [row.position for row in [*first.items, *rest.items]] == list(range(1, 8))

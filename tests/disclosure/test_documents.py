"""A report can be made again, byte for byte, from its stored version."""

from flask import Flask

from charity_portal.disclosure import documents
from charity_portal.disclosure.queries import reports
from charity_portal.kernel import files
from tests.factories.disclosure import typeset_history
from tests.factories.history import record


def test_the_same_version_rendered_again_gives_the_same_bytes(app: Flask) -> None:
    version = typeset_history(record(1))
    assert version.published_at is not None
    assert version.anchor is not None
    rows = reports.all_rows(version.id)
    again = documents.paper(version, rows, "zh", version.published_at, version.anchor)
    [stored] = [file.stored for file in version.files if file.language == "zh"]
    assert again == files.path_of(stored).read_bytes()

import io
from typing import Any

from flask import Flask

from charity_portal.kernel.tables import read_table, write_xlsx
from charity_portal.organizations.rules import roster_columns
from charity_portal.organizations.rules.roster_rows import TITLES, VERSION, columns_of
from tests.factories.organizations import make_organization


def row_of(kind: str, **how: Any) -> dict[str, Any]:
    organization = make_organization(kind=kind, legal_rep="欧阳新", address="甲路 1 号")
    return roster_columns.cells(organization, "CN-USCI-X", "normal", **how)


def test_the_template_has_every_column_and_an_example_that_is_skipped(app: Flask) -> None:
    content = write_xlsx(
        "名册", roster_columns.columns(), [], notes=roster_columns.NOTES, template=VERSION
    )
    sheet = read_table(io.BytesIO(content), "x.xlsx")
    assert (columns_of(sheet.header)[1:], sheet.rows, sheet.version) == (([], []), [], VERSION)
    assert len(sheet.header) == len(TITLES)


def test_contacts_are_left_out_as_whole_columns(app: Flask) -> None:
    titles = [column.key for column in roster_columns.columns(contacts=False)]
    assert not {"contact_name", "contact_phone", "contact_email"} & set(titles)


def test_leader_and_address_are_published_for_registered_organizations_only(app: Flask) -> None:
    assert row_of("service", published=True)["legal_rep"] == "欧阳新"
    group = row_of("community_group", published=True)
    assert (group["legal_rep"], group["address"]) == (None, None)
    assert row_of("community_group")["legal_rep"] == "欧阳新"


def test_cells_are_in_words_and_the_host_is_named_by_its_code(app: Flask) -> None:
    row = row_of("community_group")
    assert (row["kind"], row["county"], row["is_hub"], row["standing"], row["host"]) == (
        "社区社会组织", "芝罘区", "否", "正常", "X",
    )  # fmt: skip

"""The page on which an application is written, and what stands behind it in the database."""

from dataclasses import dataclass

from playwright.sync_api import Page, Request

from charity_portal.accounts.models import User
from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application, DraftChange, DraftField
from tests.browser.hands import Person
from tests.factories.applications import FIELDS, make_draft
from tests.factories.organizations import acting, make_member, make_organization
from tests.support.stage import Stage

PLACE, NEED = "实施地点", "服务需求"


@dataclass(frozen=True)
class Draft:
    """A complete draft and two people of its organization."""

    stage: Stage
    id: int
    owner: User
    colleague: User

    @property
    def path(self) -> str:
        return f"/workspace/applications/{self.id}/edit"

    def text(self, key: str) -> str:
        """What the database keeps of a field now."""
        self.stage.look()
        wanted = db.select(DraftField.value).filter_by(application_id=self.id, key=key)
        return db.session.scalars(wanted).one_or_none() or ""

    def changes(self, key: str) -> list[tuple[str, str]]:
        """Before and after of every change of a field, oldest first, without the first filling."""
        self.stage.look()
        found = db.session.query(DraftChange).filter_by(application_id=self.id, key=key)
        return [(c.before, c.after) for c in found.order_by(DraftChange.id) if c.before]

    def rev(self) -> int:
        self.stage.look()
        return db.session.get_one(Application, self.id).rev


def make(stage: Stage) -> Draft:
    organization = make_organization()
    owner = make_member(organization, "owner")
    draft = make_draft(acting(owner), fields=FIELDS)
    colleague = make_member(organization, "editor")
    stage.advance(minutes=5)
    return Draft(stage, draft.id, owner, colleague)


def at(page: Page, draft: Draft) -> Person:
    """Somebody before the open form, its scripts running."""
    person = Person(page)
    person.go(draft.path)
    page.wait_for_load_state("networkidle")
    return person


def is_save(request: Request) -> bool:
    return request.method == "PATCH"

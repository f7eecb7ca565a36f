"""A reviewer at the bench, and what stands behind it in the database."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, Request, expect

from charity_portal.competitions.models.reviews import Review, ReviewChange, ReviewField
from charity_portal.kernel.database import db
from tests.browser.hands import Person
from tests.factories.reviews import Bench
from tests.support.stage import Stage


@dataclass(frozen=True)
class Work:
    """A bench on the running portal."""

    stage: Stage
    bench: Bench

    def path(self, number: int = 0) -> str:
        return f"/reviews/{self.bench.reviews[number].id}"

    def texts(self, number: int = 0) -> dict[str, str]:
        """What the database keeps of a review now."""
        self.stage.look()
        wanted = db.select(ReviewField).filter_by(review_id=self.bench.reviews[number].id)
        return {field.key: field.value for field in db.session.scalars(wanted)}

    def changes(self, key: str, number: int = 0) -> list[tuple[str, str]]:
        """Before and after of every recorded change of a field."""
        self.stage.look()
        review_id = self.bench.reviews[number].id
        found = db.session.query(ReviewChange).filter_by(review_id=review_id, key=key)
        return [(c.before, c.after) for c in found.order_by(ReviewChange.id)]

    def state(self, number: int = 0) -> tuple[str, int | None]:
        """State and points of a review."""
        self.stage.look()
        review = db.session.get_one(Review, self.bench.reviews[number].id)
        return review.state, review.points


class Reviewer(Person):
    """Somebody who scores."""

    def open(self, path: str) -> "Reviewer":
        self.go(path)
        self.page.wait_for_load_state("networkidle")
        return self

    def arrives(self, path: str) -> None:
        """The page of this address has come, its scripts running."""
        self.page.wait_for_url(f"**{path}")
        self.page.wait_for_load_state("networkidle")

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def criterion(self, key: str) -> Locator:
        return self.page.locator(f'[data-criterion="{key}"]')

    def mark(self, key: str, value: str) -> Locator:
        """The button of a score."""
        return self.criterion(key).locator("label.mark").filter(has_text=value).first

    def score_is(self, key: str, value: str) -> None:
        """The chosen score, empty for none."""
        chosen = self.criterion(key).locator("input[type=radio]:checked")
        if value:
            expect(chosen).to_have_value(value)
        else:
            expect(chosen).to_have_count(0)

    def stands_at(self, key: str) -> None:
        """The criterion that the keys work on."""
        expect(self.criterion(key)).to_be_focused()

    def comment(self) -> Locator:
        return self.page.locator("#comment")

    def total_is(self, total: str) -> None:
        expect(self.page.locator("[data-total]")).to_have_text(total)


def at(page: Page, path: str) -> Reviewer:
    """Somebody before an open page, its scripts running."""
    return Reviewer(page).open(path)


def is_save(request: Request) -> bool:
    return request.method == "PATCH"

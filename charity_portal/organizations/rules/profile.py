"""An organization as other domains see it."""

from dataclasses import dataclass
from datetime import date

from charity_portal.kernel.i18n import Text, language
from charity_portal.organizations.rules import identity


@dataclass(frozen=True)
class OrganizationProfile:
    """Everything that eligibility, letters and lists need to know; `standing` is today's."""

    id: int
    org_ref: str
    name: str
    name_en: str | None
    kind: str
    uscc: str | None
    filing_number: str | None
    county: str | None
    township: str | None
    grade: int | None
    grade_from: date | None
    grade_to: date | None
    fundraising_from: date | None
    fundraising_to: date | None
    deductible_from: date | None
    deductible_to: date | None
    registered_on: date | None
    is_charity: bool
    is_hub: bool
    legal_rep: str | None
    address: str | None
    host_id: int | None
    archived: bool
    standing: str

    @property
    def shown_name(self) -> str:
        """The name for the reader."""
        return self.name_en if language() == "en" and self.name_en else self.name

    @property
    def kind_word(self) -> Text:
        """What its kind is called."""
        return identity.KINDS[self.kind]

    def grade_on(self, day: date) -> int | None:
        """The assessment grade that counts on a day."""
        return identity.grade_on(self.grade, self.grade_from, self.grade_to, day)

    def years_on(self, day: date) -> int | None:
        """Whole years since registration."""
        return identity.years_registered(self.registered_on, day)

    def may_raise_on(self, day: date) -> bool:
        """Whether it is qualified for public fundraising on a day."""
        return identity.holds_on(self.fundraising_from, self.fundraising_to, day)

    def deductible_on(self, day: date) -> bool:
        """Whether gifts to it are tax-deductible on a day."""
        return identity.holds_on(self.deductible_from, self.deductible_to, day)

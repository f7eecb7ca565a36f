"""Values inside messages that are put into the reader's language only when they are shown."""

from dataclasses import dataclass
from datetime import date, datetime

from charity_portal.kernel.i18n import date_text, localized, time_text


@dataclass(frozen=True)
class When:
    """A moment, as date and minute on the city's clocks."""

    moment: datetime

    def __str__(self) -> str:
        return time_text(self.moment)


@dataclass(frozen=True)
class Day:
    """A day of the calendar."""

    day: date

    def __str__(self) -> str:
        return date_text(self.day)


@dataclass(frozen=True)
class Named:
    """A thing's title (or another attribute) in the reader's language."""

    thing: object
    attribute: str = "title"

    def __str__(self) -> str:
        return localized(self.thing, self.attribute)

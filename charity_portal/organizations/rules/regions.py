"""Cities, counties and townships by their codes (GB/T 2260), from the file in `data/`."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from charity_portal.kernel.i18n import localized

SOURCE = Path(__file__).resolve().parent.parent / "data" / "regions.csv"


@dataclass(frozen=True)
class Region:
    """A city (4 digits), county (6) or township (9). Townships have no English name."""

    code: str
    level: str
    parent: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """Its name in the reader's language, in Chinese where there is no other."""
        return localized(self, "name")


@lru_cache(maxsize=1)
def _all() -> dict[str, Region]:
    with SOURCE.open(encoding="utf-8") as file:
        lines = (line for line in file if not line.startswith("#"))
        return {
            row["code"]: Region(
                row["code"], row["level"], row["parent"], row["name"], row["name_en"]
            )
            for row in csv.DictReader(lines)
        }


@lru_cache(maxsize=256)
def _below(parent: str) -> tuple[Region, ...]:
    return tuple(region for region in _all().values() if region.parent == parent)


def region(code: str | None) -> Region | None:
    """The region of a code, None when the code is not known."""
    return _all().get(code or "")


def county_name(code: str | None) -> str:
    """A county's (or city's, or township's) name for the reader; the code itself when unknown."""
    found = region(code)
    return found.name if found else code or ""


def cities() -> Sequence[Region]:
    """All cities."""
    return _below("37")


def counties(city_prefix: str = "37") -> Sequence[Region]:
    """The counties whose codes begin with `city_prefix` (`3706`; `37` for the province)."""
    return [
        county
        for city in cities()
        for county in _below(city.code)
        if county.code.startswith(city_prefix)
    ]


def townships(county: str | None) -> Sequence[Region]:
    """The townships of a county; empty where they are not known."""
    return _below(county) if county else ()


def find(text: str, among: Sequence[Region]) -> list[Region]:
    """The regions that a text means: by code, by name in either language."""
    wanted = text.strip().casefold()
    return [r for r in among if wanted in (r.code, r.name_zh, r.name_en.casefold())]


def telling_name(code: str | None) -> str | None:
    """A county's name where that says which one is meant, else its code; for tables that come back."""
    name = county_name(code)
    return (name if len(find(name, counties())) == 1 else code) if code else None

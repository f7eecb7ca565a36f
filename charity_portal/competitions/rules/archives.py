"""Computed figures as plain JSON that keeps sentences sayable in every language.

Points are kept as the text of their `Decimal` ("78.4000"), so that not a digit is lost; a sentence
(`Text`) as {"say": msgid, "with": parameters}, to be said in the reader's language when it is shown.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from charity_portal.kernel.i18n import Text


def plain(value: Any) -> Any:
    """Any figure of `rules.findings` or `rules.scores` as JSON."""
    if isinstance(value, Text):
        return {"say": value.msgid, "with": plain(value.params)}
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept")


def told(kept: Mapping[str, Any]) -> Text:
    """A kept sentence, to be shown."""
    return Text(kept["say"], {key: _told(part) for key, part in kept["with"].items()})


def _told(part: Any) -> Any:
    return told(part) if isinstance(part, Mapping) and "say" in part else part


def ten_thousandths(points: Decimal | None) -> int | None:
    """Points as a whole number of 1e-4 points, as columns hold them."""
    return None if points is None else int(points.scaleb(4))


def decimal_points(ten_thousandths: int | None) -> Decimal | None:
    """The other way round."""
    return None if ten_thousandths is None else Decimal(ten_thousandths).scaleb(-4)

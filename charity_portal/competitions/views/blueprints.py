"""All pages of the competitions domain, for the app to serve."""

from flask import Blueprint

from charity_portal.competitions.queries import (  # noqa: F401
    editions,
    experts,
    outcomes,
    panels,
    pitches,
    reviews,
)

BLUEPRINTS: tuple[Blueprint, ...] = ()

"""The recompute bundle: everything a published outcome follows from, and nothing else.

A ZIP of `scores.csv`, `rubric.json`, `applications.csv`, `method.json`, `published.json` and a README in
both languages that documents them. Codes of applications, reviewers and applicants are anonymous: the
caller has replaced them before. The same contents always give the same bytes.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charity_portal.competitions.rules.bundles import reading
from charity_portal.competitions.rules.bundles.files import PUBLISHED, README, pack, unpack
from charity_portal.competitions.rules.bundles.published import (
    as_json,
    first_difference,
    published,
)
from charity_portal.competitions.rules.bundles.readme import README as EXPLANATION
from charity_portal.competitions.rules.bundles.writing import texts
from charity_portal.competitions.rules.findings import Outcome
from charity_portal.competitions.rules.outcome import outcome
from charity_portal.competitions.rules.score_checks import Malformed, Problem, require_sound
from charity_portal.competitions.rules.scores import Material
from charity_portal.kernel.i18n import say

INPUTS = "inputs"


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read: its inputs, and the outcome published with them, if any."""

    material: Material
    published: dict[str, Any] | None


@dataclass(frozen=True)
class Verdict:
    """A recomputation. `difference`: (place, published, recomputed) of the first value that differs."""

    outcome: Outcome
    figures: dict[str, Any]
    compared: bool
    difference: tuple[str, Any, Any] | None


def write(material: Material, found: Outcome) -> bytes:
    """The ZIP for an outcome of these inputs. Raises Malformed when the inputs do not hold together."""
    require_sound(material)
    files = texts(material)
    files[PUBLISHED] = as_json(figures(material, found))
    files[README] = EXPLANATION
    return pack(files)


def read(source: bytes | Path) -> Bundle:
    """A bundle out of a ZIP (its bytes or its path) or a folder. Raises Malformed, naming the place."""
    files = unpack(source)
    material = reading.material(files)
    require_sound(material)
    told = reading.parsed(files, PUBLISHED) if PUBLISHED in files else None
    if told is not None and not isinstance(told, dict):
        raise Malformed([Problem(PUBLISHED, None, "—", say("应为 JSON 对象。"))])
    return Bundle(material, told)


def recompute(bundle: Bundle) -> Verdict:
    """Count again and compare with what was published."""
    material = bundle.material
    found = outcome(material.scores, material.rubric, material.applications, material.method)
    now = figures(material, found)
    if bundle.published is None:
        return Verdict(found, now, compared=False, difference=None)
    return Verdict(found, now, compared=True, difference=first_difference(bundle.published, now))


def figures(material: Material, found: Outcome) -> dict[str, Any]:
    """What is published: the outcome, and the fingerprint of each input it was computed from.

    A fingerprint is the SHA-256 of the file as `write` would write it: order of rows, line ends and
    spaces of a file made by hand do not matter, each value does.
    """
    prints = {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts(material).items()
    }
    return {**published(found), INPUTS: prints}

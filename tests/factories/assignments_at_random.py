"""Random assignment files: reviewers who know some fields, applications that lie in some."""

import json
import random
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Size:
    """How large and how tight. `spare`: places beyond what is needed, as a share."""

    applications: int
    reviewers: int
    k: int = 3
    spare: float = 0.2
    least: int = 0
    conflicts: float = 0.03
    sparse: bool = False


def by_fields(size: Size, seed: int, fields: int = 25) -> dict[str, Any]:
    """Affinity is how far the fields of both overlap (six decimals), as text models give it."""
    dice = np.random.default_rng(seed)
    knows = dice.dirichlet([0.3] * fields, size.reviewers)
    lies = dice.dirichlet([0.2] * fields, size.applications)
    scores = np.round(knows @ lies.T / (knows @ lies.T).max(), 6)
    if size.sparse:
        scores *= dice.random(scores.shape) < 0.05
    walls = dice.random(scores.shape) < size.conflicts
    most = int(np.ceil(size.applications * size.k * (1 + size.spare) / size.reviewers))
    pairs = [(r, a) for r in range(size.reviewers) for a in range(size.applications)]
    return {
        "k": size.k,
        "reviewers": [
            {"id": f"R{n:03d}", "min": size.least, "max": most} for n in range(size.reviewers)
        ],
        "applications": [f"申请 {n:04d}" for n in range(size.applications)],
        "affinity": [
            [f"R{r:03d}", f"申请 {a:04d}", float(scores[r, a])]
            for r, a in pairs
            if not size.sparse or scores[r, a]
        ],
        "conflicts": [[f"R{r:03d}", f"申请 {a:04d}"] for r, a in pairs if walls[r, a]],
        "objective": "fair",
    }


def tight(seed: int) -> dict[str, Any]:
    """A small or middling round that hardly fits: 5 to 30 % conflicts, minimums, maximums near the
    mean, and half of the rounds with a few grades instead of scores."""
    dice = random.Random(seed)
    applications, reviewers = dice.randint(8, 60), dice.randint(6, 20)
    k = dice.randint(2, 4)
    mean = applications * k / reviewers
    grades = dice.choice([None, [0, 0.25, 0.5, 1]])
    rate = dice.uniform(0.05, 0.3)
    names = [f"r{n}" for n in range(reviewers)]
    wanted = [f"a{n}" for n in range(applications)]
    pairs = [(r, a) for r in names for a in wanted]
    return {
        "k": k,
        "reviewers": [
            {
                "id": name,
                "min": dice.randint(0, max(0, int(mean) - 1)),
                "max": int(mean) + dice.randint(1, 3),
            }
            for name in names
        ],
        "applications": wanted,
        "affinity": [
            [r, a, dice.choice(grades) if grades else round(dice.betavariate(1, 4), 6)]
            for r, a in pairs
            if dice.random() < 0.8
        ],
        "conflicts": [[r, a] for r, a in pairs if dice.random() < rate],
        "objective": dice.choice(["fair", "fair", "total"]),
    }


def shuffled(instance: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same instance, everything in another order."""
    dice = random.Random(seed)
    return {
        name: dice.sample(value, len(value)) if isinstance(value, list) else value
        for name, value in dice.sample(sorted(instance.items()), len(instance))
    }


def as_file(instance: dict[str, Any]) -> bytes:
    """The bytes of the file."""
    return json.dumps(instance, ensure_ascii=False).encode()

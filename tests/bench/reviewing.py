"""What reviewing costs with 500 applications, 30 reviewers and 3 reviews each: CPU and statements a request.

python -m tests.bench.reviewing [sqlite|postgresql]
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Criterion, StageEntry
from charity_portal.competitions.models.reviews import Review, ReviewField
from charity_portal.competitions.services import sealing
from charity_portal.kernel.database import db, transaction
from charity_portal.projects.models.applications import Application, Submission
from tests.factories.accounts import make_user
from tests.factories.competitions import make_edition, make_entry, make_panelist, reviewer_of
from tests.support.apps import build
from tests.support.people import sign_in
from tests.support.statements import counted

APPLICATIONS, REVIEWERS, EACH, CRITERIA = 500, 30, 3, 4
TIMES = 15


def copies(model: Any, row: Any, **changes: list[Any]) -> list[dict[str, Any]]:
    """Rows like this one, with other values in some columns."""
    kept = {c.key: getattr(row, c.key) for c in sa.inspect(model).column_attrs if c.key != "id"}
    numbers = range(len(next(iter(changes.values()))))
    return [{**kept, **{key: values[n] for key, values in changes.items()}} for n in numbers]


def settle() -> tuple[Any, list[Any], list[int]]:
    """The round, written straight into the tables."""
    edition = make_edition(state="draft")
    (stage,) = edition.stages
    with transaction():
        db.session.execute(
            sa.insert(Criterion).values(
                stage_id=stage.id, key="team", title_zh="团队", weight_bp=1, top=5, position=9,
                reason_when="never", anchors=[], may_skip=False,
            )
        )  # fmt: skip
        edition.state = "judging"
        stage.state = "open"
    first = make_entry(stage)
    panel = [make_panelist(edition) for _ in range(REVIEWERS)]
    with transaction():
        ids = _applications(stage, first)
        rows = [
            {
                "stage_id": stage.id,
                "panelist_id": panel[(n + k * 11) % REVIEWERS].id,
                "application_id": key,
                "position": (n * 7919) % 500,
            }
            for n, key in enumerate(ids)
            for k in range(EACH)
        ]
        db.session.execute(sa.insert(Review), rows)
    _score(panel)
    return edition, panel, ids


def _applications(stage: Any, first: Application) -> list[int]:
    """The field: copies of one application that was really submitted."""
    wanted = sa.select(Submission).where(Submission.application_id == first.id)
    submission = db.session.scalars(wanted).one()
    numbers = [f"SB-2026-{n:06d}" for n in range(900_001, 900_000 + APPLICATIONS)]
    db.session.execute(sa.insert(Application), copies(Application, first, number=numbers))
    ids = list(db.session.scalars(sa.select(Application.id).order_by(Application.id)))
    others = [key for key in ids if key != first.id]
    receipts = [f"HZ-X-{key}" for key in others]
    db.session.execute(
        sa.insert(Submission),
        copies(Submission, submission, application_id=others, receipt_number=receipts),
    )
    db.session.execute(
        sa.insert(StageEntry),
        [
            {"stage_id": stage.id, "application_id": key, "code": f"P-{n:03d}"}
            for n, key in enumerate(others, 501)
        ],
    )
    return ids


def _score(panel: list[Any]) -> None:
    """Everybody's scores; all but the first reviewer's last thirty are sealed."""
    keys = ["need", "design", "budget", "team"]
    reviews = list(db.session.execute(sa.select(Review.id, Review.panelist_id)))
    with transaction():
        db.session.execute(
            sa.insert(ReviewField),
            [
                {"review_id": r, "key": f"score:{k}", "value": str((r * 3 + i) % 4 + 1), "rev": 1}
                for r, _p in reviews
                for i, k in enumerate(keys)
            ],
        )
        db.session.execute(sa.update(Review).values(rev=1))
    actors = {p.id: reviewer_of(p) for p in panel}
    open_ones = {r for r, p in reviews if p == panel[0].id}
    for start in range(0, len(reviews), 300):
        with transaction():
            for review_id, panelist_id in reviews[start : start + 300]:
                if review_id not in open_ones or review_id % 3 == 0:
                    sealing.seal(actors[panelist_id], review_id)


def measure(app: Any, name: str, ask: Callable[[], Any]) -> None:
    """CPU of one request, the median of several."""
    spent = []
    for _ in range(TIMES):
        start = time.process_time()
        response = ask()
        _ = response.data
        spent.append((time.process_time() - start) * 1000)
        assert response.status_code == 200, (name, response.status_code)
    with counted(app) as seen:
        ask()
    sys.stdout.write(f"{name:32} {median(spent):7.1f} ms CPU  {len(seen):3} statements\n")


def main(database: str) -> None:
    portal = build(database)
    with portal.app.app_context():
        run(portal.app)


def run(app: Any) -> None:
    edition, panel, _ids = settle()
    wanted = sa.select(Review.id).where(Review.panelist_id == panel[0].id, Review.state == "open")
    mine = list(db.session.scalars(wanted))
    stage_id, user_id = edition.stages[0].id, panel[0].user_id
    path = f"/office/competitions/{edition.id}/reviews"
    client, office = app.test_client(), app.test_client()
    sign_in(client, user_id)
    sign_in(office, make_user("办事员", roles=("officer",)).id)
    revs = iter(range(1, 1000))

    def patch() -> Any:
        rev = next(revs)
        sent = {"rev": rev, "fields": {"score:need": str(rev % 5)}}
        return client.patch(f"/reviews/{mine[0]}/fields", json=sent)

    measure(app, "desk (50 reviews)", lambda: client.get("/reviews"))
    measure(app, "a review", lambda: client.get(f"/reviews/{mine[1]}"))
    measure(app, "saving a field", patch)
    measure(app, "sweep, 10 dossiers", lambda: client.get(f"/reviews/sweep/{stage_id}/need"))
    measure(app, "office list", lambda: office.get(path))
    measure(app, "6,000 scores as CSV", lambda: office.get(f"{path}/scores.csv"))
    measure(app, "6,000 scores as xlsx", lambda: office.get(f"{path}/scores.xlsx"))
    sheet = f"/reviews/sheets/{stage_id}/download"
    measure(app, "offline sheet", lambda: client.get(sheet))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite")

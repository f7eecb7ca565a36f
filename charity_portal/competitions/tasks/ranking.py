"""Counting takes seconds: the worker does it, and what it found is kept if nothing moved meanwhile."""

from typing import Any

from charity_portal.competitions.queries import editions, materials
from charity_portal.competitions.rules import counting
from charity_portal.competitions.services import rankings
from charity_portal.kernel import jobs
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say


@jobs.handler("competitions.rank")
def rank(run: jobs.Run) -> jobs.Effect:
    """Count the sealed scores of an edition, or of one stage."""
    edition_id, stage_id = run.args["edition_id"], run.args["stage_id"]
    edition = editions.edition(edition_id)
    stage = next((s for s in edition.stages if s.id == stage_id), None) if edition else None
    if edition is None or (stage is None and stage_id is not None):
        raise NotFound
    snapshot = materials.snapshot(edition, stage)
    run.progress(0, 1, say("正在计算排名和入选把握"))
    counted = counting.count(snapshot.material)

    def effect() -> dict[str, Any]:
        rankings.keep(edition_id, stage_id, snapshot.hash, counted, run.args["user_id"])
        where = f"/{stage_id}" if stage_id else ""
        return {"url": f"/office/competitions/{edition_id}/ranking{where}"}

    return effect

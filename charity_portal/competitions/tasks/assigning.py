"""Computing a plan: the round is read once, solved outside any transaction, kept if nothing moved."""

from typing import Any

from charity_portal.competitions.queries import assignments as queries
from charity_portal.competitions.queries import editions
from charity_portal.competitions.rules import planning
from charity_portal.competitions.services import assignments
from charity_portal.kernel import jobs
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM


@jobs.handler(assignments.JOB)
def assign(run: Run) -> Effect:
    """Distribute a stage's reviews as an officer asked; the result waits to be adopted."""
    stage = editions.stage(run.args["stage_id"])
    if stage is None:
        raise NotFound
    of = queries.read(stage, assignments.wishes_from(run.args["wishes"])).round
    run.progress(0, 1, say("正在计算分配方案"))
    solved = planning.solve(of)

    def effect() -> dict[str, Any]:
        kept = assignments.keep(
            SYSTEM, run.args["stage_id"], of, solved, run.job_id, run.args["user_id"]
        )
        return {"url": f"/office/competitions/assignments/{kept.id}", "run_id": kept.id}

    return effect

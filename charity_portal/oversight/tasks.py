"""Walking the whole trail takes long when it is long: a job does it."""

from typing import Any

from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.i18n import say


@jobs.handler("oversight.verify_trail")
def verify_trail(run: jobs.Run) -> jobs.Effect:
    """Walk the chain and keep the verdict as the job's result."""
    run.progress(0, 1, say("正在逐条核对审计记录"))
    verdict, end = audit.verify(), audit.head()

    def effect() -> dict[str, Any]:
        return {
            "url": f"/office/audit/verdict/{run.job_id}",
            "checked": verdict.checked,
            "broken_at": verdict.broken_at,
            "why": verdict.why,
            "head": str(end),
            "at": clock.now().isoformat(),
        }

    return effect

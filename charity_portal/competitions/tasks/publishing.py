"""Publishing a result: the recompute bundle is written and checked by the worker, then all is made public."""

from typing import Any

from charity_portal.competitions.queries import editions
from charity_portal.competitions.services import results
from charity_portal.kernel import files, jobs
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say


@jobs.handler("competitions.publish")
def publish(run: jobs.Run) -> jobs.Effect:
    """Write the bundle, count it anew, publish."""
    edition_id = run.args["edition_id"]
    run.progress(0, 1, say("正在生成复算资料包并核对"))
    edition = editions.edition(edition_id)
    if edition is None:
        raise NotFound
    number = edition.number
    content, seen_hash = results.write_bundle(edition)
    prepared = files.prepare_own(content, f"{number}-bundle.zip", "application/zip")

    def effect() -> dict[str, Any]:
        results.publish(edition_id, seen_hash, prepared)
        return {"url": f"/competitions/{number}/results"}

    return effect

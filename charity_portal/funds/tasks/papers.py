"""Papers are typeset by the worker: it takes seconds and may be tried again."""

from typing import Any

from charity_portal.funds import documents
from charity_portal.funds.queries import papers
from charity_portal.funds.services import papers as services
from charity_portal.kernel import files, jobs
from charity_portal.kernel.i18n import say


@jobs.handler(papers.PAPER_JOB)
def make(run: jobs.Run) -> jobs.Effect | None:
    """Typeset one paper and attach its file; one that has its file is left alone."""
    paper = papers.paper(run.args["paper_id"])
    if paper is None or paper.file_id is not None:
        return None
    paper_id, name = paper.id, f"{paper.number}.pdf"
    run.progress(0, 1, say("正在生成 PDF 文件"))
    prepared = files.prepare_own(documents.typeset(paper_id), name, "application/pdf")

    def effect() -> dict[str, Any]:
        services.attach(paper_id, prepared)
        return {"url": f"/office/papers/{paper_id}"}

    return effect

"""Reading the papers that the portal made of funds and donations."""

from charity_portal.funds.models.papers import FundPaper
from charity_portal.kernel.database import db


def paper(paper_id: int) -> FundPaper | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(FundPaper, paper_id)

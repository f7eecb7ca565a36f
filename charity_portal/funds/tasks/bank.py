"""Files of the bank that nobody went on with are put aside, their content with them."""

from charity_portal.funds.services import bank_imports
from charity_portal.kernel import jobs
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM


@jobs.daily("funds.bank_forgotten", hour=3)
def discard_forgotten(_run: Run) -> Effect:
    """Put aside what has waited for a week."""
    return lambda: {"discarded": bank_imports.discard_forgotten(SYSTEM)}

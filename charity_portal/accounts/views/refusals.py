"""How a form shows that a service refused what was typed."""

from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.forms import Form
from charity_portal.kernel.throttling import TooManyTries


def refuse(form: Form, problem: PortalError) -> tuple[int, dict[str, str]]:
    """Put the refusal on the form; the status and headers that the page is answered with."""
    form.refuse(problem)
    if isinstance(problem, TooManyTries):
        return problem.status, {"Retry-After": str(problem.seconds_left())}
    return problem.status, {}

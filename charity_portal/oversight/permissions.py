"""Who may read the trail."""

from charity_portal.kernel.permissions import staff

RULES = {"oversight:audit:read": staff("auditor", "administrator")}

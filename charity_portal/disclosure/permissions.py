"""Who may publish; reading what is published is open to all."""

from charity_portal.kernel.permissions import anybody, staff

RULES = {
    "disclosure:report:read": anybody,
    "disclosure:file:verify": anybody,
    "disclosure:report:list": staff("officer", "approver", "auditor"),
    "disclosure:report:draft": staff("officer", "approver"),
    "disclosure:report:publish": staff("approver"),
}

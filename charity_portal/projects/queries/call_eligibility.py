"""Whether a person's organizations may apply to a call, rule by rule."""

from dataclasses import dataclass

from charity_portal.kernel import clock
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import bars, calls
from charity_portal.projects.rules.eligibility import Answer, Rules, answers

PREPARES = ("owner", "editor")


@dataclass(frozen=True)
class Standing:
    """One organization before a call: its answers, and whether they all hold."""

    organization_id: int
    name: str
    answers: tuple[Answer, ...]

    @property
    def holds(self) -> bool:
        """Whether it may apply."""
        return all(answer.holds for answer in self.answers)


def standings(actor: Actor, call: Call) -> list[Standing]:
    """Every organization for which the actor may prepare an application, as it stands today."""
    own = [key for key, role in actor.memberships.items() if role in PREPARES]
    if not own:
        return []
    profiles = organizations.profiles(own)
    barred = bars.barred_until(own)
    rules = Rules.read(call.eligibility, call.per_organization_limit)
    return [
        Standing(
            profile.id,
            profile.shown_name,
            tuple(
                answers(
                    rules,
                    profile,
                    clock.today(),
                    calls.applications_of(call.id, profile.id),
                    organizations.county_name,
                    barred.get(profile.id),
                )
            ),
        )
        for profile in sorted(profiles.values(), key=lambda p: p.name)
    ]

"""Who may do what: each permission is named once, in its domain, and asked for by that name.

`requires` puts a name on every view. A view without one answers 403, so forgetting closes a door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Flask, g, request

from charity_portal.kernel.errors import Forbidden, NotFound, NotSignedIn


@dataclass(frozen=True)
class Actor:
    """Who acts. `memberships` maps an organization's id to the role held in it; `system` is the
    portal itself (jobs and commands)."""

    user_id: int | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    memberships: Mapping[int, str] = field(default_factory=dict)
    system: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether a person is known to act."""
        return self.user_id is not None

    def has_role(self, *roles: str) -> bool:
        """Whether the actor holds at least one of these staff roles."""
        return bool(self.roles.intersection(roles))

    def role_in(self, organization_id: int | None) -> str | None:
        """The role held in an organization, None for strangers."""
        return self.memberships.get(organization_id) if organization_id is not None else None


ANONYMOUS = Actor()
SYSTEM = Actor(name="system", system=True)

Predicate = Callable[[Actor, Any], bool]

_rules: dict[str, Predicate] = {"public": lambda actor, subject: True}


def register(rules: Mapping[str, Predicate]) -> None:
    """Add a domain's RULES; a name that exists already is a mistake."""
    for name, predicate in rules.items():
        if _rules.get(name, predicate) is not predicate:
            raise ValueError(f"permission {name} is defined twice")
        _rules[name] = predicate


def names() -> frozenset[str]:
    """All registered permission names."""
    return frozenset(_rules)


def can(actor: Actor, name: str, subject: Any = None) -> bool:
    """Whether the actor may; the portal itself may everything. KeyError for an unknown name."""
    rule = _rules[name]
    return actor.system or rule(actor, subject)


def require(actor: Actor, name: str, subject: Any = None) -> None:
    """Raise NotSignedIn or Forbidden unless the actor may."""
    if can(actor, name, subject):
        return
    raise Forbidden if actor.signed_in else NotSignedIn


def anybody(actor: Actor, subject: Any) -> bool:
    """Rule: open to all."""
    return True


def signed_in(actor: Actor, subject: Any) -> bool:
    """Rule: any person with an account."""
    return actor.signed_in


def staff(*roles: str) -> Predicate:
    """Rule: holders of one of these staff roles."""
    return lambda actor, subject: actor.has_role(*roles)


def current_actor() -> Actor:
    """The actor of this request; to be asked at the edges only."""
    actor = g.get("actor")
    return actor if actor is not None else ANONYMOUS


View = Callable[..., Any]


def requires(name: str, load: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Name the permission of a view; with `load`, fetch the subject from the address first.

    `load(**address)` returning None is a 404. The view then gets the subject instead of the address
    values.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**address: Any) -> Any:
            if load is None:
                require(current_actor(), name)
                return view(**address)
            subject = load(**address)
            if subject is None:
                raise NotFound
            require(current_actor(), name, subject)
            return view(subject)

        guarded.permission, guarded.load = name, load  # type: ignore[attr-defined]
        return guarded

    return decorate


def init_app(app: Flask) -> None:
    """Close every view that names no permission, and give templates `can`."""

    @app.before_request
    def refuse_unnamed() -> None:
        if request.endpoint is None or request.endpoint == "static":
            return
        if getattr(app.view_functions[request.endpoint], "permission", None) not in _rules:
            raise Forbidden

    app.jinja_env.globals["can"] = lambda name, subject=None: can(current_actor(), name, subject)

"""Administering people: who has an account, and which roles."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries
from charity_portal.accounts.forms import GrantForm, PersonForm, ReasonForm, SearchForm
from charity_portal.accounts.models import User
from charity_portal.accounts.rules import events
from charity_portal.accounts.rules.roles import ROLES
from charity_portal.accounts.services import grants, people, second_factor
from charity_portal.kernel import audit, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("accounts_office", __name__, url_prefix="/office/people")

navigation.add(
    "office",
    "accounts_office.people_list",
    say("人员与角色"),
    "accounts:person:manage",
    900,
    home_of=("administrator",),
)


@blueprint.get("")
@requires("accounts:person:manage")
def people_list() -> Any:
    """All accounts, to be searched."""
    form = SearchForm(request.args)
    asked = {"q": form.q.data or "", "role": form.role.data or "", "state": form.state.data or ""}
    found = queries.people_page(
        asked["q"],
        asked["role"] if asked["role"] in (*ROLES, "any") else "",
        {"open": False, "closed": True}.get(asked["state"]),
        request.args.get("after"),
    )
    return render_template(
        "accounts/office_people.html",
        form=form,
        page=found,
        asked={name: value for name, value in asked.items() if value},
        role_word=queries.role_word,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("accounts:person:manage")
def new() -> Any:
    """Invite a staff member or reviewer."""
    form = PersonForm()
    if form.submitted():
        try:
            with transaction():
                user_id = people.invite_person(
                    current_actor(),
                    form.email.data or "",
                    form.name.data or "",
                    form.roles.data or [],
                    form.locale.data,
                )
        except Invalid as problem:
            form.refuse(problem)
        else:
            flash(_("账号已建立，设置密码的邮件已发出。"))
            return redirect(url_for("accounts_office.show", user_id=user_id), 303)
    return render_template(
        "accounts/office_person_new.html", form=form
    ), 422 if form.errors else 200


@blueprint.get("/<int:user_id>")
@requires("accounts:person:manage", load=queries.account)
def show(user: User) -> Any:
    """One account: roles, condition, sign-ins, history."""
    return _person_page(user)


def _person_page(user: User, wrong: dict[str, ReasonForm] | None = None) -> Any:
    entries = audit.history(user)
    actors = queries.people(entry.actor_id for entry in entries if entry.actor_id is not None)
    history = [
        {
            "at": entry.at,
            "what": events.word(entry.action),
            "tag": _roles_in(entry),
            "who": actors[entry.actor_id].name if entry.actor_id in actors else None,
            "note": entry.reason,
        }
        for entry in entries
    ]
    held = queries.grants_of(user.id)
    page = render_template(
        "accounts/office_person.html",
        user=user,
        grants=held,
        granters=queries.people(g.granted_by for g in held if g.granted_by is not None),
        grantable=[role for role in ROLES if role not in {g.role for g in held}],
        role_word=queries.role_word,
        has_second_factor=user.totp_secret is not None,
        sessions=queries.sessions_of(user.id, limit=20),
        history=history,
        wrong=wrong or {},
        oneself=current_actor().user_id == user.id,
    )
    return page, 422 if wrong else 200


def _roles_in(entry: audit.AuditEntry) -> str:
    values = {**(entry.before or {}), **(entry.after or {})}
    named = [values["role"]] if "role" in values else values.get("roles", [])
    return "、".join(str(queries.role_word(role)) for role in named)


def _done(user: User, message: str) -> Any:
    flash(message)
    return redirect(url_for("accounts_office.show", user_id=user.id), 303)


@blueprint.post("/<int:user_id>/roles")
@requires("accounts:person:manage", load=queries.account)
def grant(user: User) -> Any:
    """Give a role, with the reason."""
    form = GrantForm()
    if not form.submitted():
        return _person_page(user, {"grant": form})
    with transaction():
        grants.grant(current_actor(), user.id, form.role.data, form.reason.data or "")
    return _done(user, _("角色已授予，立即生效。"))


def _load_grant(user_id: int, role: str) -> tuple[User, str] | None:
    user = queries.account(user_id)
    return (user, role) if user is not None and role in ROLES else None


@blueprint.post("/<int:user_id>/roles/<role>/revoke")
@requires("accounts:person:manage", load=_load_grant)
def revoke(subject: tuple[User, str]) -> Any:
    """Take a role, with the reason."""
    user, role = subject
    form = ReasonForm()
    if not form.submitted():
        return _person_page(user, {f"revoke-{role}": form})
    with transaction():
        grants.revoke(current_actor(), user.id, role, form.reason.data or "")
    return _done(user, _("角色已撤销，立即生效。"))


@blueprint.post("/<int:user_id>/close")
@requires("accounts:person:manage", load=queries.account)
def close(user: User) -> Any:
    """Close an account, with the reason."""
    form = ReasonForm()
    if not form.submitted():
        return _person_page(user, {"close": form})
    with transaction():
        people.close(current_actor(), user.id, form.reason.data or "")
    return _done(user, _("账号已停用，所有设备已退出登录。"))


@blueprint.post("/<int:user_id>/reopen")
@requires("accounts:person:manage", load=queries.account)
def reopen(user: User) -> Any:
    """Open a closed account again, with the reason."""
    form = ReasonForm()
    if not form.submitted():
        return _person_page(user, {"reopen": form})
    with transaction():
        people.reopen(current_actor(), user.id, form.reason.data or "")
    return _done(user, _("账号已恢复。"))


@blueprint.post("/<int:user_id>/reset-second-factor")
@requires("accounts:person:manage", load=queries.account)
def reset_second_factor(user: User) -> Any:
    """Take the second factor away, with the reason."""
    form = ReasonForm()
    if not form.submitted():
        return _person_page(user, {"second-factor": form})
    with transaction():
        second_factor.reset(current_actor(), user.id, form.reason.data or "")
    return _done(user, _("动态验证码已重置，本人下次登录时重新设置。"))


@blueprint.post("/<int:user_id>/invite-again")
@requires("accounts:person:manage", load=queries.account)
def invite_again(user: User) -> Any:
    """Send the invitation once more."""
    with transaction():
        people.invite_again(current_actor(), user.id)
    return _done(user, _("账号开通邮件已重新发出，原链接作废。"))

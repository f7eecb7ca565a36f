"""The application: the one file that knows every domain."""

import hashlib
import hmac
from pathlib import Path

from flask import Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix

from charity_portal import commands
from charity_portal.accounts import cli as accounts_cli
from charity_portal.accounts import permissions as accounts_permissions
from charity_portal.accounts import tasks as accounts_tasks
from charity_portal.accounts.views import blueprints as accounts_views
from charity_portal.accounts.views import identity
from charity_portal.competitions import cli as competitions_cli
from charity_portal.competitions import permissions as competitions_permissions
from charity_portal.competitions.tasks import assigning as competitions_assigning
from charity_portal.competitions.tasks import panels as competitions_panels
from charity_portal.competitions.tasks import publishing as competitions_publishing
from charity_portal.competitions.tasks import ranking as competitions_ranking
from charity_portal.competitions.tasks import reminding as competitions_reminding
from charity_portal.competitions.views import blueprints as competitions_views
from charity_portal.demo import cli as demo_cli
from charity_portal.disclosure import permissions as disclosure_permissions
from charity_portal.disclosure import tasks as disclosure_tasks
from charity_portal.disclosure.views import home as disclosure_home
from charity_portal.disclosure.views import office_reports as disclosure_office
from charity_portal.disclosure.views import results as disclosure_results
from charity_portal.funds import cli as funds_cli
from charity_portal.funds import permissions as funds_permissions
from charity_portal.funds.tasks import bank as funds_bank
from charity_portal.funds.tasks import bulletins as funds_bulletins
from charity_portal.funds.tasks import donation_lists as funds_donation_lists
from charity_portal.funds.tasks import papers as funds_papers
from charity_portal.funds.views import blueprints as funds_views
from charity_portal.kernel import (
    database,
    i18n,
    job_views,
    navigation,
    permissions,
    preferences,
    secrets,
    web,
)
from charity_portal.kernel.permissions import ANONYMOUS, Actor
from charity_portal.organizations import cli as organizations_cli
from charity_portal.organizations import permissions as organizations_permissions
from charity_portal.organizations import queries as organizations
from charity_portal.organizations import tasks as organizations_tasks
from charity_portal.organizations.views import blueprints as organizations_views
from charity_portal.oversight import permissions as oversight_permissions
from charity_portal.oversight import tasks as oversight_tasks
from charity_portal.oversight import views as oversight_views
from charity_portal.projects import cli as projects_cli
from charity_portal.projects import permissions as projects_permissions
from charity_portal.projects.tasks import deadlines as projects_deadlines
from charity_portal.projects.tasks import payments as projects_payments
from charity_portal.projects.tasks import receipts as projects_receipts
from charity_portal.projects.views import blueprints as projects_views
from config import Settings

ROOT = Path(__file__).resolve().parent.parent
MAX_REQUEST = 32 * 1024 * 1024

RULES = (
    job_views.RULES,
    accounts_permissions.RULES,
    organizations_permissions.RULES,
    funds_permissions.RULES,
    projects_permissions.RULES,
    competitions_permissions.RULES,
    oversight_permissions.RULES,
    disclosure_permissions.RULES,
)
BLUEPRINTS = (
    job_views.blueprint,
    *accounts_views.BLUEPRINTS,
    *organizations_views.BLUEPRINTS,
    *funds_views.BLUEPRINTS,
    *projects_views.BLUEPRINTS,
    *competitions_views.BLUEPRINTS,
    oversight_views.blueprint,
    disclosure_home.blueprint,
    disclosure_results.blueprint,
    disclosure_office.blueprint,
)
COMMANDS = (
    *commands.GROUPS,
    accounts_cli.group,
    organizations_cli.group,
    funds_cli.group,
    projects_cli.projects_group,
    competitions_cli.group,
    demo_cli.group,
)
TASKS = (
    accounts_tasks,
    organizations_tasks,
    oversight_tasks,
    funds_bank,
    funds_bulletins,
    funds_donation_lists,
    funds_papers,
    projects_deadlines,
    projects_payments,
    projects_receipts,
    competitions_assigning,
    competitions_panels,
    competitions_ranking,
    competitions_reminding,
    competitions_publishing,
    disclosure_tasks,
)  # imported so that their job handlers are known


def create_app(settings: Settings | None = None) -> Flask:
    """Build the portal from its settings (read from the environment when none are given)."""
    settings = settings or Settings.from_env()
    app = Flask(
        "charity_portal",
        root_path=str(ROOT / "charity_portal"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    _configure(app, settings)
    secrets.configure(settings.secret_key)
    database.init_app(app, settings.database_url)
    i18n.init_app(app)
    identity.init_app(app)
    app.before_request(_set_actor)
    permissions.init_app(app)
    web.init_app(app)
    preferences.init_app(app)
    navigation.init_app(app)
    for rules in RULES:
        permissions.register(rules)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def _set_actor() -> None:
    """Who acts in this request; nobody while the second factor is still missing."""
    known = identity.current_identity()
    if known is None or known.pending:
        g.actor = ANONYMOUS
    else:
        g.actor = Actor(
            known.user_id, known.name, known.roles, organizations.memberships_of(known.user_id)
        )


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        AUDIT_KEY=hmac.new(settings.secret_key.encode(), b"audit", hashlib.sha256).digest(),
        DATA_DIR=settings.data_dir,
        PUBLIC_URL=settings.public_url,
        SITE_NAME_ZH=f"{settings.city_zh}慈善公益平台",
        SITE_NAME_EN=f"{settings.city_en} Charity Portal",
        CITY_ZH=settings.city_zh,
        CITY_EN=settings.city_en,
        CITY_REGION=settings.city_region,
        MAIL_URL=settings.mail_url,
        MAIL_FROM=settings.mail_from,
        DEMO=settings.demo,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=4000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.trusted_hosts:
        app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]

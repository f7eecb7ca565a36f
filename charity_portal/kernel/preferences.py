"""What a reader chooses for the eyes: language, 关怀版 (large type), light or dark. Kept in cookies."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, has_request_context, redirect, request, url_for

from charity_portal.kernel.i18n import LANGUAGE_COOKIE, LANGUAGES
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.web import csrf

YEAR = 365 * 24 * 3600
CARE_COOKIE, THEME_COOKIE = "care", "theme"
CARE_STEPS = ("0", "1", "2")
THEMES = ("auto", "light", "dark")

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


def own_path(target: str | None) -> str:
    """`target` when it is a path of this site, else the home page: no redirect leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target) or "\\" in target:
        return "/"
    return target


def _remember(cookie: str, value: str) -> Response:
    target = own_path(request.values.get("next"))
    response = redirect(target, 303)
    response.set_cookie(
        cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True
    )
    return response  # type: ignore[return-value]


@blueprint.get("/language/<any(zh, en):language>")
@requires("public")
def set_language(language: str) -> Response:
    """Remember the language; a plain link, so that it works everywhere and can be shared."""
    return _remember(LANGUAGE_COOKIE, language)


@blueprint.post("/care")
@requires("public")
def set_care() -> Response:
    """Remember the type size: 0 standard, 1 large (22 px), 2 very large (30 px)."""
    asked = request.form.get("care", "0")
    return _remember(CARE_COOKIE, asked if asked in CARE_STEPS else "0")


@blueprint.post("/theme")
@requires("public")
def set_theme() -> Response:
    """Remember light, dark, or as the device says."""
    asked = request.form.get("theme", "auto")
    return _remember(THEME_COOKIE, asked if asked in THEMES else "auto")


def _chosen(cookie: str, allowed: tuple[str, ...]) -> str:
    value = request.cookies.get(cookie, allowed[0])
    return value if value in allowed else allowed[0]


def init_app(app: Flask) -> None:
    """Serve the switches and tell templates what was chosen.

    They need no token: a page that everybody shares must hold nobody's, and a forged request could
    change no more than somebody's type size.
    """
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)

    @app.context_processor
    def chosen() -> dict[str, object]:
        if not has_request_context():  # a document, not a page
            return {}
        return {
            "care": _chosen(CARE_COOKIE, CARE_STEPS),
            "theme": _chosen(THEME_COOKIE, THEMES),
            "language_links": {
                code: url_for(
                    "preferences.set_language", language=code, next=request.full_path.rstrip("?")
                )
                for code in LANGUAGES
            },
        }

"""What every response has in common: security headers, error pages, static addresses.

A POST that arrives after the session or the form's token ran out is answered with a page that still
holds everything that was typed, ready to be sent again.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from charity_portal.kernel import clock
from charity_portal.kernel.errors import (
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    PortalError,
    TooLarge,
)
from charity_portal.kernel.i18n import Text, language, say
from charity_portal.kernel.permissions import current_actor

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TITLES = {
    400: say("请求有误"),
    401: say("请先登录"),
    403: say("没有权限"),
    404: say("没有找到"),
    405: say("不支持的操作"),
    409: say("与他人的修改冲突"),
    413: say("内容过大"),
    422: say("填写有误"),
    429: say("操作过于频繁"),
    500: say("系统出现故障"),
}
KNOWN = {403: Forbidden, 404: NotFound}

csrf = CSRFProtect()


def wants_json() -> bool:
    """Whether the caller is a script of ours (autosave, upload, polling) and not a page."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _respond(status: int, message: Text, fields: dict[str, Any] | None = None) -> Any:
    if wants_json():
        body = {
            "error": str(message),
            "errors": {k: [str(t) for t in v] for k, v in (fields or {}).items()},
        }
        return jsonify(body), status
    title = TITLES.get(status, TITLES[400])
    page = render_template(
        "errors/error.html", status=status, title=title, message=message, fields=fields or {}
    )
    return page, status


def _resume(status: int, needs_sign_in: bool) -> Any:
    """Answer a POST that came too late with everything it carried, to be sent again."""
    typed = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token" and "password" not in name
    ]
    page = render_template(
        "errors/resume.html",
        status=status,
        title=TITLES[401] if needs_sign_in else say("页面停留时间过长"),
        action_url=request.full_path.rstrip("?"),
        items=typed,
        needs_sign_in=needs_sign_in,
        sign_in_url=url_for("accounts.sign_in"),
    )
    return page, status


def _on_portal_error(error: PortalError) -> Any:
    return _respond(
        error.status, error.message, error.fields if isinstance(error, Invalid) else None
    )


def _on_not_signed_in(error: NotSignedIn) -> Any:
    sign_in = url_for("accounts.sign_in", next=request.full_path.rstrip("?"))
    if wants_json():
        return jsonify(error=str(error.message), signin=url_for("accounts.sign_in")), 401
    if request.method == "POST":
        return _resume(401, needs_sign_in=True)
    return Response(status=302, headers={"Location": sign_in})


def _on_csrf_error(error: CSRFError) -> Any:
    if wants_json():
        return jsonify(error="csrf", message=str(say("页面停留时间过长，请重试。"))), 400
    return _resume(400, needs_sign_in=not current_actor().signed_in)


def _on_too_large(_: RequestEntityTooLarge) -> Any:
    return _respond(413, TooLarge.default())


def _on_http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    known = KNOWN.get(status)
    fallback = (
        say("请求无法处理。") if status < 500 else say("系统出现故障，已经记录。请稍后再试。")
    )
    return _respond(status, known.default() if known else fallback)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if current_actor().signed_in:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


@lru_cache(maxsize=256)
def _fingerprint(path: str, _changed_at: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def init_app(app: Flask) -> None:
    """Install protection, headers, error pages and the addresses of static files."""
    csrf.init_app(app)
    for error, answer in (
        (PortalError, _on_portal_error),
        (NotSignedIn, _on_not_signed_in),
        (CSRFError, _on_csrf_error),
        (RequestEntityTooLarge, _on_too_large),
        (HTTPException, _on_http_error),
    ):
        app.register_error_handler(error, answer)
    app.after_request(_add_headers)

    def static_url(name: str) -> str:
        path = Path(app.static_folder or "") / name
        return url_for("static", filename=name, v=_fingerprint(str(path), path.stat().st_mtime_ns))

    def common() -> dict[str, Any]:
        english = language() == "en"
        return {
            "actor": current_actor(),
            "locale": language(),
            "locale_tag": "en" if english else "zh-CN",
            "site_name": app.config["SITE_NAME_EN" if english else "SITE_NAME_ZH"],
            "city_name": app.config["CITY_EN" if english else "CITY_ZH"],
            "now": clock.now(),
            "demo": app.config["DEMO"],
            "public_url": app.config["PUBLIC_URL"],
        }

    app.jinja_env.globals["static_url"] = static_url
    app.context_processor(common)


def public_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let browsers and proxies keep a page for a minute and ask whether it changed (ETag).

    Only for readers who are not signed in; a page made for somebody is nobody else's.
    """

    @wraps(view)
    def kept(*args: Any, **address: Any) -> Any:
        response = current_app.make_response(view(*args, **address))
        if current_actor().signed_in or response.status_code != 200:
            return response
        response.headers["Cache-Control"] = "public, max-age=60"
        response.headers.add("Vary", "Cookie")
        response.add_etag()
        return response.make_conditional(request)

    return kept

"""Settings, read once from the environment and handed to `create_app`.

Embedded by default: on SQLite everything lives in `var/` beside this file, the secret key included
(made on the first start, readable by its owner only). On PostgreSQL the portal counts as deployed
and SECRET_KEY has no default.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent


class SettingsError(SystemExit):
    """The environment does not describe a portal that could run: it ends with a line that says why."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations."""

    database_url: str
    secret_key: str = field(repr=False)
    data_dir: Path
    public_url: str = "http://127.0.0.1:8000"
    city_zh: str = "鲁东市"
    city_en: str = "Ludong"
    city_region: str = "3706"
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    mail_url: str = ""
    mail_from: str = "portal@localhost"
    secure_cookies: bool = False
    demo: bool = False
    testing: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; raises SettingsError naming the variable that is missing or wrong."""
        data_dir = Path(env.get("DATA_DIR") or ROOT / "var").resolve()
        default_url = f"sqlite:///{data_dir / 'portal.sqlite3'}"
        database_url = _driver(env.get("DATABASE_URL") or default_url)
        public_url = (
            env.get("PUBLIC_URL") or f"http://127.0.0.1:{env.get('PORT', '8000')}"
        ).rstrip("/")
        return cls(
            database_url=database_url,
            secret_key=_secret_key(env, data_dir, embedded=database_url.startswith("sqlite")),
            data_dir=data_dir,
            public_url=public_url,
            city_zh=env.get("CITY_ZH", cls.city_zh),
            city_en=env.get("CITY_EN", cls.city_en),
            city_region=env.get("CITY_REGION", cls.city_region),
            trusted_hosts=tuple(h for h in env.get("TRUSTED_HOSTS", "").split(",") if h),
            proxy_hops=_whole(env, "PROXY_HOPS", 0),
            mail_url=env.get("MAIL_URL", ""),
            mail_from=env.get("MAIL_FROM", cls.mail_from),
            secure_cookies=public_url.startswith("https://"),
            demo=env.get("DEMO", "") == "1",
        )


def _driver(url: str) -> str:
    """PostgreSQL is always spoken to through psycopg 3, however the address is written."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _secret_key(env: Mapping[str, str], data_dir: Path, embedded: bool) -> str:
    key = env.get("SECRET_KEY", "")
    if key:
        return key
    if not embedded:
        raise SettingsError("SECRET_KEY must be set when DATABASE_URL names a database server")
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if text and not text.isdigit():
        raise SettingsError(f"{name} must be a whole number, not {text!r}")
    return int(text) if text else default

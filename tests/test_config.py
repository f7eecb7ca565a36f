"""Settings come from the environment, and a portal that could not run says why in one line."""

import stat
from pathlib import Path

import pytest

from config import Settings, SettingsError


def read(tmp_path: Path, **env: str) -> Settings:
    return Settings.from_env({"DATA_DIR": str(tmp_path), **env})


def test_embedded_everything_lies_in_one_folder_and_the_key_stays(tmp_path: Path) -> None:
    first = read(tmp_path)
    assert first.database_url == f"sqlite:///{tmp_path}/portal.sqlite3"
    assert len(first.secret_key) >= 48
    assert read(tmp_path).secret_key == first.secret_key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_an_sqlite_file_elsewhere_is_embedded_too(tmp_path: Path) -> None:
    settings = read(tmp_path, DATABASE_URL="sqlite:////srv/portal.db")
    assert settings.database_url == "sqlite:////srv/portal.db"
    assert settings.secret_key


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_a_server_is_spoken_to_through_one_driver_and_needs_a_key(tmp_path: Path, url: str) -> None:
    settings = read(tmp_path, DATABASE_URL=url, SECRET_KEY="k")
    assert settings.database_url == "postgresql+psycopg://u@h/d"
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        read(tmp_path, DATABASE_URL=url)
    assert not (tmp_path / "secret.key").exists()


def test_the_public_address_follows_the_port_and_decides_on_cookies(tmp_path: Path) -> None:
    assert read(tmp_path, PORT="9000").public_url == "http://127.0.0.1:9000"
    settings = read(tmp_path, PUBLIC_URL="https://portal.example/")
    assert (settings.public_url, settings.secure_cookies) == ("https://portal.example", True)


def test_what_should_be_a_number_is_named_when_it_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PROXY_HOPS"):
        read(tmp_path, PROXY_HOPS="many")


def test_the_key_is_not_shown(tmp_path: Path) -> None:
    assert "hidden" not in repr(read(tmp_path, SECRET_KEY="hidden"))

"""Settings from the environment, typed; a wrong value stops the start with one clear sentence."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from upwell_site import durable

SETTINGS: dict[str, str] = {}
"""Every setting that was asked for, with what it is for: `docs/reference/settings.md` is checked against it."""


def text(name: str, default: str, about: str) -> str:
    """Return the setting `name`, or what stands in the file that `name`_FILE names."""
    SETTINGS[name] = about
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise ImproperlyConfigured(f"{name}_FILE names {file}, which cannot be read: {problem.strerror}.") from None
    return os.environ.get(name, default)


def flag(name: str, default: bool, about: str) -> bool:
    """Return a yes-or-no setting."""
    value = text(name, "yes" if default else "no", about).lower()
    if value in {"yes", "true", "1", "on"}:
        return True
    if value in {"no", "false", "0", "off", ""}:
        return False
    raise ImproperlyConfigured(f'{name} must be yes or no, not "{value}".')


def number(name: str, default: int, about: str) -> int:
    """Return a whole-number setting."""
    value = text(name, str(default), about)
    if not value.isdecimal():
        raise ImproperlyConfigured(f'{name} must be a whole number, not "{value}".')
    return int(value)


def words(name: str, default: str, about: str) -> list[str]:
    """Return a list setting, written with commas."""
    return [word.strip() for word in text(name, default, about).split(",") if word.strip()]


def database(url: str, folder: Path) -> dict[str, object]:
    """Return Django's settings for a database address: empty for SQLite in `folder`, or ``postgresql://…``."""
    parts = urlsplit(url)
    if parts.scheme in {"", "sqlite"}:
        name = Path(unquote(parts.path)) if parts.path else folder / "upwell.sqlite3"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": None, "OPTIONS": SQLITE}
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ImproperlyConfigured(
        f'UPWELL_DATABASE must begin with postgresql:// or sqlite:///, not "{parts.scheme}://". '
        "Leave it out to keep everything in one SQLite file."
    )


# FULL: nothing acknowledged is lost when the power goes (measured: NORMAL lost up to 19 transactions a cut).
# IMMEDIATE: two writers wait for one another; with the default they fail with "database is locked".
SQLITE: dict[str, object] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;PRAGMA cache_size=-20000;"
    "PRAGMA mmap_size=134217728;PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=67108864;",
}


def secret(folder: Path) -> str:
    """Return the site's secret key: UPWELL_SECRET, or one made once and kept in `folder` for the owner's eyes only."""
    if given := text("UPWELL_SECRET", "", "signs sessions and links; made and kept in UPWELL_DIR when left out"):
        return given
    file = folder / "secret"
    if not file.exists():
        from django.core.management.utils import get_random_secret_key

        try:
            durable.make_once(file, get_random_secret_key())
        except OSError as problem:
            raise ImproperlyConfigured(
                f"UPWELL_DIR is {folder}, where nothing can be written: {problem.strerror}."
            ) from None
    return file.read_text(encoding="utf-8")

"""What an unsafe production start is, and that it is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from config import checks

STRONG = "k9" * 10 + "zQ-4_mX7" * 5


def found(**changed: object) -> set[str | None]:
    with override_settings(**changed):
        return {
            message.id
            for check in (
                checks.no_debug,
                checks.no_wildcard_host,
                checks.secret_key_is_set,
                checks.tls_when_exposed,
            )
            for message in check(None)
        }


def test_a_loopback_server_with_a_strong_key_starts() -> None:
    assert found(SECRET_KEY=STRONG, DEBUG=False, EXPOSED=False) == set()


def test_debug_is_refused_even_on_loopback() -> None:
    assert "plume.E001" in found(SECRET_KEY=STRONG, DEBUG=True, EXPOSED=False)


def test_a_wildcard_host_is_refused() -> None:
    assert "plume.E002" in found(SECRET_KEY=STRONG, ALLOWED_HOSTS=["plume.example.org", "*"])


@pytest.mark.parametrize("key", ["", "short", "a" * 64, "django-insecure-" + STRONG])
def test_a_missing_or_weak_secret_key_is_refused(key: str) -> None:
    assert "plume.E003" in found(SECRET_KEY=key)


@pytest.mark.parametrize(
    "flag", ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
)
def test_an_exposed_server_without_a_tls_flag_is_refused(flag: str) -> None:
    safe = {
        "SECRET_KEY": STRONG,
        "EXPOSED": True,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 3600,
    }
    assert found(**safe) == set()
    assert found(**safe | {flag: False}) == {"plume.E004"}


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": "*", "SECRET_KEY": STRONG}, "ALLOWED_HOSTS accepts every host"),
        ({"HOST": "0.0.0.0", "ALLOWED_HOSTS": "plume.example.org"}, "SECRET_KEY"),
        (
            {"HOST": "0.0.0.0", "SECRET_KEY": STRONG, "PLUME_TLS": "false"},
            "TLS flags are off",
        ),
    ],
)
def test_serve_ends_before_it_listens(
    environment: dict[str, str], words: str, tmp_path: Path
) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "18931"],
        cwd=settings.BASE_DIR,
        env=clean
        | {"DJANGO_SETTINGS_MODULE": "config.settings", "PLUME_DATA_DIR": str(tmp_path)}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert words in ended.stderr
    assert not list(tmp_path.glob("*.sqlite3"))

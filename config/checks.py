"""System checks that refuse an unsafe start.

`manage.py check --deploy` runs them all; `manage.py serve` (and so `make serve`) does too, and
stops at the first error, before a socket is opened.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured


@register(Tags.security, deploy=True)
def no_debug(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    return [
        Error("DEBUG is on.", hint="Unset DEBUG: its pages show patient data.", id="plume.E001")
    ]


@register(Tags.security, deploy=True)
def no_wildcard_host(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not any(host in ("*", ".") for host in settings.ALLOWED_HOSTS):
        return []
    hint = "Set ALLOWED_HOSTS to the names that clients use, e.g. ALLOWED_HOSTS=plume.example.org."
    return [Error("ALLOWED_HOSTS accepts every host name.", hint=hint, id="plume.E002")]


@register(Tags.security, deploy=True)
def secret_key_is_set(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's word for an empty one
        key = ""
    if len(key) >= 50 and len(set(key)) >= 5 and not key.startswith("django-insecure-"):
        return []
    hint = (
        "Set SECRET_KEY to 50 random characters or more, the same on every web process: "
        'python -c "import secrets; print(secrets.token_urlsafe(64))"'
    )
    return [Error("SECRET_KEY is missing or weak.", hint=hint, id="plume.E003")]


@register(Tags.security, deploy=True)
def tls_when_exposed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A server that others can reach speaks TLS: redirect, secure cookies and HSTS."""
    if not settings.EXPOSED:
        return []
    wanted = {
        "SECURE_SSL_REDIRECT": settings.SECURE_SSL_REDIRECT,
        "SESSION_COOKIE_SECURE": settings.SESSION_COOKIE_SECURE,
        "CSRF_COOKIE_SECURE": settings.CSRF_COOKIE_SECURE,
        "SECURE_HSTS_SECONDS": settings.SECURE_HSTS_SECONDS > 0,
    }
    missing = [name for name, held in wanted.items() if not held]
    if not missing:
        return []
    hint = "Set PLUME_TLS=true (and PLUME_BEHIND_PROXY=true where a proxy ends TLS)."
    return [Error(f"TLS flags are off: {', '.join(missing)}.", hint=hint, id="plume.E004")]

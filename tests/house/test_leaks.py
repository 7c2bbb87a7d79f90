"""What a failure or a browser's cache may keep of a patient: nothing."""

import io
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from config.caching import NothingKept
from config.logs import WithoutValues
from config.uploads import BoundedUpload


def test_a_logged_traceback_says_where_and_never_with_what() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(WithoutValues("%(message)s"))
    record = None
    try:
        try:
            raise KeyError("Zimmermann")
        except KeyError as error:
            raise ValueError("born 1950-02-03") from error
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), exc_info)
    handler.emit(record)
    said = out.getvalue()
    assert "ValueError" in said
    assert "KeyError" in said
    assert "test_leaks.py" in said
    # The source lines of a traceback are ours; in this test they hold the values themselves.
    shown = [line for line in said.splitlines() if "raise " not in line]
    assert "Zimmermann" not in "\n".join(shown)
    assert "1950" not in "\n".join(shown)


def test_the_shipped_logging_uses_it() -> None:
    formatters: dict[str, dict[str, str]] = settings.LOGGING["formatters"]  # type: ignore[assignment]
    assert formatters["line"]["()"] == "config.logs.WithoutValues"


def test_an_answer_is_not_kept_unless_its_view_says_so() -> None:
    assert "no-store" in NothingKept(lambda _: HttpResponse())(HttpRequest())["Cache-Control"]
    said = HttpResponse(headers={"Cache-Control": "max-age=60"})
    assert NothingKept(lambda _: said)(HttpRequest())["Cache-Control"] == "max-age=60"


def test_an_upload_ends_when_its_files_together_are_too_long() -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        handler = BoundedUpload()
        assert handler.receive_data_chunk(b"12345678", 0) == b"12345678"
        with pytest.raises(RequestDataTooBig):
            handler.receive_data_chunk(b"123", 0)


def test_a_celery_worker_keeps_the_shipped_handlers() -> None:
    """Asked of a worker in a process of its own: what it does to the root logger stays there."""
    said = subprocess.run(
        [sys.executable, "-c", _WORKER_LOGGING],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    assert said.stdout.split() == ["WithoutValues"]


_WORKER_LOGGING = """
import django, logging
django.setup()
from config.celery import app
app.log.setup(loglevel="INFO")
print(*{type(each.formatter).__name__ for each in logging.getLogger().handlers})
"""

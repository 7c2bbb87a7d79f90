"""The time that one search may take."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from django.db import DatabaseError, OperationalError, connection, transaction

from fhir_bridge.search.fragments import Rows
from fhir_bridge.search.problems import problem
from fhir_bridge.search.query import Query

SECONDS = 10.0
_LIMITS = (
    "parser stack overflow",
    "expression tree is too large",
    "too many terms in compound select",
    "too many sql variables",
    "stack depth limit exceeded",
    "too many columns",
)
_STEPS = 20_000  # SQLite's virtual machine steps between two looks at the clock


@contextmanager
def bounded(query: Query) -> Iterator[None]:
    """Run a search; one that takes longer than SECONDS ends with an error.

    A single equality needs no watch: an index answers it in the size of the page.

    Raises:
        Invalid: too-costly, when the time is over.
    """
    if not query.sort and not query.includes and _is_plain(query):
        yield
        return
    watch = _watched_postgresql if connection.vendor == "postgresql" else _watched_sqlite
    try:
        with watch(SECONDS):
            yield
    except OperationalError as error:
        if _is_timeout(error):
            raise problem("The search takes too long: narrow it", "too-costly") from None
        if _is_limit(error):
            raise problem("The search is too complex: ask for less", "too-costly") from None
        raise


def _is_plain(query: Query) -> bool:
    return len(query.tests) == 1 and isinstance(query.tests[0], Rows) and query.tests[0].ordered


@contextmanager
def _watched_postgresql(seconds: float) -> Iterator[None]:
    if not connection.in_atomic_block:
        _connection_bound(seconds)
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling the statement (jit) takes longer than any page that an index serves.
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('jit', 'off', true)",
            [str(int(seconds * 1000))],
        )
        yield
        # The caller's transaction goes on without them.
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")
        cursor.execute("SET LOCAL jit = DEFAULT")


# The limits that a connection has been given, for as long as it lives.
_bound: "WeakKeyDictionary[object, float]" = WeakKeyDictionary()


def _connection_bound(seconds: float) -> None:
    """Give the connection its limits once: a transaction around each search would cost more than
    most searches. They hold for its other statements too; large writes lift them for themselves."""
    connection.ensure_connection()
    raw = connection.connection
    if _bound.get(raw) == seconds:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false), set_config('jit', 'off', false)",
            [str(int(seconds * 1000))],
        )
    _bound[raw] = seconds


@contextmanager
def _watched_sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, sqlite3.Connection)
    end = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, _STEPS)


def _is_timeout(error: DatabaseError) -> bool:
    text = str(error).lower()
    return "statement timeout" in text or "interrupted" in text


def _is_limit(error: DatabaseError) -> bool:
    """Whether the statement is larger than the database reads at all."""
    text = str(error).lower()
    return any(limit in text for limit in _LIMITS)

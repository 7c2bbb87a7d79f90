"""What PostgreSQL's planner knows of the record's tables, kept up to date by the runner.

Without statistics the planner takes a key of three columns and an index on the first two of them
for equally narrow, and may read every Observation to find one. Autovacuum analyses once a minute at
best, and not at all where an operator has switched it off; a record that is being filled outgrows
what was known in seconds. Where it is off, nobody frees replaced rows either, nor marks pages as
visible to all, without which an index alone answers nothing: the runner then vacuums as well.
SQLite's planner prefers the unique key by itself.

https://www.postgresql.org/docs/current/planner-stats.html
"""

import time

from django.db import connection

EVERY_SECONDS = 5.0
# A table is due when this many rows, and this share of it, have changed since it was analysed.
LEAST_ROWS = 500
SHARE = 0.2

_DUE = """
SELECT relname FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND relname LIKE 'fhir\\_bridge\\_%%'
  AND n_mod_since_analyze > %s + %s * greatest(n_live_tup - n_mod_since_analyze, 0)
ORDER BY relname
"""
# Truncating at the end would keep readers out.
_VACUUM = "VACUUM (ANALYZE, TRUNCATE false)"
_last = 0.0


def refresh(*, force: bool = False) -> list[str]:
    """Analyse (or vacuum) the tables that are due, and name them; at most once in `EVERY_SECONDS`
    a process unless ``force``. Readers and writers go on meanwhile."""
    global _last
    recent = not force and time.monotonic() - _last < EVERY_SECONDS
    # Nothing can be vacuumed inside a transaction, and what it wrote is not counted yet.
    if connection.vendor != "postgresql" or connection.in_atomic_block or recent:
        return []
    _last = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [LEAST_ROWS, SHARE])
        due = [str(name) for (name,) in cursor.fetchall()]
        if due:
            cursor.execute("SELECT current_setting('autovacuum')")
            work = "ANALYZE" if cursor.fetchone() == ("on",) else _VACUUM
        for name in due:
            cursor.execute(f"{work} {connection.ops.quote_name(name)}")
    return due

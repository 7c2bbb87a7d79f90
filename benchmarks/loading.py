"""How fast bundles are stored: our own demo patients, validated, indexed, audited, versioned.

    DATABASE_URL=... python -m benchmarks.loading

The named baseline is `insert`: the same bytes parsed and inserted as plain rows into a table with
one index, in the same database and run. The database is a test database, dropped at the end.
"""

# ruff: noqa: E402 -- Django has to be set up before its models are imported

import os
import time
import uuid
from collections.abc import Callable
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import orjson
from django.conf import settings
from django.db import connection, transaction

from fhir_bridge import access, store

ROUNDS = 3


def main() -> None:
    folder = settings.BASE_DIR / "seeds" / "patients"
    bundles = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    count = sum(len(orjson.loads(bundle)["entry"]) for bundle in bundles)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE baseline (id varchar(64) PRIMARY KEY, content text)")
        print(f"{connection.vendor}, {count} resources a round")
        for number in range(1, ROUNDS + 1):
            plain = timed(insert, bundles)
            organization = access.organization_ensure(
                slug=f"bench-{number}", name="Bench", fhir_id="bench"
            )
            actor = access.loader_actor(organization)
            stored = timed(partial(store.transaction, actor), bundles)
            print(
                f"round {number}: insert {count / plain:,.0f}/s, store {count / stored:,.0f}/s, "
                f"{stored / plain:.1f} times insert"
            )
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def insert(bundle: bytes) -> None:
    rows = [
        (uuid.uuid4().hex, orjson.dumps(entry["resource"]).decode())
        for entry in orjson.loads(bundle)["entry"]
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO baseline VALUES (%s, %s)", rows)


def timed(work: Callable[[bytes], object], bundles: list[bytes]) -> float:
    start = time.perf_counter()
    for bundle in bundles:
        work(bundle)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

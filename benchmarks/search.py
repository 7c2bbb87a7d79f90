"""How long searches take, and how that grows: five common searches at two sizes of the record.

    python -m benchmarks.search [--scale 3] [--seconds 1] [--json]

A record of 20,000 resources (one Patient to six Observations) is generated, measured, multiplied by
`--scale` inside the database and measured again. It lives in a test database that is dropped at the
end: a file for SQLite, `test_<name>` on the PostgreSQL server of DATABASE_URL. Every time includes
parsing, access control, the SQL and the finished Bundle; not HTTP.

The named baseline is `read`: one resource by its id, in the same run and the same process. Times on
a shared machine drift, ratios to the baseline much less.
"""

# ruff: noqa: E402 -- Django has to be set up before its models are imported

import argparse
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import orjson
from django.db import connection

from fhir_bridge import access, search, store
from fhir_bridge.models import PatientCompartment, Resource
from fhir_bridge.search import index
from fhir_bridge.search.bundle import searchset
from fhir_bridge.search.index import TABLES

BASE = "http://bench/fhir"
PATIENTS, EACH = 2_857, 6
FAMILIES = ("Abel", "Berg", "Costa", "Dunn", "Egan", "Fox", "Garcia", "Haas", "Ito", "Jung")
CODES = ("1111-1", "2222-2", "3333-3", "4444-4", "5555-5", "6666-6", "7777-7", "8888-8")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--scale", type=int, default=3, help="how much larger the second record")
    arguments.add_argument("--seconds", type=float, default=1.0, help="for each search")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    say = (lambda text: None) if options.json else print
    try:
        say(f"{connection.vendor}, database {name}")
        actor, patients = generate(say)
        small = measure(actor, patients, options.seconds)
        report(say, PATIENTS * (1 + EACH), small)
        large = None
        if options.scale > 1:
            multiply(options.scale, say)
            large = measure(actor, patients, options.seconds)
            report(say, PATIENTS * (1 + EACH) * options.scale, large, small)
        if options.json:
            print(json.dumps({"vendor": connection.vendor, "small": small, "large": large}))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


def generate(say: Callable[[str], None]) -> tuple[access.Actor, list[str]]:
    """The small record, written as the store writes it (rows, index, compartments)."""
    organization = access.organization_ensure(slug="bench", name="Bench", fhir_id="bench")
    rng = random.Random(11)
    started = time.perf_counter()
    patients: list[str] = []
    pending: list[dict[str, Any]] = []
    for _ in range(PATIENTS):
        resource = patient(rng)
        patients.append(resource["id"])
        pending.append(resource)
        pending += [observation(rng, resource["id"]) for _ in range(EACH)]
        if len(pending) > 1_000:
            insert(organization, pending)
            pending = []
    insert(organization, pending)
    settle()
    total = PATIENTS * (1 + EACH)
    say(f"{total} resources indexed at {total / (time.perf_counter() - started):.0f} a second")
    return access.loader_actor(organization), patients


def insert(organization: int, resources: list[dict[str, Any]]) -> None:
    now = datetime.now(UTC)
    rows = Resource.objects.bulk_create(
        Resource(
            organization_id=organization,
            type=resource["resourceType"],
            fhir_id=resource["id"],
            last_updated=now,
            content=orjson.dumps(resource),
        )
        for resource in resources
    )
    index.bulk((row, resource, True) for row, resource in zip(rows, resources, strict=True))
    PatientCompartment.objects.bulk_create(
        PatientCompartment(resource_id=row.pk, patient_id=patient_id)
        for row, resource in zip(rows, resources, strict=True)
        for patient_id in index.patients(row.type, resource)
    )


def patient(rng: random.Random) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": str(uuid.UUID(int=rng.getrandbits(128))),
        "active": True,
        "name": [{"family": f"{rng.choice(FAMILIES)}{rng.randrange(1000)}", "given": ["Kim"]}],
        "gender": rng.choice(("male", "female")),
        "birthDate": f"{rng.randrange(1930, 2020)}-{rng.randrange(1, 13):02d}-11",
        "address": [{"city": "Springfield", "postalCode": "00001", "country": "US"}],
    }


def observation(rng: random.Random, patient_id: str) -> dict[str, Any]:
    day = f"{rng.randrange(2015, 2026)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    return {
        "resourceType": "Observation",
        "id": str(uuid.UUID(int=rng.getrandbits(128))),
        "status": "final",
        "category": [{"coding": [{"system": "http://example.org/cat", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": rng.choice(CODES)}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": f"{day}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:00Z",
        "valueQuantity": {
            "value": round(rng.uniform(1, 200), 1),
            "unit": "mg/dL",
            "system": "http://unitsofmeasure.org",
            "code": "mg/dL",
        },
    }


def multiply(scale: int, say: Callable[[str], None]) -> None:
    """Copy every row scale - 1 times under new ids; references go to the copy's own patient."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM fhir_bridge_resource")
        width = int(cursor.fetchone()[0])
        for copy in range(1, scale):
            shift, tail = copy * width, f"-{copy}"
            cursor.execute(
                "INSERT INTO fhir_bridge_resource (id, organization_id, type, fhir_id, version, "
                "last_updated, deleted, content) SELECT id + %s, organization_id, type, "
                "fhir_id || %s, version, last_updated, deleted, content "
                "FROM fhir_bridge_resource WHERE id <= %s",
                [shift, tail, width],
            )
            cursor.execute(
                "INSERT INTO fhir_bridge_patientcompartment (resource_id, patient_id) "
                "SELECT resource_id + %s, patient_id || %s FROM fhir_bridge_patientcompartment "
                "WHERE resource_id <= %s",
                [shift, tail, width],
            )
            for table in TABLES.values():
                values = [
                    "target_id || %s" if column == "target_id" else column
                    for column in table.columns
                ]
                columns = ", ".join(table.columns)
                tails = [tail] * ("target_id" in table.columns)
                cursor.execute(
                    f"INSERT INTO {table.name} (organization_id, resource_id, param, place, "
                    f"{columns}) SELECT organization_id, resource_id + %s, param, place, "
                    f"{', '.join(values)} FROM {table.name} WHERE resource_id <= %s",
                    [shift, *tails, width],
                )
    settle()
    say(f"multiplied by {scale} in {time.perf_counter() - started:.0f} s")


def settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure(
    actor: access.Actor, patients: list[str], seconds: float
) -> dict[str, dict[str, float]]:
    """p50 and p95 in milliseconds of each search, and of the baseline."""
    rng = random.Random(5)

    def asked(type_: str, *pairs: tuple[str, str]) -> None:
        found = search.page(actor, type_, pairs, base=BASE)
        content = searchset(
            found, base=BASE, address=f"{BASE}/{type_}", shape=lambda stored: stored.content
        )
        assert len(found.matches) > 0, (type_, pairs)
        assert content.startswith(b"{")

    searches: dict[str, Callable[[], Any]] = {
        "read (baseline)": lambda: store.read(actor, "Patient", rng.choice(patients)),
        "S1 gender + family": lambda: asked(
            "Patient", ("gender", "male"), ("family", rng.choice("abcdefgh")), ("_count", "5")
        ),
        "S2 code": lambda: asked(
            "Observation", ("code", f"http://loinc.org|{rng.choice(CODES)}"), ("_count", "5")
        ),
        "S3 patient": lambda: asked(
            "Observation", ("patient", f"Patient/{rng.choice(patients)}"), ("_count", "20")
        ),
        "S4 date, sorted": lambda: asked(
            "Observation",
            ("date", f"ge{rng.randrange(2016, 2025)}-06-01"),
            ("_sort", "-date"),
            ("_count", "20"),
        ),
        "S5 _id + _revinclude": lambda: asked(
            "Patient", ("_id", rng.choice(patients)), ("_revinclude", "Observation:subject")
        ),
    }
    return {name: timed(run, seconds) for name, run in searches.items()}


def timed(run: Callable[[], Any], seconds: float) -> dict[str, float]:
    for _ in range(20):
        run()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    return {
        "p50": times[len(times) // 2] * 1000,
        "p95": times[int(len(times) * 0.95)] * 1000,
        "runs": len(times),
    }


def report(
    say: Callable[[str], None],
    resources: int,
    figures: dict[str, dict[str, float]],
    before: dict[str, dict[str, float]] | None = None,
) -> None:
    baseline = figures["read (baseline)"]["p50"]
    say(f"\n{resources:>9} resources      p50 ms   p95 ms   p50/read   p95 growth")
    for name, figure in figures.items():
        growth = f"{figure['p95'] / before[name]['p95']:10.2f}" if before else ""
        say(
            f"  {name:<22} {figure['p50']:7.2f}  {figure['p95']:7.2f}  "
            f"{figure['p50'] / baseline:9.2f}  {growth}"
        )


if __name__ == "__main__":
    sys.exit(main())

"""How many requests a second the whole server answers: HTTP, access control, audit, database.

    DATABASE_URL=... python -m benchmarks.http [--seconds 8] [--clients 16] [--patients 200]

Starts `manage.py serve` on an empty database of its own (a file for SQLite; for PostgreSQL a
database beside that of DATABASE_URL, dropped at the end), stores patients with twenty observations
each by transaction bundles, and asks for one kind of request after another over kept connections.
Client, server and database share the machine, as they do on a practice's own.

The named baseline is `health`: the page that says that the server lives, in the same run.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
OBSERVATIONS = 20
FAMILIES = ("Abel", "Berg", "Costa", "Dunn", "Egan", "Fox", "Garcia", "Haas", "Ito", "Jung")
CODES = ("8302-2", "29463-7", "8867-4", "2339-0", "718-7", "72514-3", "8310-5", "2708-6")
Asked = tuple[str, str, bytes]  # method, address, body


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=float, default=8.0, help="for each kind of request")
    arguments.add_argument("--clients", type=int, default=16)
    arguments.add_argument("--patients", type=int, default=200)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    with database() as url, server(url) as (port, token):
        measured = asyncio.run(run(port, token, options))
    if options.json:
        print(json.dumps(measured))


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    asked = os.environ.get("DATABASE_URL", "")
    if not asked.startswith("postgres"):
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
        return
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(asked, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(asked)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server(url: str) -> Iterator[tuple[int, str]]:
    """The port of a running server, and a token that may do everything."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "SECRET_KEY": secrets.token_urlsafe(64),
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    running = subprocess.Popen([*manage, "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        scopes = [*manage, "fhir_token", "--scopes", "system/*.cruds"]
        token = subprocess.run(scopes, env=environment, capture_output=True, text=True, check=True)
        yield port, token.stdout.split()[-1]
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The server did not start")


class Client:
    """One kept connection. Answers are read by their Content-Length."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.head = (
            f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            "Accept: application/fhir+json\r\nContent-Type: application/fhir+json\r\n"
        )

    async def open(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def ask(self, method: str, address: str, body: bytes) -> bytes:
        """The body of a successful answer."""
        request = f"{method} {address} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n"
        self.writer.write(request.encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        content = await self.reader.readexactly(length)
        if status >= 300:
            raise SystemExit(f"{method} {address}: {status} {content[:300]!r}")
        return content


async def run(port: int, token: str, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    clients = [await Client(port, token).open() for _ in range(options.clients)]
    rng = random.Random(7)
    patients, took = await seed(clients[:4], rng, options.patients)
    stored = options.patients * (OBSERVATIONS + 1)
    print(
        f"transaction bundles of {OBSERVATIONS + 1}: {stored / took:,.0f} resources/s", flush=True
    )
    measured = {"bundles": {"resources_per_second": stored / took}}
    for name, make in kinds(rng, patients).items():
        times: list[float] = []
        end = time.perf_counter() + options.seconds

        async def work(
            client: Client,
            end: float = end,
            make: Callable[[], Asked] = make,
            times: list[float] = times,
        ) -> None:
            while (start := time.perf_counter()) < end:
                await client.ask(*make())
                times.append(time.perf_counter() - start)

        await asyncio.gather(*map(work, clients))
        times.sort()
        rate = len(times) / options.seconds
        measured[name] = {
            "requests_per_second": rate,
            "p95_ms": times[int(len(times) * 0.95)] * 1000,
            "of_baseline": rate / measured.get("health", {"requests_per_second": rate})
            ["requests_per_second"],
        }  # fmt: skip
        each = measured[name]
        print(
            f"{name}: {rate:,.0f} requests/s, p95 {each['p95_ms']:.1f} ms, "
            f"{each['of_baseline']:.2f} of health",
            flush=True,
        )
    return measured


async def seed(clients: list[Client], rng: random.Random, number: int) -> tuple[list[str], float]:
    """Store patients with their observations; their ids, and the seconds that it took."""
    start = time.perf_counter()
    waiting = list(range(number))
    ids: list[str] = []

    async def work(client: Client) -> None:
        while waiting:
            waiting.pop()
            urn = f"urn:uuid:{uuid.uuid4()}"
            resources = [patient(rng), *(observation(rng, urn) for _ in range(OBSERVATIONS))]
            entries = [
                {
                    "fullUrl": urn if not place else f"urn:uuid:{uuid.uuid4()}",
                    "resource": each,
                    "request": {"method": "POST", "url": each["resourceType"]},
                }
                for place, each in enumerate(resources)
            ]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
            answer = json.loads(await client.ask("POST", "/fhir", json.dumps(bundle).encode()))
            ids.append(answer["entry"][0]["response"]["location"].split("/")[-3])

    await asyncio.gather(*map(work, clients))
    return ids, time.perf_counter() - start


def kinds(rng: random.Random, patients: list[str]) -> dict[str, Callable[[], Asked]]:
    """What is asked, in this order."""

    def get(address: str) -> Asked:
        return "GET", f"/fhir/{address}", b""

    def update() -> Asked:
        one = rng.choice(patients)
        return "PUT", f"/fhir/Patient/{one}", json.dumps({**patient(rng), "id": one}).encode()

    return {
        "health": lambda: ("GET", "/healthz", b""),
        "read": lambda: get(f"Patient/{rng.choice(patients)}"),
        "create": lambda: ("POST", "/fhir/Patient", json.dumps(patient(rng)).encode()),
        "update": update,
        "search by gender and family": lambda: get(
            f"Patient?gender=male&family={rng.choice('ABCDE')}&_count=5"
        ),
        "search by code": lambda: get(
            f"Observation?code=http://loinc.org|{rng.choice(CODES)}&_count=5"
        ),
        "search by patient": lambda: get(
            f"Observation?patient=Patient/{rng.choice(patients)}&_count=20"
        ),
        "search by date, sorted": lambda: get(
            f"Observation?date=ge{rng.randrange(2016, 2025)}-06-01&_sort=-date&_count=20"
        ),
        "patient with _revinclude": lambda: get(
            f"Patient?_id={rng.choice(patients)}&_revinclude=Observation:subject"
        ),
    }


def patient(rng: random.Random) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:bench", "value": uuid.uuid4().hex}],
        "active": True,
        "name": [{"family": rng.choice(FAMILIES) + str(rng.randrange(1000)), "given": ["Noa"]}],
        "telecom": [{"system": "phone", "value": f"555-{rng.randrange(10**7):07d}"}],
        "gender": rng.choice(["male", "female"]),
        "birthDate": f"{rng.randrange(1930, 2020)}-{rng.randrange(1, 13):02d}-11",
        "address": [{"line": ["1 Main St"], "city": "Lowell", "state": "MA", "country": "US"}],
    }


def observation(rng: random.Random, subject: str) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": rng.choice(CODES)}]},
        "subject": {"reference": subject},
        "effectiveDateTime": f"{rng.randrange(2015, 2026)}-{rng.randrange(1, 13):02d}-11T10:00:00Z",
        "valueQuantity": {
            "value": round(rng.uniform(1, 200), 1),
            "unit": "mg/dL",
            "system": "http://unitsofmeasure.org",
            "code": "mg/dL",
        },
    }


if __name__ == "__main__":
    main()

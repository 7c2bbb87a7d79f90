"""Workers killed without warning, the broker stopped: every job ends as exactly one draft.

Real processes over a database of their own; `kill -9` goes to the worker's whole process group
while a draft is running.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DRAFTS = 20
KILLS = 10
PATIENCE = 240.0

pytestmark = pytest.mark.slow


@dataclass
class Machine:
    """One database and the processes that use it."""

    folder: Path
    database_url: str
    broker_url: str = ""
    # "0" runs the real engine, with the code list that PLUME_TEST_KILL_DATA_DIR holds.
    draft_seconds: str = os.environ.get("PLUME_TEST_KILL_SECONDS", "0.8")
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.database_url,
            "CELERY_BROKER_URL": self.broker_url,
            "SECRET_KEY": "only-for-tests-" + "x" * 50,
            "PLUME_TLS": "false",
            "PLUME_DATA_DIR": os.environ.get("PLUME_TEST_KILL_DATA_DIR", str(self.folder)),
            "PLUME_DRAFT_LEASE_SECONDS": "3",
            "PLUME_RECONCILE_SECONDS": "0.3",
            "PLUME_TEST_DRAFT_SECONDS": self.draft_seconds,
            "LOG_LEVEL": "INFO",
        }

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "workers.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a group of its own: what is killed is all of it, and no more
        )
        log.close()
        self.processes.append(process)
        return process

    def runner(self) -> subprocess.Popen[bytes]:
        return self.start("-m", "tests.ehr.slow_worker", "runner")

    def celery(self) -> subprocess.Popen[bytes]:
        return self.start(
            *("-m", "celery", "-A", "tests.ehr.slow_worker", "worker"),
            *("--concurrency", "1", "--without-mingle", "--without-gossip", "--without-heartbeat"),
        )

    def submit(self, count: int) -> list[float]:
        lines = self.run("-m", "tests.ehr.slow_worker", "submit", str(count)).split()
        return [float(line) for line in lines]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.database_url.startswith("sqlite"):
            path = self.database_url.removeprefix("sqlite:///")
            with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
                return database.execute(sql).fetchall()
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql).fetchall()

    def count(self, state: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM ehr_draft WHERE state = '{state}'")[0][0])

    def owners(self) -> set[str]:
        """Who holds a running draft, by the rows: the dead too, until they are put back."""
        return {
            row[0] for row in self.rows("SELECT lease_owner FROM ehr_draft WHERE state = 'running'")
        }

    def wait_running(self, dead: set[str]) -> bool:
        """Until a living worker runs a draft; False when all are done."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.owners() - dead:
                return True
            if not self.count("queued"):
                return False
            time.sleep(0.05)
        raise AssertionError(f"nothing runs: {self.log_tail()}")

    def wait_done(self) -> None:
        end = time.monotonic() + PATIENCE
        while self.count("queued") or self.count("running"):
            assert time.monotonic() < end, f"not done in time: {self.log_tail()}"
            time.sleep(0.2)

    def log_tail(self) -> str:
        path = self.folder / "workers.log"
        return path.read_text()[-4000:] if path.exists() else ""

    def close(self) -> None:
        for process in self.processes:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def kill_ten_times(machine: Machine, start: Any) -> int:
    """Kill the worker while it runs a draft, ten times; returns how many drafts it broke off."""
    worker = start()
    dead: set[str] = set()
    broken_off = 0
    for _ in range(KILLS):
        assert machine.wait_running(dead), "all done before the tenth kill"
        time.sleep(random.uniform(0.0, 0.5))
        kill(worker)
        newly_dead = machine.owners() - dead
        broken_off += len(newly_dead)
        dead |= newly_dead
        worker = start()
    return broken_off


def figures(machine: Machine, began: float, **more: Any) -> None:
    attempts = machine.rows("SELECT sum(attempts), max(attempts) FROM ehr_draft")[0]
    sys.stdout.write(
        f"\n{DRAFTS} drafts in {time.monotonic() - began:.1f} s, attempts {attempts[0]} "
        f"(at most {attempts[1]} a draft), {more}\n"
    )


def assert_each_job_is_one_whole_draft(machine: Machine) -> None:
    states = machine.rows("SELECT state, count(*) FROM ehr_draft GROUP BY state")
    assert states == [("ready", DRAFTS)], machine.log_tail()
    assert machine.rows("SELECT count(*), count(DISTINCT draft_id) FROM ehr_note") == [
        (DRAFTS, DRAFTS)
    ]
    # Every note is whole: as many sentences as turns of talk and problems, each with evidence.
    sentences = machine.rows(
        "SELECT s.note_id, count(*) FROM ehr_notesentence t JOIN ehr_notesection s "
        "ON s.id = t.section_id GROUP BY s.note_id"
    )
    if float(machine.draft_seconds):
        assert {count for _, count in sentences} == {7}
    assert len(sentences) == DRAFTS
    assert machine.rows(
        "SELECT count(*) FROM ehr_notesentence t WHERE NOT EXISTS "
        "(SELECT 1 FROM ehr_evidence e WHERE e.sentence_id = t.id)"
    ) == [(0,)]
    assert machine.rows("SELECT count(*) FROM ehr_visittext") == [(DRAFTS,)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def redis_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.05)
        yield process
    finally:
        kill(process)


@pytest.fixture
def sqlite_machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path, f"sqlite:///{tmp_path / 'kill.sqlite3'}")
    machine.run("manage.py", "migrate", "--skip-checks", "--verbosity", "0")
    yield machine
    machine.close()


@pytest.fixture
def postgres_machine(tmp_path: Path) -> Iterator[Machine]:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server to start and stop")
    server = os.environ["PLUME_TEST_POSTGRES"]
    name = f"plume_kill_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    port = free_port()
    machine = Machine(
        tmp_path,
        f"{server.rpartition('/')[0]}/{name}",
        broker_url=f"redis://127.0.0.1:{port}/0",
    )
    machine.run("manage.py", "migrate", "--skip-checks", "--verbosity", "0")
    yield machine
    machine.close()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def broker_port(machine: Machine) -> int:
    return int(machine.broker_url.rpartition(":")[2].partition("/")[0])


def test_ten_kills_without_a_broker_on_sqlite(sqlite_machine: Machine) -> None:
    machine = sqlite_machine
    machine.submit(DRAFTS)
    began = time.monotonic()
    broken_off = kill_ten_times(machine, machine.runner)
    machine.wait_done()
    figures(machine, began, broken_off=broken_off)
    assert_each_job_is_one_whole_draft(machine)


@pytest.mark.postgres
@pytest.mark.redis
def test_ten_kills_of_a_celery_worker_on_postgresql_with_redis(postgres_machine: Machine) -> None:
    machine = postgres_machine
    with redis_server(broker_port(machine)):
        machine.runner()
        machine.submit(DRAFTS)
        began = time.monotonic()
        broken_off = kill_ten_times(machine, machine.celery)
        machine.wait_done()
        figures(machine, began, broken_off=broken_off)
        assert_each_job_is_one_whole_draft(machine)
        assert "this process runs the drafts" not in machine.log_tail()


@pytest.mark.postgres
@pytest.mark.redis
def test_redis_stopped_during_submission_loses_nothing(postgres_machine: Machine) -> None:
    machine = postgres_machine
    port = broker_port(machine)
    began = time.monotonic()
    machine.runner()
    with redis_server(port):
        machine.celery()
        machine.submit(DRAFTS // 2)
    seconds = machine.submit(DRAFTS - DRAFTS // 2)  # the broker is gone, its queue with it
    assert max(seconds) < 2.5, seconds
    machine.wait_running(set())
    with redis_server(port):  # and comes back empty
        machine.wait_done()
        figures(machine, began, slowest_submission=max(seconds))
        assert_each_job_is_one_whole_draft(machine)


@pytest.mark.postgres
@pytest.mark.redis
def test_a_runner_outlives_lost_database_connections(postgres_machine: Machine) -> None:
    machine = postgres_machine
    machine.broker_url = ""
    machine.submit(DRAFTS)
    began = time.monotonic()
    runner = machine.runner()
    lost = 0
    for _ in range(5):
        assert machine.wait_running(set())
        lost += machine.rows(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )[0][0]
        time.sleep(1.0)
    machine.wait_done()
    figures(machine, began, lost_connections=lost)
    assert runner.poll() is None
    assert_each_job_is_one_whole_draft(machine)

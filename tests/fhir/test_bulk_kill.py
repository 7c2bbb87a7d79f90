"""An export whose runner is killed with SIGKILL again and again is done, each line once."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENTS, KILLS, PATIENCE = 60, 6, 120.0

pytestmark = pytest.mark.slow


class Machine:
    """A database of its own, and the processes that use it."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "kill.sqlite3"
        self.log = folder / "runner.log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "CELERY_BROKER_URL": "",
            "SECRET_KEY": "only-for-tests-" + "x" * 50,
            "PLUME_TLS": "false",
            "PLUME_BULK_LEASE_SECONDS": "1",
            "PLUME_BULK_SETTLE_SECONDS": "0",
            "PLUME_RECONCILE_SECONDS": "0.2",
        }

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True,
            text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def runner(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.fhir.slow_runner", "runner"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            return database.execute(sql).fetchall()

    def wait(self, sql: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.rows(sql)[0][0]:
            assert time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.02)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    made.run("manage.py", "migrate", "--skip-checks", "--verbosity", "0")
    yield made
    for process in made.processes:
        kill(process)


def test_kills_in_the_middle_of_an_export_lose_and_double_nothing(machine: Machine) -> None:
    machine.run("-m", "tests.fhir.slow_runner", "prepare", str(PATIENTS))
    for turn in range(1, KILLS + 1):
        runner = machine.runner()
        machine.wait(f"SELECT count(*) >= {turn * 3} FROM fhir_bridge_jobchunk")
        time.sleep(random.uniform(0.0, 0.1))
        kill(runner)
        assert machine.rows("SELECT state FROM fhir_bridge_backgroundjob") == [("running",)]
    machine.runner()
    machine.wait("SELECT count(*) FROM fhir_bridge_backgroundjob WHERE state = 'done'")
    pieces = machine.rows("SELECT content FROM fhir_bridge_jobchunk ORDER BY place")
    lines = b"".join(zlib.decompress(content) for (content,) in pieces).splitlines()
    assert len(lines) == len(set(lines)) == PATIENTS

"""The web server as it runs: one process that answers, comes back and goes when it is told to."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings


class Running(NamedTuple):
    process: subprocess.Popen[bytes]
    port: int

    def ask(self, method: str = "GET", path: str = "/healthz", **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def lives(self) -> bool:
        try:
            return self.ask()[0] == 200
        except OSError:
            return False

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        named = [Path(f"/proc/{pid}/cmdline") for pid in children.split()]
        return [
            int(each.parent.name) for each in named if b"resource_tracker" not in each.read_bytes()
        ]


def soon(true: object, seconds: float = 60.0) -> bool:
    assert callable(true)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("web")) as running:
        yield running


@contextmanager
def started(folder: Path) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'web.sqlite3'}",
        "WEB_WORKERS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "config.web"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    running = Running(process, port)
    try:
        assert soon(running.lives)
        yield running
    finally:
        process.kill()
        process.wait()


def test_it_answers_pages_and_fhir(web: Running) -> None:
    assert web.ask() == (200, b'{"status": "ok"}')
    status, body = web.ask(path="/fhir/metadata")
    assert status == 200
    assert b"CapabilityStatement" in body


def test_an_address_in_any_script_is_read(web: Running) -> None:
    status, body = web.ask(path="/fhir/%E2%82%AC")
    assert status == 401
    assert b"OperationOutcome" in body


def test_headers_without_end_are_refused(web: Running) -> None:
    assert web.ask(**{"X-Long": "a" * 300_000})[0] == 431


def test_a_worker_that_is_killed_comes_back(web: Running) -> None:
    (worker,) = web.workers()
    os.kill(worker, signal.SIGKILL)
    assert soon(lambda: web.workers() not in ([], [worker]) and web.lives())


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=30) == 0

"""One command runs several processes: what dies comes back, what cannot live ends the whole."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from config import supervisor
from config.management.commands.serve import port_claim
from config.supervisor import Child, port_is_free, supervise


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture(autouse=True)
def _signals_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_port_in_use_is_refused_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
        with pytest.raises(CommandError, match=rf"Port {port} .* is in use.*PORT={port + 1} make"):
            port_claim(port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(CommandError, match="from 1 to 65535"):
        port_claim(port)


def test_an_essential_process_that_cannot_stay_up_ends_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "QUICK_DEATHS_ALLOWED", 1)
    assert supervise([Child("web", python("raise SystemExit(3)"), essential=True)]) == 1


def test_a_worker_that_was_killed_comes_back_and_sigterm_ends_all(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    code = f"import os,time; open({str(starts)!r},'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    child = Child("worker", python(code))

    def pids() -> list[int]:
        return [int(line) for line in starts.read_text().split()] if starts.exists() else []

    def waited_for(count: int) -> list[int]:
        deadline = time.monotonic() + 20
        while len(pids()) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return pids()

    def operator() -> None:
        os.kill(waited_for(1)[0], signal.SIGKILL)
        waited_for(2)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=operator)
    thread.start()
    assert supervise([child]) == 0
    thread.join()
    assert len(pids()) == 2
    with pytest.raises(ProcessLookupError):
        os.kill(pids()[1], 0)

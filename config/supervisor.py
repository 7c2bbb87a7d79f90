"""Runs the web server and the workers as one command, and restarts what dies.

A single machine needs no more than this. A cluster starts each process by itself under its own
manager (systemd, Kubernetes): docs/operations.md lists the commands.
"""

import logging
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

QUICK_DEATH_SECONDS = 5.0
QUICK_DEATHS_ALLOWED = 3
STOP_SECONDS = 20.0


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen on host and port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@dataclass
class Child:
    """One supervised process; `essential` ones end the whole when they cannot stay up."""

    name: str
    command: Sequence[str]
    essential: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        # A group of its own: Ctrl-C reaches the supervisor alone, which then stops all in order.
        self.process = subprocess.Popen(self.command, process_group=0)  # noqa: S603
        self.started = time.monotonic()


class Stopped(Exception):
    """The operator asked for an end."""


def supervise(children: Sequence[Child]) -> int:
    """Run until SIGINT or SIGTERM, or until an essential child dies repeatedly; exit status."""

    def stop(signum: int, frame: object) -> None:
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        for child in children:
            child.start()
        while True:
            time.sleep(0.5)
            for child in children:
                if not _alive_or_restarted(child):
                    logger.error("%s cannot stay up; stopping.", child.name)
                    return 1
    except Stopped:
        return 0
    finally:
        _stop_all(children)


def _alive_or_restarted(child: Child) -> bool:
    """Restart a dead child, later each time; False when an essential one died too often."""
    now = time.monotonic()
    assert child.process is not None
    if child.restart_at:
        if now >= child.restart_at:
            child.restart_at = 0.0
            child.start()
        return True
    status = child.process.poll()
    if status is None:
        return True
    quick = now - child.started < QUICK_DEATH_SECONDS
    child.quick_deaths = child.quick_deaths + 1 if quick else 1
    if child.essential and child.quick_deaths > QUICK_DEATHS_ALLOWED:
        return False
    wait = min(30.0, 0.5 * 2**child.quick_deaths) if quick else 0.5
    logger.warning("%s ended with status %s; starting it again in %.1f s", child.name, status, wait)
    child.restart_at = now + wait
    return True


def _stop_all(children: Sequence[Child]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running = [child.process for child in children if child.process and not child.restart_at]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

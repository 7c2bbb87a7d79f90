"""The web server: `python -m config.web`. What an operator sets is in docs/operations.md.

Granian reads HTTP outside Python's lock, which takes a third off the processor time of a small FHIR
answer. It keeps no access log: search addresses carry names and birth dates, and the audit trail
says who read what.
"""

import os

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

TARGET = "config.wsgi:application"


def main() -> None:
    """Serve until SIGTERM or SIGINT, as the environment wants it."""
    Granian(
        TARGET,
        address=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("PORT", "8000")),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=int(os.environ.get("WEB_WORKERS", "0")) or max(2, os.cpu_count() or 1),
        blocking_threads=int(os.environ.get("WEB_THREADS", "4")),
        # A thread's database connection ends with it.
        blocking_threads_idle_timeout=600,
        http1_settings=HTTP1Settings(header_read_timeout=15_000, max_buffer_size=65_536),
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()

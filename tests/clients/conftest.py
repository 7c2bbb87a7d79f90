"""A server of the shipped WSGI application, for clients that speak HTTP by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler

from fhir_bridge import access
from tests.fhir.record import organization


@dataclass(frozen=True)
class Endpoint:
    """Where the record is, and the token of a client that may do everything in it."""

    url: str  # "http://127.0.0.1:1234/fhir"
    token: str

    @property
    def authorization(self) -> str:
        return f"Bearer {self.token}"


@pytest.fixture
def endpoint(transactional_db: None) -> Iterator[Endpoint]:
    from config.wsgi import application

    token = access.token_create(
        label="client", organization_id=organization(), scopes="system/*.cruds"
    )
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(application)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/fhir", token)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

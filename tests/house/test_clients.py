"""The short way of FHIR clients answers as the long way does, and lets nobody else in."""

import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from config.clients import ClientsFirst
from fhir_bridge import access

# Connections are looked after as in production, so no transaction may be open around a test.
pytestmark = pytest.mark.django_db(transaction=True)

# What only pages need: which language and which cookie an answer depends on.
OF_PAGES = {"Vary", "Content-Language"}
REQUESTS = (
    ("GET", "/fhir/metadata", b""),
    ("GET", "/fhir/Patient", b""),
    ("GET", "/fhir/Patient?name=Ada&_count=2", b""),
    ("GET", "/fhir/Patient/nobody", b""),
    ("HEAD", "/fhir/Patient/nobody", b""),
    ("POST", "/fhir/Patient", b"{"),
    ("DELETE", "/fhir", b""),
    ("GET", "/fhir/Pati%C3%ABnt", b""),
    ("GET", "/fhir/no/such/address/at/all", b""),
)


@pytest.fixture
def token() -> str:
    organization = access.organization_ensure(slug="clinic", name="Clinic", fhir_id="clinic")
    return access.token_create(label="t", organization_id=organization, scopes="system/*.cruds")


def ask(
    application: Any, method: str, url: str, body: bytes = b"", **headers: str
) -> tuple[str, dict[str, str], bytes]:
    path, _, query = url.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        # As a server hands it over: percent-decoded bytes, each as one character.
        "PATH_INFO": path.replace("%C3%AB", "\xc3\xab"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/fhir+json",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        **headers,
    }
    said: list[Any] = []
    parts: Iterable[bytes] = application(
        environ, lambda status, given: said.append((status, given))
    )
    content = b"".join(parts)
    return said[0][0], dict(said[0][1]), content


def refuse(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    raise AssertionError("this request was to go the short way")


@pytest.mark.parametrize(("method", "url", "body"), REQUESTS)
def test_both_ways_give_the_same_answer(token: str, method: str, url: str, body: bytes) -> None:
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    status, headers, content = ask(ClientsFirst(refuse), method, url, body, **bearer)
    long_status, long_headers, long_content = ask(
        get_wsgi_application(), method, url, body, **bearer
    )
    assert (status, content) == (long_status, long_content)
    assert headers.keys() - OF_PAGES == long_headers.keys() - OF_PAGES
    assert all(headers[name] == long_headers[name] for name in headers.keys() - OF_PAGES)


def test_an_unknown_token_is_refused() -> None:
    status, _, content = ask(
        ClientsFirst(refuse), "GET", "/fhir/Patient", HTTP_AUTHORIZATION="Bearer of-nobody"
    )
    assert status.startswith("401")
    assert b"OperationOutcome" in content


@pytest.mark.parametrize("url", ["/fhir/Patient", "/", "/sign-in", "/fhirs/Patient"])
def test_who_brings_no_token_or_wants_a_page_goes_the_long_way(url: str) -> None:
    way = ClientsFirst(lambda environ, start_response: [b"long"])
    bearer = {} if url.startswith("/fhir/") else {"HTTP_AUTHORIZATION": "Bearer x"}
    assert list(way({"PATH_INFO": url, **bearer}, print)) == [b"long"]


def test_a_plain_request_is_sent_to_https_when_that_is_asked_for(token: str) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        way = ClientsFirst(get_wsgi_application())
        status, headers, _ = ask(way, "GET", "/fhir/Patient", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert status.startswith("301")
    assert headers["Location"].startswith("https://")


def test_a_host_that_is_not_ours_is_refused(token: str) -> None:
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        status, _, _ = ask(
            ClientsFirst(get_wsgi_application()),
            "GET",
            "/fhir/Patient",
            HTTP_AUTHORIZATION=f"Bearer {token}",
            HTTP_HOST="elsewhere.example",
        )
    assert status.startswith("400")


@pytest.mark.parametrize(("language", "spoken"), [("fr", "fr"), ("en", "en"), ("", "en")])
def test_the_language_of_the_page_before_does_not_stay(
    token: str, language: str, spoken: str
) -> None:
    from django.utils import translation

    asked = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    asked |= {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
    with translation.override("fr" if spoken == "en" else "en"):
        ask(ClientsFirst(refuse), "GET", "/fhir/metadata", b"", **asked)
        assert translation.get_language() == spoken


def test_an_empty_authorization_is_no_token() -> None:
    way = ClientsFirst(get_wsgi_application())
    status, _, content = ask(way, "GET", "/fhir/Patient", HTTP_AUTHORIZATION="")
    assert status.startswith("401")
    assert b"OperationOutcome" in content

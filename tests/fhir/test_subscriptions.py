"""Subscriptions: a real receiver is told of what it asked for, in order, and of nothing else."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from fhir_bridge import access, background
from fhir_bridge.documents import parse
from fhir_bridge.models import SubscriptionEvent, SubscriptionWatch
from fhir_bridge.subscriptions import delivery, endpoints, outbox
from fhir_bridge.subscriptions.delivery import deliver_next
from fhir_bridge.validation import validate
from tests.fhir.record import Api, bundle, observation, patient, put, refused

pytestmark = pytest.mark.django_db
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
EVERY = "urn:plume:subscription-topic:"
ADMISSION = "http://hl7.org/SubscriptionTopic/admission"


@pytest.fixture(autouse=True)
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "TRUST_SECONDS", 0)
    outbox._known.clear()
    yield
    outbox._known.clear()


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A client's endpoint: it keeps what it gets and answers with `status`."""

    url: str = ""
    status: int = 200
    puts: int = 200
    location: str = ""
    got: list[Received] = field(default_factory=list)

    @property
    def bundles(self) -> list[Any]:
        return [each.value for each in self.got]

    def kinds(self) -> list[str]:
        return [part(each, "type") for each in self.bundles]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept.got.append(Received(self.command, self.path, dict(self.headers), body))
            self.send_response(kept.puts if self.command == "PUT" else kept.status)
            if kept.location:
                self.send_header("Location", kept.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_PUT = do_GET = _take

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def part(value: Any, name: str) -> Any:
    """A parameter of the status at the head of a notification."""
    listed = value["entry"][0]["resource"]["parameter"]
    found = [each for each in listed if each["name"] == name]
    return next((v for each in found for k, v in each.items() if k.startswith("value")), None)


def numbers(value: Any) -> list[int]:
    listed = value["entry"][0]["resource"]["parameter"]
    return [
        int(inner["valueString"])
        for each in listed if each["name"] == "notification-event"
        for inner in each["part"] if inner["name"] == "event-number"
    ]  # fmt: skip


def classic(receiver: Receiver, criteria: str, **channel: Any) -> dict[str, Any]:
    return {
        "resourceType": "Subscription", "status": "requested", "reason": "test",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": receiver.url, **channel},
    }  # fmt: skip


def topical(
    receiver: Receiver, topic: str, *filters: str, content: str = "id-only", **extensions: Any
) -> dict[str, Any]:
    made = classic(receiver, topic, payload="application/fhir+json")
    made["channel"]["_payload"] = {"extension": [
        {"url": f"{BACKPORT}/backport-payload-content", "valueCode": content}]}  # fmt: skip
    made["channel"]["extension"] = [
        {"url": f"{BACKPORT}/backport-{name.replace('_', '-')}", **value}
        for name, value in extensions.items()
    ]
    if not made["channel"]["extension"]:
        del made["channel"]["extension"]
    if filters:
        made["_criteria"] = {"extension": [
            {"url": f"{BACKPORT}/backport-filter-criteria", "valueString": each}
            for each in filters]}  # fmt: skip
    return made


def subscribed(api: Api, resource: dict[str, Any]) -> str:
    answer = api.post("/Subscription", resource)
    assert answer.status_code == 201, answer.content
    background.drain()
    return str(answer.json()["id"])


def status(api: Api, id: str) -> str:
    return str(api.get(f"/Subscription/{id}").json()["status"])


def due() -> None:
    """The pause after a failure is over."""
    SubscriptionWatch.objects.update(not_before=None)
    background.drain()


# -- R4's own criteria -----------------------------------------------------------------------------


def test_a_match_is_put_to_the_endpoint_and_nothing_else_is(receiver: Receiver) -> None:
    api = Api()
    api.put("/Patient/old", patient(id="old", gender="female"))
    headers = ["Authorization: Bearer theirs", "X-Ward: 7"]
    id_ = subscribed(api, classic(receiver, "Patient?gender=female", header=headers,
                                  payload="application/fhir+json"))  # fmt: skip
    assert status(api, id_) == "active"
    api.put("/Patient/a", patient(id="a", gender="female"))
    api.put("/Patient/b", patient(id="b", gender="male"))
    api.put("/Patient/old", patient(id="old", gender="male"))
    background.drain()
    (got,) = receiver.got
    assert (got.method, got.path) == ("PUT", "/hook/Patient/a")
    assert got.value == api.get("/Patient/a").json()
    assert got.headers["Authorization"] == "Bearer theirs"
    assert got.headers["X-Ward"] == "7"
    assert got.headers["Content-Type"] == "application/fhir+json"
    assert got.headers["Host"] in receiver.url


def test_without_a_payload_only_a_knock_is_sent(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, classic(receiver, "Patient"))
    api.post("/Patient", patient())
    background.drain()
    (got,) = receiver.got
    assert (got.method, got.path, got.body) == ("POST", "/hook", b"")


def test_a_receiver_that_takes_no_update_gets_a_post(receiver: Receiver) -> None:
    api = Api()
    receiver.puts = 405
    subscribed(api, classic(receiver, "Patient?", payload="application/fhir+xml"))
    api.put("/Patient/a", patient(id="a"))
    background.drain()
    assert [(each.method, each.path) for each in receiver.got] == [
        ("PUT", "/hook/Patient/a"), ("POST", "/hook")]  # fmt: skip
    assert receiver.got[1].body.startswith(b"<")
    assert b'<id value="a"/>' in receiver.got[1].body


def test_what_a_transaction_writes_is_told_in_its_order(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, classic(receiver, "Observation?patient=p", payload="application/json"))
    api.post(
        "",
        bundle(
            put(patient(id="p")),
            put(patient(id="q")),
            *(put(observation(f"Patient/{who}", id=f"{who}{n}")) for n in range(3) for who in "pq"),
        ),
    )
    api.post("", bundle(put(patient(id="x")), put(observation("Patient/p", id="no")),
                        put(patient(id="x", gender="wrong"))))  # fmt: skip
    background.drain()
    assert [each.path for each in receiver.got] == [f"/hook/Observation/p{n}" for n in range(3)]


def test_turned_off_or_deleted_it_is_silent(receiver: Receiver) -> None:
    api = Api()
    first = subscribed(api, classic(receiver, "Patient"))
    second = subscribed(api, classic(receiver, "Patient"))
    api.put(f"/Subscription/{first}", {**classic(receiver, "Patient"), "id": first,
                                       "status": "off"})  # fmt: skip
    api.delete(f"/Subscription/{second}")
    api.post("/Patient", patient())
    background.drain()
    assert receiver.got == []
    assert status(api, first) == "off"


def test_an_organisation_has_so_many_and_may_end_one_for_another(
    receiver: Receiver, settings: Any
) -> None:
    settings.SUBSCRIPTIONS_MOST = 1
    api = Api()
    first = subscribed(api, classic(receiver, "Patient"))
    answer = api.post("/Subscription", classic(receiver, "Observation"))
    refused(answer, 422, "too-costly", "Subscription")
    again = api.get(f"/Subscription/{first}").json() | {"status": "requested"}
    assert api.put(f"/Subscription/{first}", again).status_code == 200
    assert Api("away").post("/Subscription", classic(receiver, "Patient")).status_code == 201
    assert api.put(f"/Subscription/{first}", again | {"status": "off"}).status_code == 200
    subscribed(api, classic(receiver, "Observation"))


def test_it_ends_when_its_end_comes(receiver: Receiver) -> None:
    api = Api()
    soon = (timezone.now() + timedelta(hours=1)).isoformat(timespec="milliseconds")
    id_ = subscribed(api, {**classic(receiver, "Patient"), "end": soon})
    assert status(api, id_) == "active"
    SubscriptionWatch.objects.update(ends_at=timezone.now())
    background.drain()
    assert status(api, id_) == "off"
    api.post("/Patient", patient())
    background.drain()
    assert receiver.got == []


# -- topics ----------------------------------------------------------------------------------------


def test_a_topic_begins_with_a_handshake_and_numbers_its_events(receiver: Receiver) -> None:
    api = Api()
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient"))
    assert status(api, id_) == "active"
    api.put("/Patient/a", patient(id="a"))
    background.drain()
    api.delete("/Patient/a")
    background.drain()
    shake, first, second = receiver.bundles
    for each in (shake, first, second):
        validate(parse(json.dumps(each)))
        assert each["type"] == "history"
        assert each["entry"][0]["request"]["url"].endswith(f"/Subscription/{id_}/$status")
    assert receiver.kinds() == ["handshake", "event-notification", "event-notification"]
    assert [part(each, "status") for each in receiver.bundles] == ["requested", "active", "active"]
    assert numbers(first) == [1]
    assert numbers(second) == [2]
    assert part(first, "events-since-subscription-start") == "1"
    assert part(first, "topic") == f"{EVERY}Patient"
    assert first["entry"][1]["fullUrl"].endswith("/fhir/Patient/a")
    assert "resource" not in first["entry"][1]
    assert second["entry"][1]["request"]["method"] == "DELETE"
    assert receiver.got[0].headers["Content-Type"] == "application/fhir+json"


@pytest.mark.parametrize("content", ["empty", "id-only", "full-resource"])
def test_the_content_is_what_was_asked_for(receiver: Receiver, content: str) -> None:
    api = Api()
    subscribed(api, topical(receiver, f"{EVERY}Patient", content=content))
    api.put("/Patient/secret", patient(id="secret"))
    background.drain()
    got = receiver.got[-1]
    assert (b"secret" in got.body) == (content != "empty")
    assert (b"Quill" in got.body) == (content == "full-resource")
    assert len(got.value["entry"]) == (1 if content == "empty" else 2)


def test_filters_narrow_a_topic_deletions_included(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, topical(receiver, f"{EVERY}Observation", "Observation?patient=Patient/p",
                            "status=final"))  # fmt: skip
    api.post("", bundle(put(patient(id="p")), put(patient(id="q"))))
    api.put("/Observation/a", observation("Patient/p", id="a"))
    api.put("/Observation/b", observation("Patient/q", id="b"))
    api.put("/Observation/c", observation("Patient/p", id="c", status="amended"))
    for each in "abc":
        api.delete(f"/Observation/{each}")
    background.drain()
    told = [each["entry"][1:] for each in receiver.bundles[1:]]
    flat = [(one["request"]["method"], one["fullUrl"].rpartition("/")[2])
            for each in told for one in each]  # fmt: skip
    assert flat == [("DELETE", "a")]
    assert numbers(receiver.bundles[1]) == [1, 2]


def encounter(id: str, status: str) -> dict[str, Any]:
    return {"resourceType": "Encounter", "id": id, "status": status, "class": {"code": "IMP"},
            "subject": {"reference": "Patient/p"}}  # fmt: skip


def test_an_admission_is_told_when_the_encounter_begins_and_not_again(receiver: Receiver) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    subscribed(api, topical(receiver, ADMISSION, "Encounter?patient=Patient/p"))
    for state in ("planned", "in-progress", "in-progress", "finished", "in-progress"):
        api.put("/Encounter/e", encounter("e", state))
    api.put("/Encounter/f", encounter("f", "in-progress"))
    api.delete("/Encounter/f")
    api.put("/Encounter/f", encounter("f", "in-progress"))
    background.drain()
    assert sum(len(numbers(each)) for each in receiver.bundles) == 4


TOPIC = {
    "resourceType": "Basic", "id": "topic",
    "code": {"coding": [{"system": "http://hl7.org/fhir/fhir-types", "code": "SubscriptionTopic"}]},
    "extension": [
        {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.url",
         "valueUri": "http://own.example/topic/final"},
        {"url": "http://hl7.org/fhir/5.0/StructureDefinition/"
                "extension-SubscriptionTopic.resourceTrigger",
         "extension": [
             {"url": "resource", "valueUri": "http://hl7.org/fhir/StructureDefinition/Observation"},
             {"url": "supportedInteraction", "valueCode": "update"},
             {"url": "queryCriteria", "extension": [
                 {"url": "previous", "valueString": "status:not=final"},
                 {"url": "current", "valueString": "status=final"},
                 {"url": "requireBoth", "valueBoolean": True}]}]},
    ],
}  # fmt: skip


def test_an_organisation_defines_its_own_topics(receiver: Receiver) -> None:
    api = Api()
    api.put("/Basic/topic", TOPIC)
    api.put("/Patient/p", patient(id="p"))
    subscribed(api, topical(receiver, "http://own.example/topic/final"))
    for state in ("final", "amended", "final", "final"):
        api.put("/Observation/o", observation("Patient/p", id="o") | {"status": state})
    background.drain()
    assert sum(len(numbers(each)) for each in receiver.bundles) == 1
    refused(Api("other").post("/Subscription", topical(receiver, "http://own.example/topic/final")),
            422, "not-found")  # fmt: skip


def test_events_that_wait_are_sent_together_up_to_the_count_asked_for(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, topical(receiver, f"{EVERY}Patient", max_count={"valuePositiveInt": 2}))
    for number in range(5):
        api.put(f"/Patient/m{number}", patient(id=f"m{number}"))
    background.drain()
    assert [numbers(each) for each in receiver.bundles] == [[], [1, 2], [3, 4], [5]]


def test_a_heartbeat_is_sent_when_nothing_else_was(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, topical(receiver, f"{EVERY}Patient",
                            heartbeat_period={"valueUnsignedInt": 30}))  # fmt: skip
    assert receiver.kinds() == ["handshake"]
    SubscriptionWatch.objects.update(last_sent_at=timezone.now() - timedelta(seconds=31))
    background.drain()
    assert receiver.kinds() == ["handshake", "heartbeat"]
    assert part(receiver.bundles[1], "status") == "active"


def test_the_older_form_with_a_canonical_extension_is_read(receiver: Receiver) -> None:
    api = Api()
    made = topical(receiver, "Patient?gender=female")
    made["extension"] = [
        {"url": f"{BACKPORT}/backport-topic-canonical", "valueUri": f"{EVERY}Patient"}]  # fmt: skip
    subscribed(api, made)
    api.put("/Patient/f", patient(id="f", gender="female"))
    api.put("/Patient/m", patient(id="m", gender="male"))
    background.drain()
    assert sum(len(numbers(each)) for each in receiver.bundles) == 1


# -- failures --------------------------------------------------------------------------------------


def test_a_receiver_that_comes_back_gets_everything_in_order(receiver: Receiver) -> None:
    api = Api()
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient"))
    receiver.status = 503
    api.put("/Patient/a", patient(id="a"))
    background.drain()
    assert status(api, id_) == "active", "one failure says nothing yet"
    for _ in range(delivery.ERROR_AFTER):
        due()
    assert status(api, id_) == "error"
    assert "503" in api.get(f"/Subscription/{id_}").json()["error"]
    api.put("/Patient/b", patient(id="b"))
    seen, receiver.status = len(receiver.got), 200
    due()
    assert [numbers(each) for each in receiver.bundles[seen:]] == [[1, 2]]
    assert status(api, id_) == "active"
    assert "error" not in api.get(f"/Subscription/{id_}").json()


def test_a_failed_handshake_is_told_and_tried_again(receiver: Receiver) -> None:
    api = Api()
    receiver.status = 500
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient"))
    assert status(api, id_) == "error"
    api.put("/Patient/a", patient(id="a"))
    due()
    version = api.get(f"/Subscription/{id_}")["ETag"]
    due()
    assert api.get(f"/Subscription/{id_}")["ETag"] == version, "told once"
    assert set(receiver.kinds()) == {"handshake"}
    receiver.status = 200
    due()
    assert status(api, id_) == "active"
    assert receiver.kinds()[-1] == "event-notification"


def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    api = Api()
    receiver.status, receiver.location = 307, receiver.url.replace("/hook", "/elsewhere")
    subscribed(api, topical(receiver, f"{EVERY}Patient"))
    assert {each.path for each in receiver.got} == {"/hook"}


class Killed(BaseException):
    """What ends a process without a word, for a test."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_runner_loses_no_event_and_keeps_their_order(
    receiver: Receiver, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api()
    subscribed(api, topical(receiver, f"{EVERY}Patient", max_count={"valuePositiveInt": 1}))
    for number in range(3):
        api.put(f"/Patient/k{number}", patient(id=f"k{number}"))
    send, sent = endpoints.send, [0]

    def dying(*args: Any, **named: Any) -> int:
        sent[0] += 1
        if sent[0] == 2 and moment == "before":
            raise Killed
        answer = send(*args, **named)
        if sent[0] == 2:
            raise Killed
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(endpoints, "send", dying)
        with pytest.raises(Killed):
            deliver_next()
    assert not deliver_next(), "the dead runner's lease still holds"
    SubscriptionWatch.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    background.drain()
    told = [number for each in receiver.bundles for number in numbers(each)]
    assert told == ([1, 2, 3] if moment == "before" else [1, 2, 2, 3])


def test_a_change_of_the_subscription_stops_who_was_delivering(receiver: Receiver) -> None:
    api = Api()
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient"))
    api.put("/Patient/a", patient(id="a"))
    late = delivery._claim("late")
    assert late is not None
    api.put(f"/Subscription/{id_}", {**topical(receiver, f"{EVERY}Group"), "id": id_})
    with pytest.raises(delivery.LeaseLost):
        delivery._Delivery(late, "late", None).run()
    assert receiver.kinds() == ["handshake"]
    background.drain()
    assert status(api, id_) == "active"


# -- who may, and where to -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint",
    ["http://example.org/hook", "ftp://example.org/", "https://10.0.0.1/", "https://[fd00::1]/x",
     "https://169.254.169.254/latest/meta-data", "http://192.168.1.5:8080/", "https://0.0.0.0/",
     "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://user:pass@example.org/",
     "https:///nohost", "https://exa mple.org:x/", "", "https://224.0.0.1/"],
)  # fmt: skip
def test_an_endpoint_that_could_reach_inside_is_refused(endpoint: str) -> None:
    made = classic(Receiver(url=endpoint), "Patient")
    answer = Api().post("/Subscription", made)
    assert answer.status_code in (400, 422), answer.content
    assert answer.json()["issue"][0]["expression"] == ["Subscription.channel.endpoint"]


def test_an_exposed_server_sends_nothing_to_itself(receiver: Receiver, settings: Any) -> None:
    settings.EXPOSED = True
    for url in (receiver.url, "https://localhost/hook", "https://127.0.0.1/hook"):
        refused(Api().post("/Subscription", classic(Receiver(url=url), "Patient")), 422, "security")
    with pytest.raises(endpoints.Undelivered):
        endpoints.send("POST", receiver.url, headers=(), content=b"", content_type="", timeout=1)
    settings.SUBSCRIPTION_HOSTS = ["127.0.0.1"]
    assert Api().post("/Subscription", classic(receiver, "Patient")).status_code == 201


def test_a_name_that_resolves_to_an_inner_address_is_not_reached(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EXPOSED = True
    for address in ("127.0.0.1", "10.1.2.3", "::1", "fe80::1", "169.254.169.254"):
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_, a=address, **__: [(0, 0, 0, "", (a, 443))]
        )
        with pytest.raises(endpoints.Undelivered, match="public"):
            endpoints.send("POST", "https://inner.example/", headers=(), content=b"",
                           content_type="", timeout=1)  # fmt: skip


@pytest.mark.parametrize(
    "header",
    ["no colon", "Host: other", "X: a\r\nY: b", "Content-Length: 5", "Transfer-Encoding: chunked",
     ": empty", "Na me: x"],
)  # fmt: skip
def test_headers_that_would_change_the_request_are_refused(receiver: Receiver, header: str) -> None:
    made = classic(receiver, "Patient", header=[header])
    answer = Api().post("/Subscription", made)
    assert answer.status_code in (400, 422)
    assert "channel.header" in answer.json()["issue"][0]["expression"][0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"criteria": "Nope?x=1"}, "value"),
        ({"criteria": "Patient?nope=1"}, "not-supported"),
        ({"criteria": "Patient?_sort=name"}, "not-supported"),
        ({"criteria": "http://no.example/topic"}, "not-found"),
        ({"criteria": f"{EVERY}Nope"}, "not-found"),
        ({"status": "active"}, "business-rule"),
        ({"status": "error"}, "business-rule"),
        ({"end": "2020-01-01T00:00:00Z"}, "business-rule"),
    ],
)
def test_a_subscription_that_cannot_be_had_is_refused(
    receiver: Receiver, changes: dict[str, Any], code: str
) -> None:
    refused(Api().post("/Subscription", classic(receiver, "Patient") | changes), 422, code)
    email = classic(receiver, "Patient", type="email")
    refused(Api().post("/Subscription", email), 422, "not-supported")
    text = classic(receiver, "Patient", payload="text/plain")
    refused(Api().post("/Subscription", text), 422, "not-supported")
    assert not SubscriptionWatch.objects.exists()


def test_a_client_may_change_what_does_not_matter_while_it_is_active(receiver: Receiver) -> None:
    api = Api()
    id_ = subscribed(api, classic(receiver, "Patient"))
    held = api.get(f"/Subscription/{id_}").json()
    assert api.put(f"/Subscription/{id_}", held | {"reason": "another"}).status_code == 200
    refused(api.put(f"/Subscription/{id_}", held | {"criteria": "Group"}), 422, "business-rule")
    background.drain()
    assert status(api, id_) == "active"


def test_only_who_may_search_a_type_may_subscribe_to_it(receiver: Receiver) -> None:
    few = Api(scopes="system/Subscription.cruds system/Patient.rs system/Observation.s")
    refused(few.post("/Subscription", classic(receiver, "Condition")), 403, "forbidden")
    refused(few.post("/Subscription", classic(receiver, "Observation")), 403, "forbidden")
    refused(few.post("/Subscription", topical(receiver, f"{EVERY}Condition")), 403, "forbidden")
    refused(Api(scopes="system/Patient.rs").post("/Subscription", classic(receiver, "Patient")),
            403, "forbidden")  # fmt: skip
    refused(Api(scopes=None).post("/Subscription", classic(receiver, "Patient")), 401, "login")
    assert few.post("/Subscription", classic(receiver, "Patient")).status_code == 201


def test_another_organisation_is_told_nothing(receiver: Receiver) -> None:
    api, other = Api(), Api("other")
    subscribed(other, topical(receiver, f"{EVERY}Patient", content="full-resource"))
    api.put("/Patient/a", patient(id="a"))
    background.drain()
    assert receiver.kinds() == ["handshake"]
    assert not SubscriptionEvent.objects.exists()


def test_a_subscriber_who_may_only_see_one_patient_is_told_of_that_one(receiver: Receiver) -> None:
    api = Api()
    api.post("", bundle(put(patient(id="p")), put(patient(id="q"))))
    own = Api(scopes="system/Subscription.cruds patient/Observation.rs", patient_id="p")
    subscribed(own, topical(receiver, f"{EVERY}Observation"))
    for each in "pq":
        api.put(f"/Observation/{each}", observation(f"Patient/{each}", id=each))
        api.delete(f"/Observation/{each}")
    background.drain()
    assert sum(len(numbers(each)) for each in receiver.bundles) == 2
    assert not any("Observation/q" in str(each) for each in receiver.bundles)


def test_a_revoked_token_ends_its_subscriptions(receiver: Receiver) -> None:
    api, keeper = Api(), Api()
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient", content="full-resource"))
    keeper.put("/Patient/a", patient(id="a"))
    access.token_revoke(raw_token=api.headers["authorization"].removeprefix("Bearer "))
    background.drain()
    assert receiver.kinds() == ["handshake"]
    assert status(keeper, id_) == "error"


def test_what_may_not_be_read_any_more_is_not_sent(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, classic(receiver, "Patient", payload="application/fhir+json"))
    api.put("/Patient/a", patient(id="a"))
    api.delete("/Patient/a")
    background.drain()
    assert receiver.got == []


def test_nothing_of_the_channel_or_the_patient_is_logged(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="fhir_bridge")
    api = Api()
    receiver.puts = 500
    made = classic(receiver, "Patient", payload="application/fhir+json", header=["X-Key: hush"])
    subscribed(api, made)
    api.put("/Patient/secret", patient(id="secret"))
    due()
    assert "failed" in caplog.text
    assert receiver.got
    for word in ("hush", "secret", "Quill", "/hook"):
        assert word not in caplog.text


# -- $status and $events ---------------------------------------------------------------------------


def test_status_says_where_a_subscription_stands(receiver: Receiver) -> None:
    api = Api()
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient"))
    other = subscribed(api, classic(receiver, "Group"))
    api.put(f"/Subscription/{other}", {**classic(receiver, "Group"), "id": other, "status": "off"})
    api.put("/Patient/a", patient(id="a"))
    background.drain()
    answer = api.get(f"/Subscription/{id_}/$status")
    validate(parse(answer.content))
    assert answer.json()["type"] == "searchset"
    assert part(answer.json(), "status") == "active"
    assert part(answer.json(), "type") == "query-status"
    assert part(answer.json(), "events-since-subscription-start") == "1"
    assert api.get("/Subscription/$status").json()["total"] == 2
    assert api.get("/Subscription/$status?status=off").json()["total"] == 1
    assert api.get(f"/Subscription/$status?id={id_}&id=none").json()["total"] == 1
    refused(api.get("/Subscription/$status?x=1"), 400, "not-supported")
    assert Api("other").get("/Subscription/$status").json()["total"] == 0
    refused(Api("other").get(f"/Subscription/{id_}/$status"), 404, "not-found")
    refused(Api(scopes="system/Patient.rs").get(f"/Subscription/{id_}/$status"), 403, "forbidden")


def test_events_are_given_again_by_number_and_by_the_rights_of_who_asks(receiver: Receiver) -> None:
    api = Api()
    id_ = subscribed(api, topical(receiver, f"{EVERY}Patient"))
    for name in "abc":
        api.put(f"/Patient/{name}", patient(id=name))
    api.delete("/Patient/c")
    background.drain()
    answer = api.get(f"/Subscription/{id_}/$events?eventsSinceNumber=2&eventsUntilNumber=4")
    validate(parse(answer.content))
    assert part(answer.json(), "type") == "query-event"
    assert numbers(answer.json()) == [2, 4]
    full = api.get(f"/Subscription/{id_}/$events?content=full-resource&eventsUntilNumber=1").json()
    assert full["entry"][1]["resource"]["id"] == "a"
    few = Api(scopes="system/Subscription.rs")
    assert numbers(few.get(f"/Subscription/{id_}/$events").json()) == []
    refused(Api("other").get(f"/Subscription/{id_}/$events"), 404, "not-found")
    refused(api.get(f"/Subscription/{id_}/$events?content=all"), 400, "code-invalid")
    refused(api.get(f"/Subscription/{id_}/$events?eventsSinceNumber=x"), 400, "value")


def test_old_events_are_forgotten(receiver: Receiver) -> None:
    api = Api()
    subscribed(api, topical(receiver, f"{EVERY}Patient"))
    api.put("/Patient/a", patient(id="a"))
    background.drain()
    assert SubscriptionEvent.objects.count() == 1
    SubscriptionEvent.objects.update(at=timezone.now() - timedelta(days=8))
    background.reconcile()
    assert not SubscriptionEvent.objects.exists()


def test_the_statement_lists_the_topics() -> None:
    rest = Api(scopes=None).get("/metadata").json()["rest"][0]
    (found,) = [each for each in rest["resource"] if each["type"] == "Subscription"]
    named = {each["valueCanonical"] for each in found["extension"]}
    assert {f"{EVERY}Patient", ADMISSION} <= named


def test_a_write_without_subscriptions_asks_the_database_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(outbox, "TRUST_SECONDS", 60)
    api = Api()
    answer = api.post("/Patient", patient())
    actor = access.actor_for_token(api.headers["authorization"].removeprefix("Bearer "))
    assert answer.status_code == 201
    with django_assert_num_queries(0):
        noted = outbox.before(actor, [])
        outbox.after(actor, [], noted)
    assert time.monotonic() < outbox._known[actor.organization_id][0]


@pytest.mark.parametrize("name", ["timeout", "max_count", "heartbeat_period"])
@pytest.mark.parametrize(
    "value",
    [{"valueString": "soon"}, {"valueInteger": -5}, {"valueDecimal": 1e300},
     {"valueQuantity": {"value": 1}}],
)  # fmt: skip
def test_numbers_that_are_none_are_refused_and_harm_no_reader(
    receiver: Receiver, name: str, value: Any
) -> None:
    api = Api()
    wrong = topical(receiver, f"{EVERY}Patient", **{name: value})
    refused(api.post("/Subscription", wrong), 422, "value", "Subscription.channel.extension")
    api.put("/Subscription/s", {**wrong, "id": "s", "status": "off"})
    assert api.get("/Subscription/$status").status_code == 200
    assert api.get("/Subscription/s/$events").status_code == 200


@pytest.mark.parametrize("end", ["2030-12-31T23:59:60Z", "9999-12-31T23:59:59-14:00"])
def test_an_end_that_no_clock_shows_is_refused(receiver: Receiver, end: str) -> None:
    made = classic(receiver, "Patient") | {"end": end}
    refused(Api().post("/Subscription", made), 422, "value", "Subscription.end")


def test_who_may_only_read_a_subscription_sees_no_header_of_it(receiver: Receiver) -> None:
    api, reader = Api(), Api(scopes="system/Subscription.rs")
    made = classic(receiver, "Patient", header=["Authorization: Bearer opensesame", "X-Key: k9"])
    id_ = subscribed(api, made)
    job = reader.get("/$export?_type=Subscription", prefer="respond-async")["Content-Location"]
    background.drain()
    place = job.partition("/fhir")[2]
    files = reader.get(place).json()["output"]
    paths = [f"/Subscription/{id_}", f"/Subscription/{id_}/_history/1", "/Subscription",
             f"/Subscription/{id_}/_history", "/_history", f"/Subscription?_id={id_}",
             *(each["url"].partition("/fhir")[2] for each in files)]  # fmt: skip
    for path in paths:
        answer = reader.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        assert b"Authorization: ***" in content, path
        assert b"REDACTED" in content, path
        assert b"opensesame" not in content, path
        assert b"k9" not in content, path
    held = api.get(f"/Subscription/{id_}").json()
    assert held["channel"]["header"] == made["channel"]["header"]
    assert reader.get("/Subscription?_content=opensesame").json()["total"] == 0


def test_a_receiver_that_answers_byte_by_byte_holds_no_runner() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                connection.sendall(bytes([byte]))
                time.sleep(0.05)

    thread = threading.Thread(target=drip)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with pytest.raises(endpoints.Undelivered):
        endpoints.send("POST", url, headers=(), content=b"", content_type="", timeout=0.5)
    thread.join()
    listening.close()

"""Exports and imports: asked for, done in the background, fetched; by nobody but who asked."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from fhir_bridge import access, audit, background
from fhir_bridge.bulk import exports, imports, jobs, running
from fhir_bridge.bulk.running import job_run_next
from fhir_bridge.models import AuditEntry, BackgroundJob, JobChunk, Resource
from tests.fhir.record import Api, bundle, observation, patient, put, refused

pytestmark = pytest.mark.django_db
ASYNC = {"prefer": "respond-async"}
NDJSON = "application/fhir+ndjson"


def ward() -> Api:
    """Patients p, q, r with an observation each; a practitioner and a ward of two groups."""
    api = Api()
    author = [{"reference": "Practitioner/d"}]
    answer = api.post("", bundle(
        put({"resourceType": "Organization", "id": "top", "name": "Top"}),
        put({"resourceType": "Organization", "id": "org", "name": "Org",
             "partOf": {"reference": "Organization/top"}}),
        put({"resourceType": "Practitioner", "id": "d", "name": [{"family": "Martin"}]}),
        put({"resourceType": "Practitioner", "id": "idle", "name": [{"family": "Roux"}]}),
        put(patient(id="p", gender="female", managingOrganization={
            "reference": "Organization/org"})),
        put(patient(id="q", gender="male")), put(patient(id="r", gender="female")),
        *(put(observation(f"Patient/{each}", id=f"o-{each}", performer=author, status=status))
          for each, status in (("p", "final"), ("q", "amended"), ("r", "final"))),
        put({"resourceType": "Group", "id": "inner", "type": "person", "actual": True,
             "member": [{"entity": {"reference": "Patient/q"}}]}),
        put({"resourceType": "Group", "id": "g", "type": "person", "actual": True, "member": [
            {"entity": {"reference": "Patient/p"}}, {"entity": {"reference": "Group/inner"}},
            {"entity": {"reference": "Patient/r"}, "inactive": True}]}),
    ))  # fmt: skip
    assert answer.status_code == 200, answer.content
    return api


def path_of(url: str) -> str:
    return url.partition("/fhir")[2]


def asked(api: Api, path: str, **headers: str) -> str:
    """Kick off by GET; the path of the job."""
    answer = api.get(path, **(ASYNC | headers))
    assert answer.status_code == 202, answer.content
    return path_of(answer["Content-Location"])


def manifest(api: Api, job: str) -> Any:
    background.drain()
    answer = api.get(job)
    assert answer.status_code == 200, answer.content
    return answer.json()


def lines(api: Api, url: str, **headers: str) -> list[Any]:
    answer = api.get(path_of(url), **headers)
    assert answer.status_code == 200
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def content(api: Api, told: Any, kind: str = "output") -> dict[str, list[str]]:
    """Ids by type in the files of a manifest, whose counts are checked."""
    found: dict[str, list[str]] = {}
    for each in told[kind]:
        held = lines(api, each["url"])
        assert len(held) == each["count"]
        assert {one["resourceType"] for one in held} == {each["type"]}
        found.setdefault(each["type"], []).extend(one.get("id", "") for one in held)
    return {type_: sorted(ids) for type_, ids in found.items()}


def export(api: Api, path: str, **headers: str) -> dict[str, list[str]]:
    return content(api, manifest(api, asked(api, path, **headers)))


# -- export ----------------------------------------------------------------------------------------


def test_an_export_of_the_system_holds_every_resource_once() -> None:
    api = ward()
    assert export(api, "/$export") == {
        "Organization": ["org", "top"], "Practitioner": ["d", "idle"], "Patient": ["p", "q", "r"],
        "Observation": ["o-p", "o-q", "o-r"], "Group": ["g", "inner"],
    }  # fmt: skip


def test_lines_are_the_resources_as_they_are_read() -> None:
    api = ward()
    told = manifest(api, asked(api, "/$export?_type=Patient"))
    held = {each["id"]: each for each in lines(api, told["output"][0]["url"])}
    assert held["p"] == api.get("/Patient/p").json()


def test_an_export_of_all_patients_has_who_treats_them_and_nobody_else() -> None:
    found = export(ward(), "/Patient/$export")
    assert found["Practitioner"] == ["d"]
    assert found["Organization"] == ["org", "top"]
    assert found["Observation"] == ["o-p", "o-q", "o-r"]


def test_an_export_of_a_group_holds_its_active_members_and_those_of_groups_in_it() -> None:
    found = export(ward(), "/Group/g/$export")
    assert found["Patient"] == ["p", "q"]
    assert found["Observation"] == ["o-p", "o-q"]
    assert found["Practitioner"] == ["d"]


def test_a_posted_export_keeps_to_the_patients_that_it_names() -> None:
    api = ward()
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "_type", "valueString": "Patient,Observation"},
        {"name": "patient", "valueReference": {"reference": "Patient/p"}}]}  # fmt: skip
    for path in ("/Patient/$export", "/Group/g/$export"):
        answer = api.post(path, body, **ASYNC)
        told = manifest(api, path_of(answer["Content-Location"]))
        assert content(api, told) == {"Patient": ["p"], "Observation": ["o-p"]}
        assert "Patient/p" not in told["request"]
    body["parameter"][1]["valueReference"] = {"reference": "Patient/r"}  # type: ignore[index]
    refused(api.post("/Group/g/$export", body, **ASYNC), 400, "not-found")
    refused(api.post("/$export", body, **ASYNC), 400, "not-supported")


def test_filters_of_a_type_are_alternatives_and_leave_other_types_alone() -> None:
    api = ward()
    query = (
        "_type=Patient,Observation&_typeFilter=Patient?_id=p,Patient?gender=male"
        "&_typeFilter=Observation%3Fstatus%3Dfinal%26patient%3DPatient/p"
    )
    found = export(api, f"/$export?{query}")
    assert found == {"Patient": ["p", "q"], "Observation": ["o-p"]}
    assert export(api, "/$export?_type=Patient,Group&_typeFilter=Patient?gender=male") == {
        "Patient": ["q"], "Group": ["g", "inner"]}  # fmt: skip


def test_elements_leave_what_is_mandatory_and_say_so() -> None:
    api = ward()
    told = manifest(api, asked(api, "/$export?_type=Patient,Observation&_elements=Patient.gender"))
    files = {each["type"]: lines(api, each["url"]) for each in told["output"]}
    for each in files["Patient"]:
        assert set(each) == {"resourceType", "id", "meta", "gender"}
        assert each["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert all("subject" in each for each in files["Observation"])


def test_since_gives_what_changed_and_what_was_deleted() -> None:
    api = ward()
    first = manifest(api, asked(api, "/$export"))
    api.put("/Patient/q", patient(id="q", gender="other"))
    api.delete("/Observation/o-p")
    told = manifest(api, asked(api, f"/$export?_since={first['transactionTime']}"))
    assert content(api, told) == {"Patient": ["q"]}
    entries = [each["request"] for line in lines(api, told["deleted"][0]["url"])
               for each in line["entry"]]  # fmt: skip
    assert entries == [{"method": "DELETE", "url": "Observation/o-p"}]
    assert "deleted" not in first
    group = manifest(api, asked(api, f"/Group/g/$export?_since={first['transactionTime']}"))
    assert content(api, group) == {"Patient": ["q"]}


def test_files_hold_the_record_as_it_was_when_it_was_asked_for() -> None:
    api = ward()
    job = asked(api, "/$export?_type=Patient")
    BackgroundJob.objects.update(asked_at=timezone.now())
    api.put("/Patient/p", patient(id="p", gender="unknown"))
    api.delete("/Patient/q")
    api.put("/Patient/new", patient(id="new"))
    later = timezone.now() + timedelta(seconds=5)
    Resource.objects.filter(type="Patient", fhir_id__in=["p", "q", "new"]).update(
        last_updated=later
    )
    told = manifest(api, job)
    held = {each["id"]: each for each in lines(api, told["output"][0]["url"])}
    assert sorted(held) == ["p", "q", "r"]
    assert held["p"]["gender"] == "female"
    assert held["p"]["meta"]["versionId"] == "1"


def test_an_export_waits_for_writes_that_began_before_it(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BULK_SETTLE_SECONDS = 5.0
    api = ward()
    job = asked(api, "/$export?_type=Patient")
    waited: list[float] = []

    def commit(seconds: float) -> None:
        waited.append(seconds)
        api.put("/Patient/late", patient(id="late"))
        moment = BackgroundJob.objects.get().asked_at - timedelta(milliseconds=1)
        Resource.objects.filter(fhir_id="late").update(last_updated=moment)

    monkeypatch.setattr(time, "sleep", commit)
    assert "late" in content(api, manifest(api, job))["Patient"]
    assert len(waited) == 1
    assert 0 < waited[0] <= 5


@pytest.mark.django_db(transaction=True)
def test_an_export_waits_for_a_transaction_that_writes_and_no_other() -> None:
    job = BackgroundJob(asked_at=timezone.now() - timedelta(hours=1))
    assert not running._older_writer(job)
    if connection.vendor != "postgresql":
        return
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1")
            later = BackgroundJob(asked_at=timezone.now() + timedelta(hours=1))
            assert not running._older_writer(later)
            cursor.execute("SELECT pg_current_xact_id()")
            assert running._older_writer(later)
            assert not running._older_writer(job)
            cursor.execute("COMMIT")
            assert not running._older_writer(later)
    finally:
        other.close()


def test_large_types_come_in_several_pieces_and_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 2)
    monkeypatch.setattr(exports, "LINES_A_FILE", 2)
    api = ward()
    told = manifest(api, asked(api, "/$export?_type=Patient"))
    assert [each["count"] for each in told["output"]] == [2, 1]
    assert content(api, told) == {"Patient": ["p", "q", "r"]}
    assert JobChunk.objects.filter(file__startswith="output/").count() == 2
    assert export(api, "/Patient/$export")["Organization"] == ["org", "top"]
    monkeypatch.setattr(exports, "_PAGE_BYTES", 1)
    assert export(api, "/$export?_type=Observation") == {"Observation": ["o-p", "o-q", "o-r"]}


def test_the_status_tells_of_progress_then_of_files_that_expire() -> None:
    api = ward()
    job = asked(api, "/$export?_type=Patient")
    waiting = api.get(job)
    assert waiting.status_code == 202
    assert waiting["X-Progress"]
    assert int(waiting["Retry-After"]) > 0
    told = manifest(api, job)
    assert told["requiresAccessToken"] is True
    assert told["error"] == []
    assert told["request"].endswith("/fhir/$export?_type=Patient")
    done = api.get(job)
    assert done["Content-Type"] == "application/json"
    expires = datetime.strptime(done["Expires"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert timedelta(hours=23) < expires - timezone.now() < timedelta(hours=25)
    file = path_of(told["output"][0]["url"])
    assert api.get(file, accept=NDJSON)["Content-Type"] == NDJSON
    assert api.get(file, accept_encoding="gzip")["Content-Encoding"] == "gzip"
    head = api.call("HEAD", file)
    assert (head.status_code, head.content) == (200, b"")
    BackgroundJob.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(api.get(job), 404, "not-found")
    refused(api.get(file), 404, "not-found")
    background.reconcile()
    assert not JobChunk.objects.exists()
    assert not BackgroundJob.objects.exists()


def test_a_cancelled_job_is_gone_with_its_files() -> None:
    api = ward()
    job = asked(api, "/$export")
    assert api.delete(job).status_code == 202
    refused(api.get(job), 404, "not-found")
    refused(api.delete(job), 404, "not-found")
    background.drain()
    assert not JobChunk.objects.exists()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/$export?_type=Nope", 400, "value"),
        ("/Patient/$export?_type=Location,Slot", 400, "not-supported"),
        ("/$export?_since=yesterday", 400, "value"),
        ("/$export?_outputFormat=csv", 400, "not-supported"),
        ("/$export?_colour=red", 400, "not-supported"),
        ("/$export?patient=Patient/p", 400, "not-supported"),
        ("/$export?_elements=a-b", 400, "value"),
        ("/$export?_typeFilter=Observation", 400, "value"),
        ("/$export?_type=Patient&_typeFilter=Observation?code=1", 400, "value"),
        ("/$export?_typeFilter=Observation?_sort=date", 400, "not-supported"),
        ("/$export?_typeFilter=Observation?nope=1", 400, "not-supported"),
        ("/$export?_typeFilter=Observation?date=x", 400, ""),
        ("/Group/nobody/$export", 404, "not-found"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_at_once(path: str, status: int, code: str) -> None:
    refused(ward().get(path, **ASYNC), status, code)


def test_a_lenient_request_may_hold_what_is_not_known() -> None:
    api = ward()
    headers = {"prefer": "respond-async, handling=lenient"}
    assert export(api, "/$export?_type=Group&_colour=red", **headers) == {"Group": ["g", "inner"]}
    audit.flush()
    entry = AuditEntry.objects.get(action="export", detail__has_key="parameters")
    assert entry.detail["parameters"] == ["_type"], "what is not known may name a patient"


def test_an_export_has_a_hundred_filters_at_most() -> None:
    many = ",".join(["Patient?active=true"] * 101)
    refused(ward().get(f"/$export?_typeFilter={many}", **ASYNC), 400, "too-costly")


def test_an_answer_at_once_is_not_offered() -> None:
    refused(ward().get("/$export"), 400, "required")


def test_a_client_has_ten_jobs_at_most() -> None:
    api = ward()
    for _ in range(jobs.OPEN_JOBS_MAX):
        asked(api, "/$export?_type=Group")
    refused(api.get("/$export", **ASYNC), 429, "throttled")


# -- who sees what ---------------------------------------------------------------------------------


def test_a_job_exists_for_its_own_token_only() -> None:
    api = ward()
    job = asked(api, "/$export?_type=Patient")
    told = manifest(api, job)
    for outsider in (Api("other"), Api()):
        refused(outsider.get(job), 404, "not-found")
        refused(outsider.delete(job), 404, "not-found")
        refused(outsider.get(path_of(told["output"][0]["url"])), 404, "not-found")
    refused(Api(scopes=None).get(job), 401, "login")
    refused(Api(scopes=None).get(path_of(told["output"][0]["url"])), 401, "login")
    refused(Api(scopes=None).get("/$export", **ASYNC), 401, "login")


def test_an_export_holds_what_a_search_would_show() -> None:
    ward()
    assert export(Api("other"), "/$export") == {}
    some = Api(scopes="system/Patient.rs system/Observation.r system/Group.s")
    assert export(some, "/$export") == {"Patient": ["p", "q", "r"]}
    refused(some.get("/$export?_type=Observation", **ASYNC), 403, "forbidden")
    refused(some.get("/Group/g/$export", **ASYNC), 403, "forbidden")
    refused(Api(scopes="system/Patient.c").get("/$export", **ASYNC), 403, "forbidden")
    own = Api(scopes="patient/*.rs", patient_id="p")
    assert export(own, "/$export") == {"Patient": ["p"], "Observation": ["o-p"], "Group": ["g"]}
    refused(own.get("/Group/inner/$export", **ASYNC), 404, "not-found")


def test_a_version_of_before_does_not_show_another_patients_record() -> None:
    api = ward()
    own = Api(scopes="patient/*.rs", patient_id="p")
    job = asked(own, "/$export?_type=Observation")
    group = asked(api, "/Group/inner/$export?_type=Observation")
    api.put("/Observation/o-r", observation("Patient/p", id="o-r"))
    api.put("/Observation/o-p", observation("Patient/q", id="o-p"))
    Resource.objects.filter(fhir_id__in=["o-r", "o-p"]).update(
        last_updated=timezone.now() + timedelta(seconds=5)
    )
    assert content(own, manifest(own, job)) == {}
    assert content(api, manifest(api, group)) == {"Observation": ["o-q"]}


def test_a_token_that_is_revoked_meanwhile_gets_nothing() -> None:
    api = ward()
    asked(api, "/$export")
    access.token_revoke(raw_token=api.headers["authorization"].removeprefix("Bearer "))
    background.drain()
    job = BackgroundJob.objects.get()
    assert job.state == jobs.State.FAILED
    assert not JobChunk.objects.filter(file__startswith="output/").exists()


# -- broken off ------------------------------------------------------------------------------------


class Killed(BaseException):
    """What ends a process without a word, for a test."""


@contextmanager
def killed_after(steps: int) -> Iterator[None]:
    """Within it, a runner dies before its nth step is stored."""
    store, left = jobs.step_store, [steps]

    def dying(*args: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        store(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(jobs, "step_store", dying)
        yield


def expire() -> None:
    BackgroundJob.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("steps", [0, 1, 3, 6])
def test_an_export_goes_on_where_a_killed_runner_stopped(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = ward()
    monkeypatch.setattr(exports, "_PAGE", 1)
    job = asked(api, "/$export?_type=Group,Patient,Observation")
    with killed_after(steps), pytest.raises(Killed):
        job_run_next()
    assert api.get(job).status_code == 202
    assert not job_run_next(), "it is the dead runner's until its lease ends"
    expire()
    assert content(api, manifest(api, job)) == {
        "Group": ["g", "inner"], "Patient": ["p", "q", "r"], "Observation": ["o-p", "o-q", "o-r"]
    }  # fmt: skip


def test_a_late_twin_writes_nothing() -> None:
    api = ward()
    asked(api, "/$export?_type=Patient")
    late = jobs.job_claim_next("late")
    assert late is not None
    expire()
    background.reconcile()
    assert jobs.job_claim_next("next") is not None
    with pytest.raises(jobs.LeaseLost):
        jobs.step_store(late, "late", exports.export_step(late, access_of(api)))
    assert not JobChunk.objects.filter(file__startswith="output/").exists()


def access_of(api: Api) -> access.Actor:
    return access.actor_for_token(api.headers["authorization"].removeprefix("Bearer "))


def test_a_job_that_breaks_off_again_and_again_fails_visibly() -> None:
    api = ward()
    job = asked(api, "/$export")
    for _ in range(jobs.ATTEMPTS_MAX):
        assert jobs.job_claim_next("dead") is not None
        expire()
        background.reconcile()
    refused(api.get(job), 500, "processing")


# -- import ----------------------------------------------------------------------------------------


def ndjson(*resources: Any) -> bytes:
    return b"\n".join(
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in resources
    )


def imported(api: Api, body: Any, content_type: str = NDJSON) -> Any:
    answer = api.call("POST", "/$import", body, content_type=content_type, **ASYNC)
    assert answer.status_code == 202, answer.content
    return manifest(api, path_of(answer["Content-Location"]))


def told_counts(told: Any) -> dict[str, int]:
    return {each["type"]: each["count"] for each in told["output"]}


def test_lines_are_written_under_their_ids_and_found() -> None:
    api = Api()
    body = ndjson(patient(id="i1", gender="male"), b"", observation("Patient/i1", id="io"))
    told = imported(api, body)
    assert told_counts(told) == {"Observation": 1, "Patient": 1}
    assert told["error"] == []
    assert api.get("/Patient?gender=male").json()["total"] == 1
    assert api.get("/Observation?patient=i1").json()["total"] == 1
    imported(api, body)
    assert api.get("/Patient").json()["total"] == 1


def test_each_refused_line_is_an_outcome_that_names_it_and_the_others_go_in() -> None:
    api = Api()
    told = imported(api, ndjson(
        patient(id="a"), b"{not json", patient(id="b", gender="x"), patient(),
        {"resourceType": "Nope", "id": "n"}, b"[]", patient(id="c"),
        observation("Claim/1", id="o"),
    ))  # fmt: skip
    assert told_counts(told) == {"Patient": 2}
    held = [each["issue"][0] for each in lines(api, told["error"][0]["url"])]
    places = [each["diagnostics"].partition(":")[0] for each in held]
    assert places == [f"input 1, line {number}" for number in (2, 3, 4, 5, 6, 8)]
    assert held[1]["expression"] == ["Patient.gender"]
    assert api.get("/Patient/a").status_code == 200
    assert api.get("/Patient/c").status_code == 200


def test_the_later_of_two_lines_about_the_same_resource_wins() -> None:
    api = Api()
    imported(api, ndjson(patient(id="t", gender="male"), patient(id="t", gender="female")))
    answer = api.get("/Patient/t")
    assert answer.json()["gender"] == "female"
    assert answer["ETag"] == 'W/"2"'


def manifest_of(*inputs: tuple[str, str]) -> dict[str, Any]:
    listed = [
        {"name": "input", "part": [{"name": "type", "valueCode": type_},
                                   {"name": "url", "valueUrl": url}]}
        for type_, url in inputs
    ]  # fmt: skip
    return {"resourceType": "Parameters", "parameter": [
        {"name": "inputFormat", "valueCode": NDJSON}, *listed]}  # fmt: skip


def test_a_manifest_names_inputs_that_come_with_it() -> None:
    api = Api()
    first = "data:application/fhir+ndjson;base64," + base64.b64encode(
        ndjson(patient(id="m1"), observation("Patient/m1", id="mo"))
    ).decode()  # fmt: skip
    second = "data:application/fhir+ndjson," + '{"resourceType":"Group","id":"mg","type":"person",'
    told = imported(
        api,
        manifest_of(("Patient", first), ("Group", second + '"actual":true}')),
        content_type="application/fhir+json",
    )
    assert told_counts(told) == {"Group": 1, "Patient": 1}
    held = lines(api, told["error"][0]["url"])
    assert held[0]["issue"][0]["diagnostics"].startswith("input 1, line 2: ")


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "https://intranet.example/x.ndjson", "file:///etc/passwd",
     "ftp://files.example/x", "//files.example/x", "data:nothing", "data:;base64,%%%",
     "https://["],
)  # fmt: skip
def test_no_address_is_fetched_that_the_operator_does_not_allow(url: str) -> None:
    api = Api()
    refused(api.post("/$import", manifest_of(("Patient", url)), **ASYNC), 400)
    assert not BackgroundJob.objects.exists()


def test_an_input_that_cannot_be_fetched_fails_the_job_and_says_so(settings: Any) -> None:
    settings.IMPORT_HOSTS = ["127.0.0.1"]
    api = Api()
    url = "https://127.0.0.1:9/x.ndjson"
    answer = api.post("/$import", manifest_of(("Patient", url)), **ASYNC)
    job = path_of(answer["Content-Location"])
    for _ in range(jobs.ATTEMPTS_MAX):
        background.drain()
        assert api.get(job).status_code in (202, 500)
        BackgroundJob.objects.update(not_before=None)
    refused(api.get(job), 500, "processing")
    settings.IMPORT_HOSTS = []
    refused(api.post("/$import", manifest_of(("Patient", url)), **ASYNC), 400, "forbidden")


def test_an_import_writes_no_more_than_its_client_may() -> None:
    ward()
    refused(Api(scopes="system/*.rs").post("/$import", b"{}", content_type=NDJSON, **ASYNC), 403)
    refused(Api(scopes=None).post("/$import", b"{}", content_type=NDJSON, **ASYNC), 401)
    few = Api(scopes="system/Patient.cu")
    told = imported(few, ndjson(patient(id="p", gender="other"), observation("Patient/p", id="x")))
    assert told_counts(told) == {"Patient": 1}
    assert "forbidden" in str(lines(few, told["error"][0]["url"]))
    other = Api("other")
    imported(other, ndjson(patient(id="p", gender="unknown")))
    assert Api().get("/Patient/p").json()["gender"] == "other"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"", NDJSON), (b"\n\n", NDJSON), (b"{}", "text/csv"),
     (b'{"resourceType":"Parameters"}', "application/fhir+json"),
     (b'{"resourceType":"Patient"}', "application/fhir+json")],
)  # fmt: skip
def test_a_request_without_inputs_is_refused(body: bytes, content_type: str) -> None:
    answer = Api().call("POST", "/$import", body, content_type=content_type, **ASYNC)
    assert answer.status_code in (400, 415)
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_import_that_is_broken_off_writes_each_line_once(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "LINES_AT_ONCE", 2)
    api = Api()
    body = ndjson(*(patient(id=f"k{number}") for number in range(5)), b"broken")
    answer = api.call("POST", "/$import", body, content_type=NDJSON, **ASYNC)
    with killed_after(steps), pytest.raises(Killed):
        job_run_next()
    expire()
    told = manifest(api, path_of(answer["Content-Location"]))
    assert told_counts(told) == {"Patient": 5}
    assert len(lines(api, told["error"][0]["url"])) == 1
    for number in range(5):
        assert api.get(f"/Patient/k{number}")["ETag"] == 'W/"1"'


def test_a_batch_holds_no_files() -> None:
    api = ward()
    answer = api.post("", bundle({"request": {"method": "GET", "url": "$export"}}, type="batch"))
    assert answer.json()["entry"][0]["response"]["status"].startswith("400")
    job = asked(api, "/$export?_type=Patient")
    told = manifest(api, job)
    url = path_of(told["output"][0]["url"]).lstrip("/")
    answer = api.post("", bundle({"request": {"method": "GET", "url": url}}, type="batch"))
    assert answer.json()["entry"][0]["response"]["status"].startswith("400")

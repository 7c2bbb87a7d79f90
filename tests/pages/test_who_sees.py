"""Who may open which page: the physician, and nobody else anything of a patient."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ehr.models import CodeSuggestion, Evidence, Note, NoteSentence
from tests.ehr.world import World

SECRETS = (b"Zimmermann", b"MRN-4711", b"Penicillin", b"chest pain", b"Chest pain")


def pages(world: World, note: Note) -> list[tuple[str, str]]:
    """Every clinical page and action about the note's patient: (method, path)."""
    sentence = NoteSentence.objects.filter(section__note=note).first()
    suggestion = CodeSuggestion.objects.filter(note=note).first()
    assert sentence is not None
    assert suggestion is not None
    record = Evidence.objects.exclude(resource_type="").get(sentence__section__note=note)
    numbers = {"note_id": note.pk}
    return [
        ("get", reverse("ehr:source", args=[record.pk])),
        ("get", reverse("ehr:chart", kwargs={"patient_id": world.patient_id})),
        ("post", reverse("ehr:visit-plan", kwargs={"patient_id": world.patient_id})),
        ("get", reverse("ehr:visit", kwargs={"visit_id": note.visit_id})),
        ("get", reverse("ehr:visit-before", kwargs={"visit_id": note.visit_id})),
        ("post", reverse("ehr:visit-words", kwargs={"visit_id": note.visit_id})),
        ("get", reverse("ehr:draft-progress", kwargs={"draft_id": note.draft_id})),
        ("post", reverse("ehr:draft-retry", kwargs={"draft_id": note.draft_id})),
        ("post", reverse("ehr:sentence", args=[sentence.pk, "accept"])),
        ("post", reverse("ehr:flag", args=[sentence.pk, 0])),
        ("post", reverse("ehr:section-accept", args=[sentence.section_id])),
        ("post", reverse("ehr:sentence-add", kwargs=numbers)),
        ("post", reverse("ehr:code", args=[suggestion.pk, "accept"])),
        ("post", reverse("ehr:code-add", kwargs=numbers)),
        ("post", reverse("ehr:code-search", kwargs=numbers)),
        ("get", reverse("ehr:sign", kwargs=numbers)),
        ("post", reverse("ehr:sign", kwargs=numbers)),
        ("post", reverse("ehr:amend", kwargs=numbers)),
        ("get", reverse("ehr:versions", kwargs=numbers)),
        ("get", reverse("ehr:version", kwargs=numbers | {"number": 1})),
    ]


BODY = {
    "expected_version": "1",
    "text": "Doctor: Hello.",
    "q": "pain",
    "code": "I10",
    "reason": "A reason",
    "scheduled_at": "2026-05-04T09:30",
    "specialty": "primary-care",
    "language": "en",
}


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("biller", 403), ("nobody", 403), ("anonymous", 302)]
)
@pytest.mark.parametrize("htmx", [False, True])
def test_nobody_else_gets_anything_of_the_patient(
    who: str,
    status: int,
    htmx: bool,
    world: World,
    note: Note,
    client_of: Callable[[str], Client],
) -> None:
    client = client_of(who)
    section = note.sections.first()
    assert section is not None
    for method, path in pages(world, note):
        if who == "outsider" and path.startswith("/patients/"):
            continue  # an id of theirs as well: the next test asks for one that is only ours
        body = BODY | {"section": str(section.pk)}
        headers = {"HX-Request": "true"} if htmx else {}
        response = getattr(client, method)(path, body, headers=headers)
        expected = 401 if who == "anonymous" and htmx else status
        assert response.status_code == expected, (method, path, response.content[:200])
        for secret in SECRETS:
            assert secret not in response.content, (path, secret)
    note.refresh_from_db()
    assert note.version == 1


def test_a_chart_of_another_organisation_does_not_exist(world: World, owner: Client) -> None:
    path = reverse("ehr:chart", kwargs={"patient_id": world.other_patient_id})
    response = owner.get(path)
    assert response.status_code == 404
    assert b"Zimmermann" not in response.content
    plan = reverse("ehr:visit-plan", kwargs={"patient_id": world.other_patient_id})
    assert owner.post(plan, BODY).status_code == 404


def test_the_outsiders_worklist_and_search_are_empty(
    world: World, note: Note, client_of: Callable[[str], Client]
) -> None:
    client = client_of("outsider")
    day = note.visit.scheduled_at.date()
    listed = client.get(reverse("ehr:worklist-day", kwargs={"day": day}))
    found = client.post(reverse("ehr:patients"), {"q": "MRN-4711"})
    assert listed.status_code == found.status_code == 200
    assert b"Chest pain" not in listed.content
    assert b"patient-1" not in listed.content


def test_a_name_is_never_part_of_an_address(owner: Client) -> None:
    page = owner.get(reverse("ehr:patients") + "?q=Zimmermann")
    assert b"Ada" not in page.content  # a search is sent by POST only
    found = owner.post(reverse("ehr:patients"), {"q": "Zimm"})
    assert b"Zimmermann" in found.content
    assert b'method="post"' in found.content


@pytest.mark.django_db
def test_health_says_nothing_but_ok() -> None:
    response = Client().get("/healthz")
    assert response.json() == {"status": "ok"}


def test_the_start_page_leads_each_role_to_its_own(client_of: Callable[[str], Client]) -> None:
    assert client_of("owner").get("/")["Location"] == "/worklist"
    assert client_of("biller").get("/")["Location"].startswith("/billing")
    assert client_of("nobody").get("/").status_code == 403
    assert client_of("anonymous").get("/")["Location"].startswith("/sign-in")


def test_signing_in_and_out(world: World) -> None:
    client = Client()
    wrong = client.post("/sign-in", {"username": "owner", "password": "wrong"})
    assert wrong.status_code == 200
    assert b"do not match" in wrong.content
    right = client.post("/sign-in?next=/worklist", {"username": "owner", "password": "pw"})
    assert right.status_code == 302
    assert client.get("/worklist").status_code == 200
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/worklist").status_code == 302


def test_pages_keep_the_strict_content_policy(note: Note, owner: Client) -> None:
    page = owner.get(reverse("ehr:visit", kwargs={"visit_id": note.visit_id}))
    text = page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert "hx-on" not in text
    for part in text.split("<script")[1:]:
        assert " src=" in part.split(">")[0]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_error_pages_say_what_to_do_next(status: int, owner: Client, note: Note) -> None:
    path, method = {
        400: (reverse("ehr:sentence", args=[1, "accept"]), "post"),
        403: ("/worklist", "get"),
        404: ("/visits/999999", "get"),
    }[status]
    client = owner
    if status == 403:
        client = Client(enforce_csrf_checks=True)
        path, method = "/sign-in", "post"
    response = getattr(client, method)(path)
    assert response.status_code in (status, 422)
    assert b"Go to the start page" in response.content

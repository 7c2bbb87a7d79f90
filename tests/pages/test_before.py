"""Before a visit: the record in half a minute, and a document chosen where the words are given."""

from django.test import Client
from django.urls import reverse

from ehr.models import Draft
from fhir_bridge import access, store
from tests.ehr.world import WORDS, World, visit_make


def test_the_page_sums_up_the_record_and_names_its_sources(world: World, owner: Client) -> None:
    visit = visit_make(world)
    page = owner.get(reverse("ehr:visit", kwargs={"visit_id": visit.pk})).content.decode()
    path = reverse("ehr:visit-before", kwargs={"visit_id": visit.pk})
    assert path in page
    shown = owner.get(path).content.decode()
    assert "Allergies" in shown
    assert "Penicillin" in shown
    assert '<span class="when">Allergy</span>' in shown
    assert "AllergyIntolerance" not in shown


def test_a_patient_who_is_no_longer_in_the_record_is_not_found(world: World, owner: Client) -> None:
    visit = visit_make(world)
    store.delete(access.loader_actor(visit.organization_id), "Patient", visit.patient_id)
    answer = owner.get(reverse("ehr:visit-before", kwargs={"visit_id": visit.pk}))
    assert answer.status_code == 404


def test_it_is_in_the_readers_language(world: World, owner: Client) -> None:
    visit = visit_make(world)
    owner.cookies["django_language"] = "fr"
    shown = owner.get(reverse("ehr:visit-before", kwargs={"visit_id": visit.pk})).content.decode()
    assert "Avant la consultation" in shown
    assert "après le seul dossier" in shown


def test_a_document_is_chosen_with_the_words(world: World, owner: Client) -> None:
    visit = visit_make(world)
    path = reverse("ehr:visit-words", kwargs={"visit_id": visit.pk})
    assert owner.post(path, {"text": WORDS, "template": "referral-letter"}).status_code == 302
    assert Draft.objects.get(visit=visit).template == "referral-letter"


def test_no_document_of_that_name_is_refused_and_the_words_are_kept(
    world: World, owner: Client
) -> None:
    visit = visit_make(world)
    path = reverse("ehr:visit-words", kwargs={"visit_id": visit.pk})
    response = owner.post(path, {"text": "Doctor: Hello there.", "template": "sonnet"})
    assert response.status_code == 422
    assert b"Hello there." in response.content
    assert not Draft.objects.filter(visit=visit).exists()

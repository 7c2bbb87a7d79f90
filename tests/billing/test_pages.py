import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import BillingItem, ExportBatch
from billing.services.items import billing_items_ensure
from billing.urls import urlpatterns
from ehr.models import CodingQuery, SignedNote
from tests.billing.conftest import sign_visit
from tests.billing.practice import NPI, practice_make
from tests.ehr.world import WORDS, World

SECRETS = ("Zimmermann", "MRN-4711", "R07.9", "chest pain", "PSH01", "Cedar Hill", NPI)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def item(world: World, signed: SignedNote) -> BillingItem:
    billing_items_ensure(user=world.biller)
    return BillingItem.objects.get()


def test_every_route_declares_that_it_is_for_billers() -> None:
    assert all(getattr(route.callback, "policy", ()) == ("biller",) for route in urlpatterns)


def test_the_way_from_the_queue_to_the_file(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    page = client.get(reverse("billing:queue")).content.decode()
    assert "Ada Zimmermann" in page
    assert f'value="{item.pk}"' in page

    confirm = client.post(reverse("billing:confirm"), {"item": [item.pk]}).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', confirm)
    assert key
    assert not ExportBatch.objects.exists()

    sent = {"item": [item.pk], "request_key": key[1]}
    first = client.post(reverse("billing:exports"), sent)
    again = client.post(reverse("billing:exports"), sent)
    batch = ExportBatch.objects.get()
    assert first["Location"] == again["Location"] == reverse("billing:export", args=[batch.pk])

    file = client.get(reverse("billing:download", args=[batch.pk]))
    assert file.content == bytes(batch.files.get().content)
    assert file["Content-Disposition"].startswith("attachment")
    assert client.get(first["Location"]).status_code == 200
    assert batch.files.get().sha256[:32] in client.get(first["Location"]).content.decode()
    assert str(batch.pk) in client.get(reverse("billing:exports")).content.decode()


def test_a_question_is_asked_and_withdrawn_on_the_page(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    url = reverse("billing:item", args=[item.pk])
    client.post(reverse("billing:ask", args=[item.pk]), {"text": "Which side?"})
    page = client.get(url).content.decode()
    assert "Which side?" in page
    client.post(reverse("billing:withdraw", args=[item.pk]), {"text": "Asked by mistake"})
    assert "Asked by mistake" in client.get(url).content.decode()
    empty = client.post(reverse("billing:ask", args=[item.pk]), {"text": " "})
    assert empty.status_code == 422
    paid = client.post(reverse("billing:ask", args=[item.pk]), {"text": "Will the payer pay?"})
    assert paid.status_code == 422
    client.post(reverse("billing:ask", args=[item.pk]), {"code": "R07.9"})
    item.refresh_from_db()
    assert item.state == "needs-query"


def test_no_page_shows_the_notes_words(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    said = [line.split(": ", 1)[1] for line in WORDS.strip().splitlines()]
    for url in (
        reverse("billing:queue"),
        reverse("billing:item", args=[item.pk]),
    ):
        page = client.get(url).content.decode()
        assert not any(words in page for words in said)


def test_a_diagnosis_shows_its_hcc_category_where_it_has_one(
    world: World, item: BillingItem
) -> None:
    client = signed_in(world.biller)
    url = reverse("billing:item", args=[item.pk])
    assert "HCC" not in client.get(url).content.decode()
    codes = [{**code, "code": "E11.22"} for code in item.signed_note.codes[:1]]
    SignedNote.objects.filter(pk=item.signed_note_id).update(codes=codes)
    assert "HCC 37 (V28)" in client.get(url).content.decode()


def test_the_pages_speak_french(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    page = client.get(reverse("billing:queue"), headers={"Accept-Language": "fr"})
    assert 'lang="fr"' in page.content.decode()


def test_strange_filters_and_choices_are_answered(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    url = reverse("billing:queue")
    assert client.get(url, {"state": "odd", "since": "yesterday"}).status_code == 200
    assert client.get(url, {"state": "all"}).status_code == 200
    for chosen in ([], ["x"], ["-1"], ["9" * 30]):
        assert client.post(reverse("billing:confirm"), {"item": chosen}).status_code == 422
    lost = client.post(reverse("billing:exports"), {"item": ["999999"]})
    assert lost.status_code == 404
    assert not ExportBatch.objects.exists()


def test_htmx_gets_the_list_alone(world: World, item: BillingItem) -> None:
    page = signed_in(world.biller).get(reverse("billing:queue"), headers={"HX-Request": "true"})
    assert page.content.decode().lstrip().startswith("<section")


@pytest.mark.parametrize("who", ["owner", "outsider", "nobody", "other_biller", "anonymous"])
def test_outsiders_learn_nothing_from_any_page(
    world: World, item: BillingItem, other_biller: Any, who: str
) -> None:
    sign_visit(world)
    made = signed_in(world.biller).post(reverse("billing:exports"), {"item": [item.pk]})
    batch = ExportBatch.objects.get()
    assert made.status_code == 302
    made_practice = practice_make(world)
    user = other_biller if who == "other_biller" else getattr(world, who, None)
    client = signed_in(user) if user else Client()
    for route in urlpatterns:
        names = route.pattern.converters
        args = {
            "item_id": item.pk,
            "batch_id": batch.pk,
            "kind": "csv",
            "payer_id": made_practice.payer.pk,
            "provider_id": made_practice.provider.pk,
            "clinician_id": world.owner.pk,
            "fee_id": made_practice.fee.pk,
            "facility_id": made_practice.facility.pk,
        }
        url = reverse(f"billing:{route.name}", kwargs={name: args[name] for name in names})
        for answer in (client.get(url), client.post(url, {"item": [item.pk], "text": "x"})):
            page = answer.content.decode()
            assert not any(secret in page for secret in SECRETS), url
            if names:
                assert answer.status_code in (302, 403, 404, 405), url
    assert ExportBatch.objects.count() == 1
    assert CodingQuery.objects.count() == 0


def test_a_name_that_is_searched_stays_out_of_addresses(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    page = client.post(reverse("billing:search"), {"q": "zimmermann", "state": "all"})
    text = page.content.decode()
    assert f"item-{item.pk}" in text
    assert not re.search(r'(href|action|hx-\w+)="[^"]*zimmermann', text, re.IGNORECASE)


def test_services_are_typed_saved_and_refused_on_the_page(world: World, item: BillingItem) -> None:
    practice_make(world)
    client = signed_in(world.biller)
    url = reverse("billing:lines", args=[item.pk])

    def line(**values: str) -> dict[str, str]:
        row = {"code": "99213", "modifiers": "25", "pointers": "ab", "units": "1", **values}
        return {
            "line-TOTAL_FORMS": "2",
            "line-INITIAL_FORMS": "0",
            **{f"line-0-{name}": value for name, value in row.items()},
        }

    assert client.post(url, line()).status_code == 302
    saved = item.service_lines.get()
    assert (saved.modifiers, saved.pointers, str(saved.charge)) == (["25"], [1, 2], "125.00")
    for wrong in (
        {"code": "9921"},
        {"modifiers": "25 25"},
        {"modifiers": "2"},
        {"pointers": "Z"},
        {"pointers": "ABCDE"},
        {"units": "0"},
        {"charge": "-1"},
        {"charge": "1.005"},
        {"place_of_service": "98"},
        {"code": "", "charge": "5"},
    ):
        answer = client.post(url, line(**wrong))
        assert answer.status_code == 422, wrong
    assert item.service_lines.get() == saved
    assert client.post(url, {"line-TOTAL_FORMS": "x"}).status_code == 422


def test_the_level_that_was_signed_is_filled_in_and_saved_by_a_person(
    world: World, item: BillingItem
) -> None:
    practice_make(world)
    client = signed_in(world.biller)
    url = reverse("billing:item", args=[item.pk])
    assert "picked level" not in client.get(url).content.decode()
    signed = item.signed_note
    SignedNote.objects.filter(pk=signed.pk).update(content={**signed.content, "em_code": "99214"})
    page = client.get(url).content.decode()
    assert "The physician picked level 99214" in page
    assert 'value="99214"' in page
    assert not item.service_lines.exists()

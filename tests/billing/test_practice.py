"""The practice's own data: who may enter it, what it must be, and what is audited."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import BillingProvider, Fee, Payer, RenderingProvider, Submitter
from billing.services import practice as service
from ehr.exceptions import NotAllowed, NotFound
from ehr.models import SignedNote
from fhir_bridge import store
from fhir_bridge.access import loader_actor
from fhir_bridge.models import AuditEntry
from tests.billing.practice import (
    CLINICIAN_NPI,
    NPI,
    PAYER,
    PROVIDER,
    SUBMITTER,
    Practice,
    practice_make,
)
from tests.ehr.world import World


@pytest.fixture
def client(world: World) -> Client:
    found = Client()
    found.force_login(world.biller)
    return found


@pytest.fixture
def practice(world: World) -> Practice:
    return practice_make(world)


def test_everything_is_entered_on_the_pages(
    world: World, client: Client, signed: SignedNote
) -> None:
    sent: tuple[tuple[str, list[int], dict[str, str]], ...] = (
        ("billing:submitter", [], SUBMITTER),
        ("billing:provider-new", [], {**PROVIDER, "state": "ME", "active": "on"}),
        ("billing:payer-new", [], {**PAYER, "active": "on"}),
        (
            "billing:clinician",
            [world.owner.pk],
            {"family": "Test", "given": "Owner", "npi": CLINICIAN_NPI, "taxonomy": ""},
        ),
        ("billing:fee-new", [], {"code": "99213", "amount": "125.00", "since": "2026-01-01"}),
    )
    for name, arguments, values in sent:
        assert client.get(reverse(name, args=arguments)).status_code == 200
        answer = client.post(reverse(name, args=arguments), values)
        assert answer.status_code == 302, (name, answer.content.decode())
    rows = (Submitter, BillingProvider, Payer, RenderingProvider, Fee)
    assert [model.objects.count() for model in rows] == [1] * 5
    page = client.get(reverse("billing:practice")).content.decode()
    assert all(text in page for text in (NPI, "PSH01", "CHMG01", "1 fee"))
    assert AuditEntry.objects.filter(detail__has_key="billing").count() == 5


@pytest.mark.parametrize(
    ("name", "values", "change"),
    [
        ("billing:provider-new", PROVIDER, {"npi": "1234567890"}),
        ("billing:provider-new", PROVIDER, {"tax_id": "1"}),
        ("billing:provider-new", PROVIDER, {"postal_code": "04240"}),
        ("billing:provider-new", PROVIDER, {"line1": "P.O. Box 3"}),
        ("billing:provider-new", PROVIDER, {"line1": ""}),
        ("billing:provider-new", PROVIDER, {"taxonomy": "12"}),
        ("billing:provider-new", PROVIDER, {"name": "診療所"}),
        ("billing:payer-new", PAYER, {"payer_id": "A*B"}),
        ("billing:payer-new", PAYER, {"filing_indicator": "QQ"}),
        ("billing:payer-new", PAYER, {"country": "Maine"}),
        ("billing:submitter", SUBMITTER, {"identifier": "~"}),
        ("billing:submitter", SUBMITTER, {"phone": "none"}),
        ("billing:submitter", SUBMITTER, {"usage": "X"}),
        ("billing:fee-new", {"amount": "1", "since": "2026-01-01"}, {"code": "99"}),
        ("billing:fee-new", {"code": "99213", "since": "2026-01-01"}, {"amount": "-1"}),
        (
            "billing:fee-new",
            {"code": "99213", "amount": "1", "since": "2026-01-02"},
            {"until": "2026-01-01"},
        ),
    ],
)
def test_what_a_payer_would_refuse_is_refused_here(
    client: Client, name: str, values: dict[str, str], change: dict[str, str]
) -> None:
    answer = client.post(reverse(name), {**values, **change})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not any(m.objects.exists() for m in (BillingProvider, Payer, Submitter, Fee))


def test_a_second_payer_of_the_same_number_is_said(client: Client, practice: Practice) -> None:
    answer = client.post(reverse("billing:payer-new"), {**PAYER, "active": "on"})
    assert answer.status_code == 422
    assert Payer.objects.count() == 1


def test_a_payer_is_an_organization_of_the_record_and_may_be_one_already(
    world: World, client: Client, practice: Practice
) -> None:
    actor = loader_actor(world.organization_id)
    made = store.read(actor, "Organization", practice.payer.record_id).resource
    assert (made["name"], made["identifier"][0]["value"]) == ("Pine State", "PSH01")
    kind = {"system": "http://terminology.hl7.org/CodeSystem/organization-type", "code": "pay"}
    known = {
        "resourceType": "Organization",
        "id": "medicare",
        "name": "Medicare",
        "alias": ["MC"],
        "type": [{"coding": [kind]}],
    }
    store.update(actor, "Organization", "medicare", known)
    assert "Medicare" in client.get(reverse("billing:payer-new")).content.decode()
    values = {**PAYER, "payer_id": "MCARE", "name": "Medicare B", "record": "medicare"}
    assert client.post(reverse("billing:payer-new"), {**values, "active": "on"}).status_code == 302
    kept = store.read(actor, "Organization", "medicare").resource
    assert (kept["alias"], kept["name"]) == (["MC"], "Medicare B")


def test_the_control_number_goes_on_when_the_sender_changes(
    world: World, practice: Practice
) -> None:
    Submitter.objects.update(last_control_number=41)
    service.submitter_save(user=world.biller, values={**SUBMITTER, "name": "Cedar Hill 2"})
    assert Submitter.objects.get().last_control_number == 41


def fee_list(text: str | bytes) -> dict[str, Any]:
    content = text.encode() if isinstance(text, str) else text
    return {"file": SimpleUploadedFile("fees.csv", content)}


def test_a_fee_list_is_taken_whole_and_replaces_what_it_names(
    client: Client, practice: Practice
) -> None:
    text = (
        "code;modifier;description;amount;since;until\r\n"
        "99213;;;130.00;2026-01-01;\r\n"
        "j1100;JW;Dexamethasone, 1 mg;4.50;2026-01-01;2026-12-31\r\n"
    )
    assert client.post(reverse("billing:fees"), fee_list(text)).status_code == 302
    assert [str(fee.amount) for fee in Fee.objects.all()] == ["130.00", "4.50"]
    assert Fee.objects.get(code="J1100").system == Fee.System.HCPCS
    assert "J1100" in client.get(reverse("billing:fees"), {"q": "j11"}).content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "code,amount,since\n99213,1.00,2026-01-01\n9,1.00,2026-01-01\n",
        "code,amount,since\n99213,1.005,2026-01-01\n",
        "code,amount,since\n99213,NaN,2026-01-01\n",
        "code,amount,since\n99213,1.00,01/02/2026\n",
        "code,amount,since\n99213\n",
        "a,b\n1,2\n",
        "",
        "code,amount,since\n99213,1,2026-01-01,é".encode("cp1252"),
    ],
)
def test_a_wrong_fee_list_changes_nothing(client: Client, text: str | bytes) -> None:
    answer = client.post(reverse("billing:fees"), fee_list(text))
    assert answer.status_code == 422
    assert not Fee.objects.exists()


def test_outsiders_enter_nothing(world: World, practice: Practice, other_biller: Any) -> None:
    calls = (
        lambda user: service.payer_save(user=user, values=PAYER, payer_id=practice.payer.pk),
        lambda user: service.billing_provider_save(
            user=user, values=PROVIDER, provider_id=practice.provider.pk
        ),
        lambda user: service.fee_save(user=user, values={}, fee_id=practice.fee.pk),
        lambda user: service.rendering_provider_save(
            user=user, clinician_id=world.owner.pk, values={}
        ),
    )
    for call in calls:
        for user in (world.owner, world.outsider, world.nobody):
            with pytest.raises(NotAllowed):
                call(user)
        with pytest.raises(NotFound):
            call(other_biller)
    for user in (world.owner, world.outsider, world.nobody):
        with pytest.raises(NotAllowed):
            service.submitter_save(user=user, values=SUBMITTER)
        with pytest.raises(NotAllowed):
            service.fees_replace(user=user, rows=[])

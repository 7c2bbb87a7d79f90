from typing import Any

import pytest

from billing import selectors
from billing.exceptions import NotReady
from billing.models import BillingItem
from billing.services.items import (
    billing_items_ensure,
    query_raise,
    query_resolve,
    rejection_record,
)
from ehr.exceptions import BadInput, NotAllowed, NotFound
from ehr.models import SignedNote
from ehr.services.notes import note_amend
from tests.billing.conftest import amend_without, practitioner_named, sign_visit
from tests.ehr.world import World


def only_item(world: World) -> BillingItem:
    billing_items_ensure(user=world.biller)
    return BillingItem.objects.get()


def test_a_signature_with_codes_enters_the_queue_once(world: World, signed: SignedNote) -> None:
    assert billing_items_ensure(user=world.biller) == 1
    assert billing_items_ensure(user=world.biller) == 0
    (claim,) = selectors.queue(world.biller).claims
    assert claim.state == "signed"
    assert claim.exportable
    assert [code.code for code in claim.codes] == [code["code"] for code in signed.codes]


def test_a_signature_without_codes_does_not(world: World) -> None:
    sign_visit(world, accept=False)
    assert billing_items_ensure(user=world.biller) == 0


def test_a_claim_says_what_was_signed_and_the_minimum_about_the_patient(
    world: World, signed: SignedNote
) -> None:
    practitioner_named(
        world,
        {
            "resourceType": "Practitioner",
            "id": "practitioner-1",
            "identifier": [
                {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"},
            ],
            "name": [{"family": "Test", "given": ["Owner"]}],
        },
    )
    detail = selectors.item_detail(world.biller, only_item(world).pk)
    claim = detail.claim
    assert claim.subject.name == "Ada Zimmermann"
    assert claim.subject.mrn == "MRN-4711"
    assert str(claim.subject.birth_date) == "1961-02-03"
    assert (claim.clinician.name, claim.clinician.npi) == ("Owner Test", "1234567893")
    assert str(claim.service_date) == "2026-05-04"
    assert (claim.composition_id, claim.version) == (signed.composition_id, 1)
    assert [
        {
            "system": code.system,
            "code": code.code,
            "description": code.description,
            "release": code.release,
        }
        for code in claim.codes
    ] == signed.codes


def test_a_question_holds_the_item_until_it_is_answered(world: World, signed: SignedNote) -> None:
    item = only_item(world)
    query_raise(user=world.biller, item_id=item.pk, question=" Which side? ")
    with pytest.raises(NotReady):
        query_raise(user=world.biller, item_id=item.pk, question="Again?")
    assert selectors.queue(world.biller, state="needs-query").counts == {"needs-query": 1}
    with pytest.raises(BadInput):
        query_resolve(user=world.biller, item_id=item.pk, answer="  ")
    query_resolve(user=world.biller, item_id=item.pk, answer="Left")
    (query,) = selectors.item_detail(world.biller, item.pk).queries
    assert (query.question, query.answer, query.resolved_by) == (
        "Which side?",
        "Left",
        "Biller Test",
    )
    item.refresh_from_db()
    assert item.state == "signed"


def test_a_question_cannot_be_answered_twice(world: World, signed: SignedNote) -> None:
    item = only_item(world)
    query_raise(user=world.biller, item_id=item.pk, question="Which side?")
    query_resolve(user=world.biller, item_id=item.pk, answer="Left")
    with pytest.raises(NotReady):
        query_resolve(user=world.biller, item_id=item.pk, answer="Right")


def test_only_an_exported_claim_can_be_rejected_by_a_payer(
    world: World, signed: SignedNote
) -> None:
    with pytest.raises(NotReady):
        rejection_record(user=world.biller, item_id=only_item(world).pk, reason="CO-11")


def test_an_amendment_replaces_what_was_not_exported(world: World, signed: SignedNote) -> None:
    first = only_item(world)
    second = amend_without(world, signed, "I10")
    billing_items_ensure(user=world.biller)
    first.refresh_from_db()
    assert first.state == "void"
    (claim,) = selectors.queue(world.biller, state="todo").claims
    assert (claim.version, claim.replaces) == (second.number, 0)
    assert [code.code for code in claim.codes] == ["R07.9"]


def test_a_note_that_is_being_amended_is_held(world: World, signed: SignedNote) -> None:
    only_item(world)
    note_amend(user=world.owner, note_id=signed.note_id, reason="Wrong side")
    (claim,) = selectors.queue(world.biller).claims
    assert claim.amending
    assert not claim.exportable
    assert selectors.ready_claims(world.biller, [claim.item_id]) == ()


def test_days_of_service_narrow_the_queue(world: World, signed: SignedNote) -> None:
    from datetime import date

    only_item(world)
    day = date(2026, 5, 4)
    assert selectors.queue(world.biller, since=day, until=day).total == 1
    assert selectors.queue(world.biller, since=date(2026, 5, 5)).total == 0
    assert selectors.queue(world.biller, until=date(2026, 5, 3)).total == 0


def test_outsiders_get_nothing(world: World, signed: SignedNote, other_biller: Any) -> None:
    item = only_item(world)
    for user in (world.owner, world.outsider, world.nobody):
        with pytest.raises(NotAllowed):
            selectors.queue(user)
        with pytest.raises(NotAllowed):
            selectors.item_detail(user, item.pk)
        with pytest.raises(NotAllowed):
            query_raise(user=user, item_id=item.pk, question="?")
    assert selectors.queue(other_biller).total == 0
    for refused in (
        lambda: selectors.item_detail(other_biller, item.pk),
        lambda: query_raise(user=other_biller, item_id=item.pk, question="?"),
        lambda: query_resolve(user=other_biller, item_id=item.pk, answer="!"),
        lambda: rejection_record(user=other_biller, item_id=item.pk, reason="!"),
    ):
        with pytest.raises(NotFound):
            refused()


def test_the_queue_is_read_a_page_at_a_time(world: World) -> None:
    made = [sign_visit(world).pk for _ in range(5)]
    billing_items_ensure(user=world.biller)
    seen: list[int] = []
    after: int | None = None
    while True:
        page = selectors.queue(world.biller, after=after, limit=2)
        assert page.total == 5
        seen += [claim.item_id for claim in page.claims]
        after = page.after
        if after is None:
            break
    items = BillingItem.objects.filter(signed_note__in=made).values_list("pk", flat=True)
    assert seen == sorted(items, reverse=True)
    assert selectors.queue(world.biller, after=10**12).claims == ()


@pytest.mark.parametrize("text", ["zimm", "Ada Zimm", "MRN-4711", "{claim}"])
def test_a_claim_is_found_by_patient_and_by_number(
    world: World, signed: SignedNote, text: str
) -> None:
    only_item(world)
    words = text.format(claim=f"p{signed.note_id:08d}")
    assert len(selectors.queue(world.biller, text=words).claims) == 1


@pytest.mark.parametrize("text", ["nobody", "P00000000", "R07.9", "a,b$c|d", "%", "\\"])
def test_what_fits_nothing_finds_nothing(world: World, signed: SignedNote, text: str) -> None:
    only_item(world)
    assert selectors.queue(world.biller, text=text).claims == ()


def test_what_waits_for_billing_staff_is_to_do(world: World, signed: SignedNote) -> None:
    item = only_item(world)
    for state, waits in (("signed", 1), ("needs-query", 1), ("rejected", 1), ("exported", 0)):
        BillingItem.objects.filter(pk=item.pk).update(state=state)
        assert len(selectors.queue(world.biller, state="todo").claims) == waits

from typing import Any

import pytest

from billing import selectors
from billing.exceptions import NotReady
from billing.models import BillingItem
from billing.services.items import (
    billing_items_ensure,
    query_raise,
    query_withdraw,
    rejection_record,
)
from ehr.exceptions import BadInput, NotAllowed, NotFound
from ehr.models import SignedNote
from ehr.services.notes import note_amend, note_sign
from ehr.services.queries import Answer, query_answer
from tests.billing.conftest import amend_without, current, practitioner_named, sign_visit
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


def physician_answers(world: World, signed: SignedNote, outcome: str, text: str = "") -> None:
    query = signed.note.queries.get(answered_at=None)
    query_answer(
        user=world.owner,
        query_id=query.pk,
        expected_version=current(signed.note),
        answer=Answer(outcome, text=text),
    )


def test_a_question_holds_the_item_until_the_physician_answers(
    world: World, signed: SignedNote
) -> None:
    item = only_item(world)
    query_raise(user=world.biller, item_id=item.pk, question=" Which side? ")
    with pytest.raises(NotReady):
        query_raise(user=world.biller, item_id=item.pk, question="Again?")
    assert selectors.queue(world.biller, state="needs-query").counts == {"needs-query": 1}
    billing_items_ensure(user=world.biller)
    item.refresh_from_db()
    assert item.state == "needs-query"
    physician_answers(world, signed, "undetermined")
    billing_items_ensure(user=world.biller)
    (query,) = selectors.item_detail(world.biller, item.pk).queries
    assert (query.question, query.outcome, query.answered_by) == (
        "Which side?",
        "undetermined",
        "Owner Test",
    )
    item.refresh_from_db()
    assert item.state == "signed"


def test_an_answer_that_documents_more_holds_the_claim_until_it_is_signed(
    world: World, signed: SignedNote
) -> None:
    item = only_item(world)
    query_raise(user=world.biller, item_id=item.pk, question="Where is the pain?")
    physician_answers(world, signed, "other", "Pain behind the breastbone")
    billing_items_ensure(user=world.biller)
    (claim,) = selectors.queue(world.biller, state="todo").claims
    assert claim.amending
    assert not claim.exportable
    note_sign(user=world.owner, note_id=signed.note_id, expected_version=current(signed.note))
    billing_items_ensure(user=world.biller)
    item.refresh_from_db()
    assert item.state == "void"
    (claim,) = selectors.queue(world.biller, state="todo").claims
    assert (claim.version, claim.state) == (2, "signed")


def test_an_open_question_outlives_an_amendment(world: World, signed: SignedNote) -> None:
    item = only_item(world)
    query_raise(user=world.biller, item_id=item.pk, question="Which side?")
    amend_without(world, signed, "I10")
    billing_items_ensure(user=world.biller)
    (claim,) = selectors.queue(world.biller, state="todo").claims
    assert (claim.version, claim.state) == (2, "needs-query")
    query_withdraw(user=world.biller, item_id=claim.item_id, reason="It is documented now")
    assert BillingItem.objects.get(pk=claim.item_id).state == "signed"


def test_a_question_is_withdrawn_once_and_with_a_reason(world: World, signed: SignedNote) -> None:
    item = only_item(world)
    query_raise(user=world.biller, item_id=item.pk, question="Which side?")
    with pytest.raises(BadInput):
        query_withdraw(user=world.biller, item_id=item.pk, reason="  ")
    query_withdraw(user=world.biller, item_id=item.pk, reason="Asked by mistake")
    with pytest.raises(NotReady):
        query_withdraw(user=world.biller, item_id=item.pk, reason="Again")
    item.refresh_from_db()
    assert item.state == "signed"


@pytest.mark.parametrize(
    "question",
    [
        "Was it acute? It would raise the reimbursement.",
        "The payer will deny this. Is it type 2?",
        "Peut-on préciser ? Le remboursement en dépend.",
        "Does the HCC apply?",
    ],
)
def test_a_question_may_not_speak_of_payment(
    world: World, signed: SignedNote, question: str
) -> None:
    item = only_item(world)
    with pytest.raises(BadInput) as refused:
        query_raise(user=world.biller, item_id=item.pk, question=question)
    assert refused.value.code == "query-mentions-payment"
    item.refresh_from_db()
    assert item.state == "signed"


def test_what_a_code_leaves_open_is_asked_without_the_notes_words(
    world: World, signed: SignedNote
) -> None:
    item = only_item(world)
    assert selectors.item_detail(world.biller, item.pk).askable == ("R07.9",)
    with pytest.raises(BadInput):
        query_raise(user=world.biller, item_id=item.pk, code="I10")
    query_raise(user=world.biller, item_id=item.pk, code="R07.9")
    (query,) = selectors.item_detail(world.biller, item.pk).queries
    assert query.code == "R07.9"
    assert query.indicators == ()
    assert signed.note.queries.get().indicators != []


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
        lambda: query_withdraw(user=other_biller, item_id=item.pk, reason="!"),
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

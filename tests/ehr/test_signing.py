import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from ehr.exceptions import (
    AlreadySigned,
    NotAllowed,
    NotFound,
    NothingToSign,
    RecordRefused,
    Refused,
    StaleVersion,
    Superseded,
    UnresolvedFlags,
)
from ehr.models import Note, NoteSentence, SignedNote, Visit
from ehr.selectors import signed_versions
from ehr.services.codes import code_accept, code_reject
from ehr.services.notes import (
    flag_resolve,
    note_amend,
    note_sign,
    sentence_edit,
    sentence_reject,
)
from fhir_bridge import mappings, outcomes, search, store
from fhir_bridge.access import Actor, actor_for_user
from tests.ehr.engines import flagged
from tests.ehr.world import WORDS, World, draft_make, note_make

Engine = Callable[[Any], None]
pytestmark = pytest.mark.usefixtures("code_list")


def version(note: Note) -> int:
    return Note.objects.get(pk=note.pk).version


def sentences(note: Note) -> list[NoteSentence]:
    found = NoteSentence.objects.filter(section__note=note)
    return list(found.order_by("section__position", "position"))


def accept_codes(world: World, note: Note) -> None:
    for suggestion in note.suggestions.all():
        code_accept(user=world.owner, suggestion_id=suggestion.pk, expected_version=version(note))


def sign(world: World, note: Note) -> SignedNote:
    return note_sign(user=world.owner, note_id=note.pk, expected_version=version(note))


@pytest.fixture
def actor(world: World) -> Actor:
    return actor_for_user(world.owner)


def test_a_signature_freezes_what_stands(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    first, second, *_ = sentences(note)
    sentence_edit(
        user=world.owner, sentence_id=first.pk, expected_version=1, text="Chest pain <3 days."
    )
    sentence_reject(user=world.owner, sentence_id=second.pk, expected_version=2)
    signed = sign(world, note)
    texts = [line["text"] for part in signed.content["sections"] for line in part["sentences"]]
    assert texts[0] == "Chest pain <3 days."
    assert second.text not in texts
    assert [part["key"] for part in signed.content["sections"]] == ["subjective", "assessment"]
    assert (signed.number, signed.note_version, signed.signed_by) == (1, 3, world.owner)
    assert Visit.objects.get(pk=note.visit_id).status == Visit.Status.SIGNED
    assert note.events.values_list("action", flat=True).last() == "signed"


def test_the_record_gets_composition_document_provenance_and_conditions(
    world: World, use_engine: Engine, actor: Actor
) -> None:
    note = note_make(world)
    first = sentences(note)[0]
    sentence_edit(
        user=world.owner, sentence_id=first.pk, expected_version=1, text="Pain <b>& fear</b>."
    )
    accept_codes(world, note)
    signed = sign(world, note)

    composition = store.read(actor, "Composition", signed.composition_id).resource
    assert composition["status"] == "final"
    assert composition["meta"]["security"][0]["code"] == "AIAST"
    assert composition["attester"][0]["party"]["reference"] == "Practitioner/practitioner-1"
    assert {author.get("reference", "").split("/")[0] for author in composition["author"]} == {
        "Practitioner",
        "Device",
    }
    assert "Pain &lt;b&gt;&amp; fear&lt;/b&gt;." in composition["section"][0]["text"]["div"]
    assert "<b>" not in composition["text"]["div"]

    document = store.read(actor, "DocumentReference", signed.document_reference_id).resource
    attachment = document["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    assert "Pain <b>& fear</b>." in data.decode()
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(data).digest()
    assert (document["status"], document["docStatus"]) == ("current", "final")

    provenance = store.read(actor, "Provenance", signed.provenance_id).resource
    targets = {target["reference"] for target in provenance["target"]}
    assert f"Composition/{signed.composition_id}/_history/1" in targets
    assert f"DocumentReference/{signed.document_reference_id}/_history/1" in targets
    whos = [agent["who"]["reference"].split("/")[0] for agent in provenance["agent"]]
    assert whos == ["Device", "Practitioner", "Practitioner"]
    assert "chest pain" not in str(provenance)
    assert note.draft.visit_text.sha256 in str(provenance)

    encounter_id = Visit.objects.get(pk=note.visit_id).encounter_id
    encounter = store.read(actor, "Encounter", encounter_id).resource
    assert encounter["status"] == "finished"
    assert composition["encounter"]["reference"] == f"Encounter/{encounter_id}"

    assert len(signed.condition_ids) == 2
    assert [code["code"] for code in signed.codes] == ["R07.9", "I10"]


def test_an_active_condition_of_the_same_code_is_confirmed_not_repeated(
    world: World, use_engine: Engine, actor: Actor
) -> None:
    note = note_make(world)
    accept_codes(world, note)
    signed = sign(world, note)
    assert "condition-1" in signed.condition_ids
    known = store.read(actor, "Condition", "condition-1")
    assert known.version == 2
    assert known.resource["onsetDateTime"] == "2015-06-01"
    assert known.resource["evidence"][0]["detail"][0]["reference"] == (
        f"Composition/{signed.composition_id}"
    )
    found = search.find(
        actor,
        "Condition",
        [("patient", world.patient_id), ("code", "http://hl7.org/fhir/sid/icd-10-cm|I10")],
    )
    assert [stored.id for stored in found] == ["condition-1"]


def test_codes_that_nobody_accepted_are_not_signed(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    signed = sign(world, note)
    assert signed.codes == []
    assert signed.condition_ids == []


def test_a_stale_version_is_refused(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    first = sentences(note)[0]
    sentence_reject(user=world.colleague, sentence_id=first.pk, expected_version=1)
    with pytest.raises(StaleVersion) as error:
        note_sign(user=world.owner, note_id=note.pk, expected_version=1)
    assert error.value.details == {"expected": 1, "current": 2}
    assert not SignedNote.objects.exists()


def test_a_double_click_gives_the_same_signature(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    assert sign(world, note).pk == sign(world, note).pk
    assert SignedNote.objects.count() == 1


def test_a_colleague_who_signs_after_is_told(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    sign(world, note)
    with pytest.raises(AlreadySigned):
        note_sign(user=world.colleague, note_id=note.pk, expected_version=1)


def test_an_open_high_flag_blocks_until_a_person_settles_it(
    world: World, use_engine: Engine
) -> None:
    use_engine(flagged)
    note = note_make(world)
    first = sentences(note)[0]
    with pytest.raises(UnresolvedFlags) as error:
        sign(world, note)
    assert error.value.details["sentence_ids"] == [first.pk]
    flag_resolve(user=world.owner, sentence_id=first.pk, flag_index=0, expected_version=1)
    assert sign(world, note).number == 1


@pytest.mark.parametrize("how", ["edit", "reject"])
def test_editing_or_rejecting_settles_a_flag(world: World, use_engine: Engine, how: str) -> None:
    use_engine(flagged)
    note = note_make(world)
    first = sentences(note)[0]
    if how == "edit":
        sentence_edit(user=world.owner, sentence_id=first.pk, expected_version=1, text="Pain.")
    else:
        sentence_reject(user=world.owner, sentence_id=first.pk, expected_version=1)
    assert sign(world, note).number == 1


def test_a_note_without_a_sentence_is_not_signed(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    for sentence in sentences(note):
        sentence_reject(user=world.owner, sentence_id=sentence.pk, expected_version=version(note))
    with pytest.raises(NothingToSign):
        sign(world, note)


def test_a_superseded_draft_is_not_signed(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    draft_make(world, words=WORDS + "Patient: Also my knee.\n", visit=note.visit)
    with pytest.raises(Superseded):
        sign(world, note)


def test_a_record_that_refuses_leaves_nothing_signed(
    world: World, use_engine: Engine, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = note_make(world)

    def broken(provenance: Any) -> dict[str, Any]:
        return {"resourceType": "Provenance", "target": []}

    monkeypatch.setattr(mappings, "provenance_build", broken)
    with pytest.raises(RecordRefused):
        sign(world, note)
    assert not SignedNote.objects.exists()
    assert Note.objects.get(pk=note.pk).state == Note.State.IN_REVIEW
    assert search.find(actor, "Composition", [("patient", world.patient_id)]) == []


def test_an_amendment_is_a_new_version_and_the_old_stays_readable(
    world: World, use_engine: Engine, actor: Actor
) -> None:
    note = note_make(world)
    accept_codes(world, note)
    first = sign(world, note)
    note_amend(user=world.owner, note_id=note.pk, reason="Wrong side")
    line = sentences(note)[0]
    sentence_edit(
        user=world.owner,
        sentence_id=line.pk,
        expected_version=version(note),
        text="Left chest pain.",
    )
    chest_pain = note.suggestions.get(code="R07.9")
    code_reject(
        user=world.owner, suggestion_id=chest_pain.pk, expected_version=version(note), reason="no"
    )
    second = note_sign(user=world.colleague, note_id=note.pk, expected_version=version(note))

    assert (second.number, second.amendment_reason) == (2, "Wrong side")
    assert second.composition_id == first.composition_id
    assert second.composition_version == 2
    now = store.read(actor, "Composition", first.composition_id).resource
    before = store.vread(actor, "Composition", first.composition_id, 1).resource
    assert (before["status"], now["status"]) == ("final", "amended")
    assert "Left chest pain." in now["section"][0]["text"]["div"]
    assert "Left chest pain." not in before["section"][0]["text"]["div"]
    assert now["relatesTo"][0]["targetReference"]["reference"].endswith("/_history/1")

    old_document = store.read(actor, "DocumentReference", first.document_reference_id).resource
    new_document = store.read(actor, "DocumentReference", second.document_reference_id).resource
    assert (old_document["status"], new_document["docStatus"]) == ("superseded", "amended")
    assert new_document["relatesTo"][0]["target"]["reference"].endswith(first.document_reference_id)

    withdrawn = next(item for item in first.condition_ids if item != "condition-1")
    condition = store.read(actor, "Condition", withdrawn).resource
    assert condition["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in condition
    assert store.read(actor, "Condition", "condition-1").resource["clinicalStatus"]

    versions = signed_versions(world.owner, note.pk)
    assert [(item.number, item.current) for item in versions] == [(2, True), (1, False)]
    assert versions[1].sections[0].sentences[0] != "Left chest pain."


def test_a_code_withdrawn_and_accepted_again_uses_the_same_condition(
    world: World, use_engine: Engine, actor: Actor
) -> None:
    note = note_make(world)
    chest_pain = note.suggestions.get(code="R07.9")
    seen = []
    for decide in (code_accept, code_reject, code_accept):
        decide(user=world.owner, suggestion_id=chest_pain.pk, expected_version=version(note))
        seen.append(sign(world, note).condition_ids)
        note_amend(user=world.owner, note_id=note.pk, reason="Again")
    assert seen[0] == seen[2]
    assert seen[1] == []
    condition = store.read(actor, "Condition", seen[0][0])
    assert condition.version == 3
    assert condition.resource["clinicalStatus"]


def test_an_amendment_needs_a_signature_and_a_reason(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    with pytest.raises(Refused):
        note_amend(user=world.owner, note_id=note.pk, reason="Why not")
    sign(world, note)
    with pytest.raises(Exception, match="missing"):
        note_amend(user=world.owner, note_id=note.pk, reason="  ")


def test_new_words_after_a_signature_append_a_second_note(
    world: World, use_engine: Engine, actor: Actor
) -> None:
    note = note_make(world)
    first = sign(world, note)
    addendum = note_make(world, words=WORDS + "Patient: Also my knee.\n", visit=note.visit)
    second = sign(world, addendum)
    assert second.composition_id != first.composition_id
    composition = store.read(actor, "Composition", second.composition_id).resource
    assert composition["relatesTo"] == [
        {
            "code": "appends",
            "targetReference": {"reference": f"Composition/{first.composition_id}"},
        }
    ]
    assert store.read(actor, "Composition", first.composition_id).version == 1


def test_the_outsider_the_biller_and_nobody_sign_nothing(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    with pytest.raises(NotFound):
        note_sign(user=world.outsider, note_id=note.pk, expected_version=1)
    for user in (world.biller, world.nobody):
        with pytest.raises(NotAllowed):
            note_sign(user=user, note_id=note.pk, expected_version=1)
    sign(world, note)
    with pytest.raises(NotFound):
        note_amend(user=world.outsider, note_id=note.pk, reason="Mine now")
    with pytest.raises(NotFound):
        signed_versions(world.outsider, note.pk)


def test_nobody_replaces_or_deletes_what_was_signed_over_rest(
    world: World, use_engine: Engine, actor: Actor
) -> None:
    note = note_make(world)
    first = sign(world, note)
    client = Actor(actor.organization_id, "client", "token:0", ("system/*.cruds",))
    ids = {
        "Composition": first.composition_id,
        "DocumentReference": first.document_reference_id,
        "Provenance": first.provenance_id,
    }
    for who in (actor, client):
        for type_, id_ in ids.items():
            held = store.read(who, type_, id_)
            with pytest.raises(outcomes.Protected) as refused:
                store.delete(who, type_, id_)
            assert (refused.value.status, refused.value.code) == (409, "business-rule")
            with pytest.raises(outcomes.Protected) as refused:
                store.update(who, type_, id_, held.content)
            assert refused.value.status == 422
            with pytest.raises(outcomes.Protected):
                store.patch(who, type_, id_, lambda resource: resource | {"language": "fr"})
            with pytest.raises(outcomes.Protected):
                store.transaction(
                    who,
                    {
                        "resourceType": "Bundle",
                        "type": "transaction",
                        "entry": [{"request": {"method": "DELETE", "url": f"{type_}/{id_}"}}],
                    },
                )
            assert store.read(who, type_, id_) == held
    note_amend(user=world.owner, note_id=note.pk, reason="Once more")
    second = sign(world, note)
    assert (second.composition_id, second.composition_version) == (first.composition_id, 2)
    for id_ in (first.document_reference_id, second.document_reference_id):
        with pytest.raises(outcomes.Protected):
            store.delete(actor, "DocumentReference", id_)

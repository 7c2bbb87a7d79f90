"""The signature: what was read is frozen, and joins the record in the same transaction."""

import hashlib
import json
from typing import Any

from django.utils import timezone

from ehr.exceptions import (
    AlreadySigned,
    NothingToSign,
    StaleVersion,
    Superseded,
    UnresolvedFlags,
)
from ehr.models import CodeSuggestion, Draft, Note, NoteEvent, NoteSentence, SignedNote, Visit
from ehr.services.flags import open_flags
from ehr.services.priors import decisions_learn
from ehr.services.review import Change, note_locked
from ehr.services.signed_record import Signature, record_write
from ehr.services.style import edits_learn


def note_sign(*, user: Any, note_id: int, expected_version: int) -> SignedNote:
    """Sign the version that was read; any physician of the organisation may, and is recorded.

    The content is frozen, and Composition, DocumentReference, Provenance, Encounter and the
    accepted diagnoses' Conditions are written to the record, in one transaction. The same person
    signing the same version again (a double click) gets the signature that is there.

    Raises:
        StaleVersion: the note changed after `expected_version` was read.
        AlreadySigned: it is signed, and not by this person at this version.
        UnresolvedFlags: a high-severity warning of a sentence that stays is open.
        NothingToSign: every sentence was rejected.
        Superseded: newer words replaced the draft.
        RecordRefused: the record did not take a resource; nothing was written.
    """
    with note_locked(user=user, note_id=note_id) as change:
        note = change.note
        if note.state == Note.State.SIGNED:
            return _signed_before(note, user, expected_version)
        if note.draft.state == Draft.State.SUPERSEDED:
            raise Superseded
        if note.version != expected_version:
            raise StaleVersion(expected=expected_version, current=note.version)
        content = _content(note)
        codes = _codes(note)
        return _sign(change, content, codes)


def _signed_before(note: Note, user: Any, expected_version: int) -> SignedNote:
    signature = note.signatures.last()
    if (
        signature is None
        or signature.note_version != expected_version
        or signature.signed_by_id != user.pk
    ):
        raise AlreadySigned
    return signature


def _sign(change: Change, content: dict[str, Any], codes: list[dict[str, Any]]) -> SignedNote:
    note = change.note
    previous = note.signatures.last()
    now = timezone.now()
    written = record_write(
        Signature(
            note=note,
            actor=change.actor,
            signer_name=change.user.get_full_name() or change.user.get_username(),
            signed_at=now,
            content=content,
            codes=codes,
            previous=previous,
        )
    )
    signed = SignedNote.objects.create(
        note=note,
        number=previous.number + 1 if previous else 1,
        note_version=note.version,
        content=content,
        codes=[{name: code[name] for name in CODE_FIELDS} for code in codes],
        sha256=content_sha256(content, [{n: code[n] for n in CODE_FIELDS} for code in codes]),
        amendment_reason=note.amendment_reason,
        signed_by=change.user,
        signed_at=now,
        composition_id=written.composition_id,
        composition_version=written.composition_version,
        document_reference_id=written.document_reference_id,
        provenance_id=written.provenance_id,
        condition_ids=list(written.condition_ids),
    )
    note.state = Note.State.SIGNED
    note.amendment_reason = ""
    note.save(update_fields=["state", "amendment_reason"])
    decisions_learn(note)
    edits_learn(note, change.user)
    Visit.objects.filter(pk=note.visit_id).update(
        status=Visit.Status.SIGNED, encounter_id=written.encounter_id
    )
    NoteEvent.objects.create(
        note=note,
        version=note.version,  # signing changes no content: the version that was read is signed
        action="signed",
        after=signed.sha256,
        actor=change.user,
    )
    return signed


CODE_FIELDS = ("system", "code", "description", "release")


def content_sha256(content: dict[str, Any], codes: list[dict[str, Any]]) -> str:
    """Of the canonical JSON (sorted names, no spaces, UTF-8) of content and codes."""
    canonical = json.dumps(
        {"codes": codes, "content": content},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _content(note: Note) -> dict[str, Any]:
    """The sentences that stand, in order; sections without any are left out."""
    flagged: list[int] = []
    sections = []
    for section in note.sections.prefetch_related("sentences"):
        standing = [
            sentence
            for sentence in section.sentences.all()
            if sentence.status != NoteSentence.Status.REJECTED
        ]
        flagged += [sentence.pk for sentence in standing if open_flags(sentence.flags)]
        if standing:
            sections.append(
                {
                    "key": section.key,
                    "title": section.title,
                    "sentences": [
                        {"id": line.pk, "text": line.text, "status": line.status}
                        for line in standing
                    ],
                }
            )
    if not sections:
        raise NothingToSign
    if flagged:
        raise UnresolvedFlags(count=len(flagged), sentence_ids=flagged)
    return {
        "language": note.draft.language,
        "template": note.draft.template,
        "sections": sections,
        **({"em_code": note.em_code} if note.em_code else {}),
    }


def _codes(note: Note) -> list[dict[str, Any]]:
    accepted = note.suggestions.filter(status=CodeSuggestion.Status.ACCEPTED)
    return [
        {
            **{name: getattr(suggestion, name) for name in CODE_FIELDS},
            "by_model": not suggestion.added_by_person,
        }
        for suggestion in accepted
    ]

"""Coding queries: a question to the physician, and what the answer does to the note.

An answer never changes a signed note: it opens an amendment that the physician reads and signs.
"""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext

from ehr.exceptions import BadInput, CodeListMissing, NotFound, Refused, StaleVersion
from ehr.models import (
    CodeSuggestion,
    CodingQuery,
    Note,
    NoteEvent,
    NoteSection,
    NoteSentence,
    SignedNote,
)
from ehr.permissions import BILLER, actor_of
from ehr.selectors.queries import answer_text
from ehr.services import codes
from ehr.services.notes import note_amend
from ehr.services.review import Change, note_changing, note_locked, note_of_suggestion
from ehr.terminology import terminology_load
from summarizer.coding.lookup import TerminologyMissing
from summarizer.coding.queries import QueryPrompt, mentions_payment, prompt_of

Outcome = CodingQuery.Outcome
QUESTION_MAX = ANSWER_MAX = 1000
_ANSWERS = (Outcome.OPTION, Outcome.OTHER, Outcome.UNDETERMINED)
# Where a diagnosis is documented; a template without it takes it in its last section.
_SECTION = "assessment"


@dataclass(frozen=True, slots=True)
class Answer:
    """``outcome`` option needs ``code``, one of the options; other needs ``text``."""

    outcome: str
    code: str = ""
    text: str = ""


def query_ask(*, user: Any, signed_note_id: int, code: str = "", question: str = "") -> CodingQuery:
    """Billing staff ask about a signature: what its code leaves open, or in words of their own.

    Runs inside the caller's transaction, which holds the claim.

    Raises:
        NotAllowed, NotFound: as they say, also for another organisation's.
        BadInput: no question, one that speaks of payment, or a code that leaves nothing open.
        Refused: a question about this note is open already.
        CodeListMissing: the code list is not installed here.
    """
    actor = actor_of(user, BILLER)
    signed = SignedNote.objects.filter(
        pk=signed_note_id, note__visit__organization_id=actor.organization_id
    ).first()
    if signed is None:
        raise NotFound
    note = Note.objects.select_for_update().get(pk=signed.note_id)
    if note.queries.filter(answered_at=None).exists():
        raise Refused(code="query-open")
    text = " ".join(question.split())[:QUESTION_MAX]
    if not code and not text:
        raise BadInput(code="no-question")
    if mentions_payment(text):
        raise BadInput(
            gettext(
                "A question to the physician must not speak of payment. Ask what is documented."
            ),
            code="query-mentions-payment",
        )
    suggestion = note.suggestions.filter(code=code).first() if code else None
    prompt = _prompt(code) if suggestion else None
    if code and prompt is None:
        raise BadInput(code="nothing-to-ask")
    return _stored(note, suggestion, prompt, question=text, asked_by=user, signed_note=signed)


def query_withdraw(*, user: Any, query_id: int, reason: str) -> CodingQuery:
    """Billing staff take back an open question, and say why.

    Raises:
        NotAllowed, NotFound: as they say. BadInput: no reason. Refused: it is answered.
    """
    actor = actor_of(user, BILLER)
    text = " ".join(reason.split())[:ANSWER_MAX]
    if not text:
        raise BadInput(code="no-answer")
    query = (
        CodingQuery.objects.select_for_update()
        .filter(pk=query_id, note__visit__organization_id=actor.organization_id)
        .first()
    )
    if query is None:
        raise NotFound
    _close(query, user, Answer(Outcome.WITHDRAWN, text=text))
    return query


def query_answer(*, user: Any, query_id: int, expected_version: int, answer: Answer) -> Note:
    """A physician answers. What the answer documents joins the note under review as a sentence and
    a code of this person's; of a signed note it first opens an amendment.

    Raises:
        NotAllowed, NotFound, StaleVersion, Superseded: as they say.
        BadInput: no answer, or an option that was not offered.
        Refused: the question was answered meanwhile.
    """
    note_id = CodingQuery.objects.filter(pk=query_id).values_list("note_id", flat=True).first()
    with note_locked(user=user, note_id=note_id) as change:
        if change.note.version != expected_version:
            raise StaleVersion(expected=expected_version, current=change.note.version)
        query = CodingQuery.objects.select_for_update().get(pk=query_id)
        _checked(query, answer)
        _close(query, user, answer)
        return _applied(change, query)


def prompt_answer(*, user: Any, suggestion_id: int, expected_version: int, answer: Answer) -> Note:
    """A physician answers what a suggestion of the note under review leaves open.

    Raises:
        As `query_answer`; BadInput also where the suggestion leaves nothing open.
    """
    note_id = note_of_suggestion(suggestion_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        suggestion = CodeSuggestion.objects.get(pk=suggestion_id)
        prompt = _prompt(suggestion.code)
        if prompt is None:
            raise BadInput(code="nothing-to-ask")
        query = _unsaved(change.note, suggestion, prompt)
        _checked(query, answer)
        _close(query, user, answer)
        return _applied(change, query)


def _prompt(code: str) -> QueryPrompt | None:
    try:
        return prompt_of(terminology_load(), code)
    except TerminologyMissing as error:
        raise CodeListMissing from error


def _stored(*args: Any, **given: Any) -> CodingQuery:
    query = _unsaved(*args, **given)
    query.save()
    return query


def _unsaved(
    note: Note, suggestion: CodeSuggestion | None, prompt: QueryPrompt | None, **given: Any
) -> CodingQuery:
    query = CodingQuery(note=note, suggestion=suggestion, asked_at=timezone.now(), **given)
    if suggestion is not None:
        query.indicators = list(suggestion.evidence.values_list("quote", flat=True))
    if prompt is not None:
        query.topic, query.code = prompt.topic, prompt.code
        query.description = prompt.description[:300]
        query.options = [
            {"code": one.code, "description": one.description, "side": one.side}
            for one in prompt.options
        ]
    return query


def _checked(query: CodingQuery, answer: Answer) -> None:
    if query.answered_at is not None:
        raise Refused(code="query-answered")
    offered = {option["code"] for option in query.options}
    if answer.outcome not in _ANSWERS or (
        answer.outcome == Outcome.OPTION and answer.code not in offered
    ):
        raise BadInput(gettext("Choose one of the answers."), code="no-answer")
    if answer.outcome == Outcome.OTHER and not answer.text.strip():
        raise BadInput(gettext("Write the answer in your own words."), code="no-answer")


def _close(query: CodingQuery, user: Any, answer: Answer) -> None:
    if query.answered_at is not None:
        raise Refused(code="query-answered")
    query.outcome = answer.outcome
    query.answer = " ".join(answer.text.split())[:ANSWER_MAX]
    query.answer_code = answer.code if answer.outcome == Outcome.OPTION else ""
    query.answered_by, query.answered_at = user, timezone.now()
    query.save()


def _applied(change: Change, query: CodingQuery) -> Note:
    """What the answer says, in the note's language, as a sentence; and the code that it names."""
    if query.outcome == Outcome.UNDETERMINED:
        _noted(change, query)
        return change.note
    if change.note.state == Note.State.SIGNED:
        with translation.override(change.note.draft.language):
            reason = gettext("Answer to a coding query")
        note_amend(user=change.user, note_id=change.note.pk, reason=reason)
        change.note.refresh_from_db()
    _documented(change, query)
    if query.answer_code:
        _recoded(change, query)
    return change.note


def _noted(change: Change, query: CodingQuery) -> None:
    """The trail keeps an answer that changes nothing; it makes no new version."""
    NoteEvent.objects.create(
        note=change.note,
        version=change.note.version,
        action="query-answered",
        suggestion=query.suggestion,
        after=query.outcome,
        actor=change.user,
    )


def _documented(change: Change, query: CodingQuery) -> None:
    sections = list(NoteSection.objects.filter(note=change.note))
    if not sections:
        raise BadInput
    section = next((one for one in sections if one.key == _SECTION), sections[-1])
    last = section.sentences.last()
    with translation.override(change.note.draft.language):
        line = answer_text(query)
    sentence = NoteSentence.objects.create(
        section=section,
        position=last.position + 1 if last else 0,
        text=line,
        status=NoteSentence.Status.EDITED,
    )
    change.record("query-answered", sentence=sentence, suggestion=query.suggestion, after=line)


def _recoded(change: Change, query: CodingQuery) -> None:
    option = next(one for one in query.options if one["code"] == query.answer_code)
    codes.code_put(change, option["code"])
    if query.suggestion is not None:
        codes.code_set_aside(change, query.suggestion, "other-code-fits")

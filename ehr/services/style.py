"""What a clinician's signed edits teach about wording, and what the clinician makes of it.

A rule is proposed after three visits, unless the same phrase was left standing more often. Nothing
acts until its author turns it on (docs/adr/0040).
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ehr.exceptions import BadInput, NotFound, Text
from ehr.models import Note, NoteSentence, StyleRule
from ehr.permissions import PHYSICIAN, actor_of
from summarizer import style
from summarizer.types import Language

PROPOSED_AFTER = 3  # visits
MOST_VISITS = 20  # kept as examples
MOST_RULES = 200  # of an author; what is seen more rarely makes room

REFUSALS: dict[str, Text] = {
    "empty": _("Write the phrase that is to be replaced."),
    "same": _("Both phrases are the same."),
    "too-long": _("A phrase may have six words and 60 characters."),
    "no-words": _("A phrase needs a word."),
    "number": _("A rule may not change a number."),
    "denial": _("A rule may not add or take away a denial."),
    "side": _("A rule may not change a side."),
    "person": _("A rule may not change whom the note is about."),
    "medicine": _("A rule may not change a medicine."),
    "other-condition": _("A rule may not name another disease or complaint."),
}
_STANDING = (StyleRule.State.LEARNING, StyleRule.State.PROPOSED)


def edits_learn(note: Note, signer: Any) -> None:
    """Count the rewordings of a note that is being signed, within its transaction."""
    language: Language = "fr" if note.draft.language == "fr" else "en"
    lines = NoteSentence.objects.filter(section__note=note).exclude(drafted_text="")
    edited = [line for line in lines if line.status == NoteSentence.Status.EDITED]
    accepted = [line.text.lower() for line in lines if line.status == NoteSentence.Status.ACCEPTED]
    mine = StyleRule.objects.filter(
        organization_id=note.visit.organization_id, author=signer, language=language
    )
    for rule in mine.filter(state__in=_STANDING):
        stayed = sum(rule.find.lower() in text for text in accepted)
        if stayed:
            rule.kept += stayed
            _save(rule)
    pairs = {
        pair for line in edited for pair in style.proposals(line.drafted_text, line.text, language)
    }
    for find, write in sorted(pairs):
        rule, created = mine.get_or_create(
            find=find,
            write=write,
            defaults={
                "organization_id": note.visit.organization_id,
                "author": signer,
                "language": language,
            },
        )
        if note.visit_id not in rule.visits:
            rule.visits = [*rule.visits, note.visit_id][-MOST_VISITS:]
            _save(rule)
        if created and mine.count() > MOST_RULES:
            rarest = mine.filter(state=StyleRule.State.LEARNING).order_by("created_at").first()
            if rarest is not None:
                rarest.delete()


def _save(rule: StyleRule) -> None:
    if rule.state in _STANDING:
        often = len(rule.visits) >= PROPOSED_AFTER and len(rule.visits) > rule.kept
        rule.state = StyleRule.State.PROPOSED if often else StyleRule.State.LEARNING
    rule.save(update_fields=["visits", "kept", "state"])


def rules_on(*, author: int, organization_id: int) -> tuple[style.StyleRule, ...]:
    """The rules that word this author's drafts; ``author`` is the user's key."""
    rows = StyleRule.objects.filter(
        organization_id=organization_id, author_id=author, state=StyleRule.State.ON
    ).order_by("pk")
    return tuple(
        style.StyleRule(row.pk, "fr" if row.language == "fr" else "en", row.find, row.write)
        for row in rows
    )


def rule_turn(*, user: Any, rule_id: int, on: bool) -> StyleRule:
    """Turn a rule of one's own on or off, for later drafts; of two for the same phrase one is on.

    Raises NotAllowed; NotFound, also for another's rule.
    """
    with transaction.atomic():
        rule = _own(user, rule_id)
        if on:
            StyleRule.objects.filter(
                organization_id=rule.organization_id,
                author=user,
                language=rule.language,
                find__iexact=rule.find,
                state=StyleRule.State.ON,
            ).update(state=StyleRule.State.OFF)
        rule.state = StyleRule.State.ON if on else StyleRule.State.OFF
        rule.save(update_fields=["state"])
        return rule


def rule_add(*, user: Any, language: str, find: str, write: str) -> StyleRule:
    """A rule written by hand; it is on at once.

    Raises NotAllowed; BadInput with the reason where it would change more than wording.
    """
    actor = actor_of(user, PHYSICIAN)
    if language not in ("en", "fr"):
        raise BadInput(fields=["language"])
    known: Language = "fr" if language == "fr" else "en"
    phrase, other = " ".join(find.split()), " ".join(write.split())
    reason = style.refusal(phrase, other, known)
    if reason:
        raise BadInput(REFUSALS[reason], code=f"style-{reason}")
    with transaction.atomic():
        rule, _created = StyleRule.objects.get_or_create(
            organization_id=actor.organization_id,
            author=user,
            language=known,
            find=phrase,
            write=other,
        )
        return rule_turn(user=user, rule_id=rule.pk, on=True)


def rule_forget(*, user: Any, rule_id: int) -> None:
    """Delete a rule of one's own; learning begins again from nothing.

    Raises NotAllowed; NotFound, also for another's rule.
    """
    with transaction.atomic():
        _own(user, rule_id).delete()


def _own(user: Any, rule_id: int) -> StyleRule:
    actor = actor_of(user, PHYSICIAN)
    rule = (
        StyleRule.objects.select_for_update()
        .filter(pk=rule_id, author=user, organization_id=actor.organization_id)
        .first()
    )
    if rule is None:
        raise NotFound
    return rule

"""What an organisation's signed decisions teach about codes: counts by wording, of no patient."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from ehr.exceptions import NotFound
from ehr.models import CodePrior, CodeSuggestion, Note
from ehr.permissions import PHYSICIAN, actor_of
from ehr.terminology import terminology_load
from summarizer import types
from summarizer.coding import wording
from summarizer.coding.lookup import TerminologyMissing
from summarizer.coding.priors import Key, Prior, key_of, with_priors

_REPLACED = "other-code-fits"


def decisions_learn(note: Note) -> None:
    """Count what was decided in a note that is being signed, within its transaction.

    A decision that an amendment turned round is counted anew, and no longer as it was. Only the
    wordings of the code list are kept: the words of a visit never are.
    """
    decided = [
        row
        for row in note.suggestions.filter(added_by_person=False).exclude(matched_term="")
        if _outcome(row) != row.learned
    ]
    if not decided:
        return
    try:
        known = terminology_load().terms_by_key([wording.key(row.matched_term) for row in decided])
    except TerminologyMissing:
        return
    for row in decided:
        key = wording.key(row.matched_term)
        if key in known:
            _count(note.visit.organization_id, key, known[key][0].text, row)


def _count(organization_id: int, key: str, term: str, row: CodeSuggestion) -> None:
    outcome = _outcome(row)
    where = {"organization_id": organization_id, "term_key": key[:300], "code": row.code}
    if row.learned:
        CodePrior.objects.filter(**where, **{f"{row.learned}__gt": 0}).update(
            **{row.learned: F(row.learned) - 1}
        )
    if outcome:
        CodePrior.objects.get_or_create(**where, defaults={"term": term[:300]})
        CodePrior.objects.filter(**where).update(**{outcome: F(outcome) + 1})
    row.learned = outcome
    row.save(update_fields=["learned"])


def _outcome(row: CodeSuggestion) -> str:
    """The counter that a decision belongs to; "" for none."""
    if row.status == CodeSuggestion.Status.ACCEPTED:
        return "accepted"
    if row.status == CodeSuggestion.Status.REJECTED:
        return "replaced" if row.reject_reason.startswith(_REPLACED) else "rejected"
    return ""


def priors_apply(
    organization_id: int, codes: Sequence[types.CodeSuggestion]
) -> tuple[types.CodeSuggestion, ...]:
    """The engine's suggestions as this organisation's earlier decisions leave them."""
    rows = CodePrior.objects.filter(
        organization_id=organization_id, code__in=[one.code for one in codes]
    )
    priors: dict[Key, Prior] = {
        (row.term_key, row.code): Prior(row.accepted, row.replaced, row.rejected) for row in rows
    }
    if not any(key_of(one) in priors for one in codes):
        return tuple(codes)
    try:
        return with_priors(codes, priors, terminology_load())
    except TerminologyMissing:
        return tuple(codes)


def prior_forget(*, user: Any, prior_id: int) -> None:
    """Take back what was learnt of one wording and code; learning begins again from nothing.

    Raises NotAllowed; NotFound, also for another organisation's.
    """
    actor = actor_of(user, PHYSICIAN)
    gone, _rows = CodePrior.objects.filter(
        pk=prior_id, organization_id=actor.organization_id
    ).delete()
    if not gone:
        raise NotFound

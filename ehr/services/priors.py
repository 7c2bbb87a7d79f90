"""What an organisation's signed decisions teach about codes: counts by wording and by how firmly
the note states it, of no patient."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q

from ehr.exceptions import NotFound
from ehr.models import CodePrior, CodeSuggestion, Note
from ehr.permissions import PHYSICIAN, actor_of
from ehr.terminology import terminology_load
from summarizer import types
from summarizer.coding import wording
from summarizer.coding.calibration import BANDS, band_of, calibrated
from summarizer.coding.lookup import TerminologyMissing
from summarizer.coding.priors import Key, Prior, key_of, with_priors

_REPLACED = "other-code-fits"
BAND = CodePrior.BAND


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
        _count(note.visit.organization_id, BAND + band_of(row.reasons), "", row)
        row.learned = _outcome(row)
        row.save(update_fields=["learned"])


def _count(organization_id: int, key: str, term: str, row: CodeSuggestion) -> None:
    outcome = _outcome(row)
    code = "" if key.startswith(BAND) else row.code
    where = {"organization_id": organization_id, "term_key": key[:300], "code": code}
    if row.learned:
        CodePrior.objects.filter(**where, **{f"{row.learned}__gt": 0}).update(
            **{row.learned: F(row.learned) - 1}
        )
    if outcome:
        CodePrior.objects.get_or_create(**where, defaults={"term": term[:300]})
        CodePrior.objects.filter(**where).update(**{outcome: F(outcome) + 1})


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
        Q(code__in=[one.code for one in codes]) | Q(term_key__startswith=BAND),
        organization_id=organization_id,
    )
    priors: dict[Key, Prior] = {
        (row.term_key, row.code): Prior(row.accepted, row.replaced, row.rejected) for row in rows
    }
    codes = calibrated(codes, {band: _decided(priors.get((BAND + band, ""))) for band in BANDS})
    if not any(key_of(one) in priors for one in codes):
        return codes
    try:
        return with_priors(codes, priors, terminology_load())
    except TerminologyMissing:
        return codes


def _decided(prior: Prior | None) -> tuple[int, int]:
    """What was accepted, and what was decided."""
    return (prior.accepted, prior.decisions) if prior else (0, 0)


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

"""Signed decisions are counted by wording, shown, taken back, and kept within the organisation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ehr import selectors
from ehr.exceptions import NotAllowed, NotFound
from ehr.models import CodePrior, Note
from ehr.services.codes import code_accept, code_reject, code_replace
from ehr.services.notes import note_amend, note_sign
from ehr.services.priors import prior_forget
from summarizer.coding.calibration import likelihood
from summarizer.coding.priors import LEAST
from tests.ehr.engines import echo
from tests.ehr.world import World, note_make


def named(*args: Any, **options: Any) -> Any:
    """As `echo`: one code by a wording of the list and ticked, one by words of the visit."""
    draft = echo(*args, **options)
    chest, pressure = draft.codes
    chest = replace(chest, matched_term="Chest pain, unspecified", preticked=True)
    pressure = replace(pressure, matched_term="what Mrs Zimmermann said")
    return replace(draft, codes=(chest, pressure))


@pytest.fixture(autouse=True)
def engine(use_engine: Callable[[Any], None], code_list: Path) -> None:
    use_engine(named)


def version(note: Note) -> int:
    return Note.objects.get(pk=note.pk).version


def decide(world: World, note: Note, decision: Callable[..., Any], **given: Any) -> None:
    for row in note.suggestions.filter(added_by_person=False):
        decision(user=world.owner, suggestion_id=row.pk, expected_version=version(note), **given)


def signed(world: World, decision: Callable[..., Any], **given: Any) -> Note:
    note = note_make(world)
    decide(world, note, decision, **given)
    note_sign(user=world.owner, note_id=note.pk, expected_version=version(note))
    return note


def counts() -> list[tuple[str, str, int, int, int]]:
    rows = CodePrior.objects.exclude(code="")
    return list(rows.values_list("term", "code", "accepted", "replaced", "rejected"))


def bands() -> dict[str, tuple[int, int]]:
    """Accepted and decided of each band."""
    return {
        row.term_key: (row.accepted, row.accepted + row.replaced + row.rejected)
        for row in CodePrior.objects.filter(code="")
    }


def test_only_wordings_of_the_list_are_counted(world: World) -> None:
    signed(world, code_accept)
    signed(world, code_reject, reason="not-present")
    assert counts() == [("Chest pain, unspecified", "R07.9", 1, 0, 1)]


def test_a_replacement_is_counted_as_one(world: World) -> None:
    note = note_make(world)
    chest = note.suggestions.get(code="R07.9")
    code_replace(user=world.owner, suggestion_id=chest.pk, expected_version=1, code="R07.0")
    note_sign(user=world.owner, note_id=note.pk, expected_version=version(note))
    assert counts() == [("Chest pain, unspecified", "R07.9", 0, 1, 0)]


def test_an_amendment_turns_the_count_round(world: World) -> None:
    note = signed(world, code_accept)
    note_amend(user=world.owner, note_id=note.pk, reason="Not a diagnosis")
    decide(world, note, code_reject, reason="not-present")
    assert bands() == {"band:mentioned": (2, 2)}
    note_sign(user=world.owner, note_id=note.pk, expected_version=version(note))
    assert counts() == [("Chest pain, unspecified", "R07.9", 0, 0, 1)]
    assert bands() == {"band:mentioned": (0, 2)}


def test_confidence_follows_how_suggestions_like_it_were_decided(world: World) -> None:
    before = note_make(world).suggestions.get(code="R07.9").confidence
    for _time in range(LEAST - 1):
        signed(world, code_reject, reason="not-present")
    after = note_make(world).suggestions.get(code="R07.9")
    assert after.confidence == pytest.approx(likelihood("mentioned", 0, 2 * (LEAST - 1)), abs=1e-3)
    assert after.confidence < before
    (band,) = selectors.code_bands(world.colleague)
    assert (band.accepted, band.decided) == (0, 2 * (LEAST - 1))
    assert band.percent == round(after.confidence * 100)
    prior_forget(user=world.owner, prior_id=band.id)
    assert note_make(world).suggestions.get(code="R07.9").confidence == before
    assert selectors.code_bands(world.outsider) == ()
    with pytest.raises(NotAllowed):
        selectors.code_bands(world.biller)


def test_what_is_refused_again_and_again_is_no_longer_ticked(world: World) -> None:
    for _time in range(LEAST):
        note = signed(world, code_reject)
        assert note.suggestions.get(code="R07.9").preticked
    after = note_make(world)
    chest = after.suggestions.get(code="R07.9")
    assert not chest.preticked
    assert [row.code for row in after.suggestions.all()] == ["I10", "R07.9"]
    (prior,) = selectors.code_priors(world.colleague)
    prior_forget(user=world.colleague, prior_id=prior.id)
    assert note_make(world).suggestions.get(code="R07.9").preticked


def test_outsiders_neither_see_nor_forget(world: World) -> None:
    signed(world, code_accept)
    prior = CodePrior.objects.get(code="R07.9")
    assert selectors.code_priors(world.outsider) == ()
    with pytest.raises(NotFound):
        prior_forget(user=world.outsider, prior_id=prior.pk)
    for user in (world.biller, world.nobody):
        with pytest.raises(NotAllowed):
            selectors.code_priors(user)
        with pytest.raises(NotAllowed):
            prior_forget(user=user, prior_id=prior.pk)
    for user in (None, world.biller, world.outsider, world.nobody):
        client = Client()
        if user is not None:
            client.force_login(user)
        assert b"Chest pain" not in client.get(reverse("ehr:learned")).content
        client.post(reverse("ehr:forget", args=[prior.pk]))
    assert CodePrior.objects.filter(pk=prior.pk).exists()


def test_the_page_shows_and_forgets(world: World) -> None:
    signed(world, code_accept)
    client = Client()
    client.force_login(world.owner)
    page = client.get(reverse("ehr:learned"))
    assert b"Chest pain, unspecified" in page.content
    assert b"Mentioned in passing" in page.content
    assert b"Zimmermann" not in page.content
    for prior in CodePrior.objects.all():
        assert client.post(reverse("ehr:forget", args=[prior.pk])).status_code == 302
    assert not CodePrior.objects.exists()


def test_a_reason_in_own_words_is_kept_beside_the_chosen_one(world: World) -> None:
    note = note_make(world)
    chest = note.suggestions.get(code="R07.9")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.owner)
    sent = {"expected_version": "1", "reason": "history-only", "words": "in 2019"}
    client.post(reverse("ehr:code", args=[chest.pk, "reject"]), sent)
    chest.refresh_from_db()
    assert chest.reject_reason == "history-only: in 2019"
    page = client.get(reverse("ehr:visit", args=[note.visit_id])).content.decode()
    assert "history only: in 2019" in page

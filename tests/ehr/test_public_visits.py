"""Public dialogues by the real way: submitted, drafted by a worker with the real engine, stored."""

import csv
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from ehr.models import Draft, Evidence, NoteSentence
from fhir_bridge import store
from fhir_bridge.access import actor_for_user
from tests.ehr.world import World, draft_make, visit_make

pytestmark = [
    pytest.mark.shared,
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_each_aci_bench_dialogue_ends_as_one_draft_whose_evidence_is_verbatim(
    world: World, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared_data / "aci-bench" / "data" / "challenge_data" / "valid.csv"
    with path.open(newline="", encoding="utf-8") as file:
        dialogues = [row["dialogue"] for row in csv.DictReader(file)]
    assert len(dialogues) == 20
    drafts = [draft_make(world, words=words, visit=visit_make(world)) for words in dialogues]

    call_command("runner", once=True)

    assert list(Draft.objects.values_list("state", flat=True)) == [Draft.State.READY] * 20
    actor = actor_for_user(world.owner)
    for draft in Draft.objects.filter(pk__in=[draft.pk for draft in drafts]):
        sentences = NoteSentence.objects.filter(section__note__draft=draft)
        assert sentences.count() >= 5
        assert not sentences.filter(evidence__isnull=True).exists()
        for evidence in Evidence.objects.filter(
            sentence__section__note__draft=draft
        ) | Evidence.objects.filter(suggestion__note__draft=draft):
            if evidence.resource_type:
                version = evidence.resource_version
                assert version is not None
                store.vread(actor, evidence.resource_type, evidence.resource_id, version)
            else:
                assert draft.visit_text.text[evidence.start : evidence.end] == evidence.quote
                assert evidence.quote.strip()
    seconds = sorted(
        (draft.finished_at - draft.started_at).total_seconds()
        for draft in Draft.objects.exclude(started_at=None).exclude(finished_at=None)
        if draft.started_at and draft.finished_at
    )
    with capsys.disabled():
        sys.stderr.write(
            f"\nACI-BENCH valid, {len(seconds)} visits: median {seconds[10]:.1f} s, "
            f"most {seconds[-1]:.1f} s, {NoteSentence.objects.count()} sentences\n"
        )

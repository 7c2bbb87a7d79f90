from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from ehr import selectors
from ehr.exceptions import NotAllowed, NotFound
from ehr.models import Draft
from ehr.services.notes import sentence_accept
from fhir_bridge import audit
from summarizer.coding.calibration import likelihood
from tests.ehr.engines import flagged
from tests.ehr.world import World, draft_make, note_make, visit_make

Engine = Callable[[Any], None]
DAY = date(2026, 5, 4)


@pytest.fixture(autouse=True)
def _audit_at_once(settings: Any) -> None:
    settings.AUDIT_BUFFER_SECONDS = 0


def test_the_worklist_shows_the_day_and_its_progress(world: World, use_engine: Engine) -> None:
    use_engine(flagged)
    note = note_make(world)
    waiting = draft_make(world).visit
    planned = visit_make(world, user=world.colleague)
    line = note.sections.first().sentences.last()  # type: ignore[union-attr]
    assert line is not None
    sentence_accept(user=world.owner, sentence_id=line.pk, expected_version=1)
    found = selectors.worklist(world.owner, DAY)
    reviewed, drafting, plan = found.rows
    assert [row.visit_id for row in found.rows] == [note.visit_id, waiting.pk, planned.pk]
    assert reviewed.patient.name == "Ada Zimmermann"
    assert (reviewed.patient.gender, reviewed.patient.identifier) == ("female", "MRN-4711")
    assert (reviewed.sentences, reviewed.decided, reviewed.open_flags) == (6, 1, 1)
    assert (reviewed.codes, reviewed.note_id) == (2, note.pk)
    assert (drafting.draft_state, drafting.note_id) == ("queued", None)
    assert (plan.mine, reviewed.mine) == (False, True)
    assert found.counts == {"in-review": 1, "drafting": 1, "planned": 1}
    assert selectors.worklist(world.owner, date(2026, 5, 5)).rows == ()


def test_a_long_day_asks_no_more_questions(
    world: World, use_engine: Engine, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        note_make(world)
    with django_assert_max_num_queries(9):
        assert len(selectors.worklist(world.owner, DAY).rows) == 4


def test_patients_are_found_by_name_and_number(world: World) -> None:
    for text in ("zim", "ADA zimmer", "MRN-4711"):
        assert [found.id for found in selectors.patients_find(world.owner, text)] == ["patient-1"]
    for text in ("", "   ", "nobody", "zim,ada|x$\\", "MRN-47"):
        assert selectors.patients_find(world.owner, text) == ()


def test_the_chart_is_arranged(world: World) -> None:
    visit = visit_make(world)
    chart = selectors.chart(world.owner, world.patient_id)
    assert chart.patient.brief.birth_date == date(1961, 2, 3)
    assert [item.label for item in chart.problems] == ["Essential (primary) hypertension"]
    assert chart.medicines[0].detail == "one tablet daily"
    assert (chart.allergies[0].label, chart.allergies[0].detail) == ("Penicillin", "Hives")
    systolic, diastolic = chart.vitals
    assert (systolic.latest.text, systolic.unit, systolic.group) == (
        "142",
        "mmHg",
        "Blood pressure",
    )
    assert diastolic.latest.value == 88
    (potassium,) = chart.laboratory
    assert [point.text for point in potassium.points] == ["4.1", "4.6", "5.4"]
    assert [point.abnormal for point in potassium.points] == ["", "", "H"]
    assert (potassium.low, potassium.high) == (3.5, 5.1)
    assert (potassium.minimum, potassium.maximum) == (3.5, 5.4)
    assert potassium.change == pytest.approx(0.8)
    assert [item.visit_id for item in chart.visits] == [visit.pk]


def test_the_chart_asks_a_bounded_number_of_questions(
    world: World, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40):
        selectors.chart(world.owner, world.patient_id)


def test_the_review_shows_words_evidence_flags_and_checks(
    world: World, use_engine: Engine, code_list: Any
) -> None:
    use_engine(flagged)
    note = note_make(world)
    view = selectors.note_for_review(world.owner, note.pk)
    assert (view.version, view.editable, view.open_flags) == (1, True, 1)
    first = view.sections[0].sentences[0]
    span = first.evidence[0]
    assert view.words.text[span.start : span.end] == span.quote
    assert span.utterance == 0
    assert view.words.utterances[1].role == "patient"
    known = (
        next(part for part in view.sections if part.key == "assessment").sentences[0].evidence[0]
    )
    assert (known.kind, known.resource_type, known.path) == (
        "record",
        "Condition",
        "Condition.code",
    )
    assert view.suggestions[0].percent == round(100 * likelihood("mentioned"))
    assert view.set_aside[0].text == "small talk"
    assert view.engine["model"] == "echo"
    assert view.checks[0].sentence_id == first.id
    assert view.warnings == ()
    assert [event.action for event in view.events] == ["drafted"]


def test_a_code_list_of_another_period_is_said(
    world: World, use_engine: Engine, code_list: Any
) -> None:
    note = note_make(world)
    type(note.visit).objects.filter(pk=note.visit_id).update(scheduled_at="2027-01-05T10:00:00Z")
    view = selectors.note_for_review(world.owner, note.pk)
    assert [flag.code for flag in view.warnings] == ["release-not-in-force"]


def test_the_review_asks_a_bounded_number_of_questions(
    world: World, use_engine: Engine, django_assert_max_num_queries: Any, code_list: Any
) -> None:
    note = note_make(world)
    # PostgreSQL is told a time limit and asked in a transaction; a search counts now and then.
    with django_assert_max_num_queries(22 if connection.vendor == "postgresql" else 16):
        selectors.note_for_review(world.owner, note.pk)


def test_a_draft_says_where_it_stands(world: World, django_assert_max_num_queries: Any) -> None:
    first, second = draft_make(world), draft_make(world)
    with django_assert_max_num_queries(3):
        status = selectors.draft_status(world.owner, second.pk)
    assert (status.state, status.position, status.open) == ("queued", 2, True)
    Draft.objects.filter(pk=first.pk).update(
        state="running", progress_step="write", progress_done=1, progress_total=4
    )
    running = selectors.draft_status(world.owner, first.pk)
    assert (running.step, running.percent, running.position) == ("write", 25, 0)
    Draft.objects.filter(pk=first.pk).update(state="failed", failure_code="model-missing")
    failed = selectors.draft_status(world.owner, first.pk)
    assert failed.can_retry
    assert "not installed" in str(failed.failure_message)
    assert failed.failure_advice


def test_labels_are_translated_when_they_are_shown(world: World) -> None:
    draft_make(world)
    row = selectors.worklist(world.owner, DAY).rows[0]
    with translation.override("en"):
        assert str(row.patient.gender_label) == "Female"


def test_a_visit_shows_its_words_and_draft(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    detail = selectors.visit_detail(world.colleague, note.visit_id)
    assert detail.words is not None
    assert detail.draft is not None
    assert detail.draft.note_id == detail.note_id == note.pk
    assert detail.words.utterances[0].text == "What brings you in today?"
    assert not detail.mine


def test_the_outsider_finds_nothing(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    assert selectors.worklist(world.outsider, DAY).rows == ()
    assert selectors.patients_find(world.outsider, "MRN-4711 nobody") == ()
    for read in (
        lambda: selectors.visit_detail(world.outsider, note.visit_id),
        lambda: selectors.draft_status(world.outsider, note.draft_id),
        lambda: selectors.note_for_review(world.outsider, note.pk),
        lambda: selectors.signed_versions(world.outsider, note.pk),
        lambda: selectors.chart(world.outsider, "no-such-patient"),
        lambda: selectors.chart(world.owner, world.other_patient_id),
    ):
        with pytest.raises(NotFound):
            read()


@pytest.mark.parametrize("who", ["biller", "nobody"])
def test_others_read_nothing_clinical(world: World, use_engine: Engine, who: str) -> None:
    note = note_make(world)
    user = getattr(world, who)
    for read in (
        lambda: selectors.worklist(user, DAY),
        lambda: selectors.patients_find(user, "zim"),
        lambda: selectors.chart(user, world.patient_id),
        lambda: selectors.visit_detail(user, note.visit_id),
        lambda: selectors.draft_status(user, note.draft_id),
        lambda: selectors.note_for_review(user, note.pk),
        lambda: selectors.signed_versions(user, note.pk),
    ):
        with pytest.raises(NotAllowed):
            read()


def test_reading_a_chart_is_audited(world: World) -> None:
    selectors.chart(world.owner, world.patient_id)
    audit.flush()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM fhir_bridge_auditentry WHERE actor = %s AND action = 'read'",
            [f"user:{world.owner.pk}"],
        )
        assert cursor.fetchone()[0] >= 1

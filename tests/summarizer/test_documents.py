"""Documents for other readers, and the summary before a visit: the same claims and evidence."""

import pytest

from summarizer.backends import Backend, load
from summarizer.language.dates import dates_written
from summarizer.pipeline import draft_note
from summarizer.previsit import pre_visit
from summarizer.steps.plain_language import spoken_to
from summarizer.steps.templates import TEMPLATES, TITLES, title_of
from summarizer.transcripts import read_transcript
from summarizer.types import Patient, RecordEvidence, RecordFact, VisitContext
from tests.conftest import ASSETS


def fact(kind: str, label: str, when: str = "2020-01-01", **more: str) -> RecordFact:
    return RecordFact(
        kind=kind,  # type: ignore[arg-type]
        resource_type=more.pop("type", "Condition"),
        resource_id=more.pop("id", label.lower().replace(" ", "-")),
        version=1,
        path="x.code",
        text=more.pop("text", label),
        label=label,
        when=when,
        **more,
    )


def chart(*facts: RecordFact) -> VisitContext:
    return VisitContext(
        patient=Patient(), facts=facts, visit_date="2026-05-04", last_visit_date="2025-11-01"
    )


def lines(context: VisitContext, language: str = "en") -> dict[str, list[str]]:
    sections = pre_visit(context, language)  # type: ignore[arg-type]
    for section in sections:
        for sentence in section.sentences:
            assert sentence.evidence
            assert all(isinstance(item, RecordEvidence) for item in sentence.evidence)
    return {section.key: [s.text for s in section.sentences] for section in sections}


A1C = {"kind": "observation", "label": "Hemoglobin A1c", "code": "4548-4", "unit": "%"}


def test_an_empty_record_gives_no_sections() -> None:
    assert lines(chart()) == {}


def test_what_is_new_is_told_apart_from_what_stands() -> None:
    found = lines(
        chart(
            fact("condition", "Asthma", "2015-03-02", status="active"),
            fact("condition", "Gout", "2026-01-09", status="active"),
            fact("condition", "Otitis media", "2026-01-09", status="resolved"),
            fact("immunization", "Influenza vaccine", "2025-12-01"),
        )
    )
    assert found["changes"] == ["Problem: Gout.", "Influenza vaccine (1 December 2025)."]
    assert {line.split(" (")[0] for line in found["problems"]} == {"Asthma", "Gout"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("rising", "1 April 2026", "1 October 2025")),
        ("fr", ("en hausse", "1er avril 2026", "1er octobre 2025")),
    ],
)
def test_a_result_out_of_range_shows_its_trend(language: str, said: tuple[str, ...]) -> None:
    found = lines(
        chart(
            fact(**A1C, when="2026-04-01", value="8.4", abnormal="H", id="b", text="8.4 %"),
            fact(**A1C, when="2025-10-01", value="7.2", abnormal="H", id="a", text="7.2 %"),
        ),
        language,
    )
    (line,) = found["results"]
    for part in ("8.4", "7.2", *said):
        assert part in line


@pytest.mark.parametrize(
    ("when", "overdue", "told"),
    [
        ("2026-04-01", False, ""),
        ("2024-04-01", True, "1 April 2024"),
        (None, True, "none in the record"),
    ],
)
def test_monitoring_is_overdue_only_when_its_interval_has_passed(
    when: str | None, overdue: bool, told: str
) -> None:
    facts = [fact("condition", "Type 2 diabetes mellitus", status="active")]
    if when:
        facts.append(fact(**A1C, when=when, value="6.9", text="6.9 %"))
    found = lines(chart(*facts)).get("overdue", [])
    named = [line for line in found if "A1c" in line]
    assert bool(named) is overdue
    if overdue:
        assert told in named[0]


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("2025-03-01", "1 March 2025", "1er mars 2025"),
        ("since 2019-05", "since May 2019", "since mai 2019"),
        ("LOINC 2093-3, 9999-99-99, 555-2019-0512", None, None),
    ],
)
def test_only_days_and_months_of_the_calendar_are_written_out(
    text: str, english: str | None, french: str | None
) -> None:
    assert dates_written(text, "en") == (english or text)
    assert dates_written(text, "fr") == (french or text)


def test_a_resolved_or_absent_condition_calls_for_nothing() -> None:
    resolved = fact("condition", "Type 2 diabetes mellitus", status="resolved")
    assert "overdue" not in lines(
        chart(resolved, fact("condition", "Prediabetes", status="active"))
    )


def test_an_allergy_outweighs_an_old_entry_that_there_is_none() -> None:
    none = fact("allergy", "No known allergy", status="active")
    assert lines(chart(none))["allergies"] == ["No known allergy."]
    found = lines(chart(none, fact("allergy", "Penicillin", status="active")))
    assert found["allergies"] == ["Penicillin."]


def test_every_title_of_every_document_is_in_both_languages() -> None:
    for template, keys in TEMPLATES.items():
        for key in keys:
            assert key in TITLES
            assert title_of(template, key, "en")
            assert title_of(template, key, "fr")
    assert title_of("referral-letter", "plan", "fr") != title_of("soap", "plan", "fr")


@pytest.mark.parametrize(
    ("language", "text", "plain"),
    [
        ("en", "Patient to take metformin 500 mg b.i.d.", "take metformin 500 mg twice a day"),
        ("en", "The patient has hypertension.", "you have high blood pressure."),
        ("en", "The patient's mother has his hypertension.", "The patient's mother has his high"),
        ("fr", "La patiente a une dyspnée.", "vous avez un essoufflement."),
    ],
)
def test_the_patient_is_spoken_to_in_plain_words(language: str, text: str, plain: str) -> None:
    assert spoken_to(text, language).startswith(plain.rstrip("."))  # type: ignore[arg-type]


@pytest.mark.model
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_patients_copy_rests_on_the_same_evidence(language: str) -> None:
    backend: Backend = load("claims", {"assets": str(ASSETS)})
    words = {
        "en": "Doctor: Your blood pressure is still high.\nPatient: I take lisinopril 10 mg.\n"
        "Doctor: So your hypertension is not controlled. I will increase lisinopril to 20 mg."
        "\nDoctor: Call me if you feel dizzy.",
        "fr": "Docteur : Votre tension est encore haute.\nPatient : Je prends du ramipril 5 mg par "
        "jour.\nDocteur : On augmente le ramipril à 10 mg par jour.\n"
        "Docteur : Appelez-moi si vous avez des vertiges.",
    }[language]
    transcript = read_transcript(words)
    context = VisitContext(patient=Patient(), facts=(), visit_date="2026-05-04")
    ours = draft_note(transcript, context, template="after-visit", backend=backend)
    theirs = draft_note(transcript, context, template="soap", backend=backend)
    shown = {e for part in ours.sections for s in part.sentences for e in s.evidence}
    assert shown
    assert shown <= {e for part in theirs.sections for s in part.sentences for e in s.evidence}
    assert [part.title for part in ours.sections] != [part.title for part in theirs.sections]

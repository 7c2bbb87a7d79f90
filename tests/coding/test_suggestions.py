from dataclasses import replace

import pytest

from summarizer.coding import Coder
from summarizer.types import (
    Assertion,
    Claim,
    CodeSuggestion,
    RecordEvidence,
    RecordFact,
    Role,
    Section,
    Sentence,
    TextEvidence,
    Transcript,
    Utterance,
)
from tests.coding.toy import codes, note, visit


def suggested(coder: Coder, **sections: str) -> dict[str, CodeSuggestion]:
    made, transcript = note(**sections)
    return {item.code: item for item in coder.suggest(made, transcript, visit())}


def test_a_stated_diagnosis_is_suggested_with_its_reasons(coder: Coder) -> None:
    found = suggested(coder, assessment="High blood pressure.")["I10"]
    assert found.preticked
    assert found.description == "Essential (primary) hypertension"
    assert found.release == "ICD-10-CM 2026-04-01"
    assert found.system == "http://hl7.org/fhir/sid/icd-10-cm"
    assert {"section:assessment", "stated-as-diagnosis"} <= set(found.reasons)
    assert found.matched_term.lower() == "high blood pressure"


def test_evidence_is_verbatim_and_names_the_condition(coder: Coder) -> None:
    text = "I have read the results. Your blood pressure is still high blood pressure, so we go on."
    said = TextEvidence(0, len(text), text)
    claim = Claim("diagnosis", "assessment", "Hypertension", (said,))
    sections = (Section("assessment", "", (Sentence("High blood pressure.", (said,), (claim,)),)),)
    (found,) = coder.suggest(sections, Transcript(text, (), "en"), visit())
    (evidence,) = found.evidence
    assert isinstance(evidence, TextEvidence)
    assert text[evidence.start : evidence.end] == evidence.quote
    assert evidence.quote.startswith("Your blood pressure")


def test_evidence_from_the_record_is_kept(coder: Coder) -> None:
    record = RecordEvidence("Condition", "c1", 2, "Condition.code", "Hypertension")
    sections = (Section("assessment", "", (Sentence("Hypertension.", (record,)),)),)
    (found,) = coder.suggest(sections, Transcript("", (), "en"), visit())
    assert found.evidence == (record,)


def test_a_sentence_without_evidence_is_never_coded(coder: Coder) -> None:
    sections = (Section("assessment", "", (Sentence("Hypertension.", ()),)),)
    assert coder.suggest(sections, Transcript("", (), "en"), visit()) == ()


@pytest.mark.parametrize(
    "line",
    [
        "No evidence of pneumonia.",
        "Pneumonia was ruled out.",
        "Possible pneumonia.",
        "Probable pneumonia.",
        "Suspected pneumonia.",
        "Cough, likely pneumonia.",
        "Findings consistent with pneumonia.",
        "Rule out pneumonia.",
        "Return if there are signs of pneumonia.",
        "Risks include bleeding, pneumonia, and death.",
        "Vaccinated against pneumonia.",
        "Her mother had pneumonia.",
        "Family history of pneumonia.",
    ],
)
def test_what_is_not_established_for_this_patient_is_not_coded(coder: Coder, line: str) -> None:
    assert "J18.9" not in codes(coder, assessment=line)


@pytest.mark.parametrize("line", ["Pneumonia.", "1. Pneumonia", "- Pneumonia: start antibiotics."])
def test_what_is_stated_is(coder: Coder, line: str) -> None:
    assert codes(coder, assessment=line) == ["J18.9"]


def test_what_the_drafting_step_knows_counts(coder: Coder) -> None:
    text = "Pneumonia."
    said = TextEvidence(0, len(text), text)
    for claim in (
        Claim("diagnosis", "assessment", text, (said,), assertion=Assertion.UNCERTAIN),
        Claim("diagnosis", "assessment", text, (said,), experiencer="family"),
    ):
        sections = (Section("assessment", "", (Sentence(text, (said,), (claim,)),)),)
        assert coder.suggest(sections, Transcript(text, (), "en"), visit()) == ()


def test_french_words_find_their_codes(coder: Coder) -> None:
    made, transcript = note(assessment="HTA.\nDiabète de type 2.\nPas de pneumonie.")
    french = Transcript(transcript.text, (), "fr")
    assert [item.code for item in coder.suggest(made, french, visit())] == ["I10", "E11.9"]


def test_what_the_clinician_tells_outright_is_suggested_and_not_ticked(coder: Coder) -> None:
    text = "Do you have asthma?\nNo.\nSo it's a pneumonia.\nMy mother has diabetes."
    turns, start = [], 0
    for number, line in enumerate(text.split("\n")):
        role = Role.CLINICIAN if number % 2 == 0 else Role.PATIENT
        turns.append(Utterance(number, start, start + len(line), role))
        start += len(line) + 1
    (found,) = coder.suggest((), Transcript(text, tuple(turns), "en"), visit())
    assert found.code == "J18.9"
    assert not found.preticked
    assert [span.quote for span in found.evidence] == ["So it's a pneumonia."]


def test_french_denials_in_the_words_are_heard(coder: Coder) -> None:
    text = "Pas d'asthme. Pas d’hypertension."
    turns = (Utterance(0, 0, len(text), Role.PATIENT),)
    assert coder.suggest((), Transcript(text, turns, "fr"), visit()) == ()


def test_the_problem_list_makes_a_condition_likelier_and_is_cited(coder: Coder) -> None:
    fact = RecordFact(
        kind="condition",
        resource_type="Condition",
        resource_id="c1",
        version=3,
        path="Condition.code",
        text="Hypertension",
        label="Essential hypertension",
    )
    made, transcript = note(subjective="Hypertension is discussed.")
    (alone,) = coder.suggest(made, transcript, visit())
    (known,) = coder.suggest(made, transcript, replace(visit(), facts=(fact,)))
    assert known.confidence > alone.confidence
    assert "record:condition" in known.reasons
    assert RecordEvidence("Condition", "c1", 3, "Condition.code", "Hypertension") in known.evidence


def test_a_stage_after_a_comma_is_part_of_the_condition(coder: Coder) -> None:
    assert codes(coder, assessment="Chronic kidney disease, stage 4.") == ["N18.4"]


def test_the_side_that_was_said_is_coded(coder: Coder) -> None:
    assert codes(coder, assessment="Left knee pain.") == ["M25.562"]
    assert codes(coder, assessment="Pain in the knee, right.") == ["M25.561"]


def test_both_sides_take_a_code_each_where_no_code_says_both(coder: Coder) -> None:
    assert sorted(codes(coder, assessment="Bilateral knee pain.")) == ["M25.561", "M25.562"]


def test_a_side_that_was_not_said_is_asked_for_and_not_ticked(coder: Coder) -> None:
    found = suggested(coder, assessment="Knee pain.")["M25.569"]
    assert "prompt:side" in found.reasons
    assert not found.preticked


def test_qualifiers_in_the_sentence_choose_the_sibling(coder: Coder) -> None:
    assert codes(coder, assessment="Asthma.") == ["J45.909"]
    assert codes(coder, assessment="Asthma with acute exacerbation.") == ["J45.901"]


def test_a_fracture_gets_its_seventh_character(coder: Coder) -> None:
    broken = "Fracture of the lower end of the right radius."
    assert codes(coder, assessment=broken) == ["S52.501A"]
    returning = "She returns today for follow-up of her wrist."
    assert codes(coder, hpi=returning, assessment=broken) == ["S52.501D"]


def test_diabetes_with_kidney_disease_is_one_combination(coder: Coder) -> None:
    found = codes(coder, assessment="Type 2 diabetes.\nChronic kidney disease stage 4.")
    assert found == ["E11.22", "N18.4"]


def test_hypertension_with_heart_failure_is_hypertensive_heart_disease(coder: Coder) -> None:
    found = suggested(coder, assessment="Heart failure.\nHypertension.")
    assert list(found) == ["I11.0", "I50.9"]
    assert "rule:I.C.9.a" in found["I11.0"].reasons
    assert len(found["I11.0"].evidence) == 2


def test_codes_that_exclude_each_other_say_so_and_are_not_ticked(coder: Coder) -> None:
    found = suggested(coder, assessment="Type 1 diabetes.\nType 2 diabetes.")
    assert set(found) == {"E10.9", "E11.9"}
    for code in found.values():
        assert any(reason.startswith("excludes1:") for reason in code.reasons)
        assert not code.preticked


def test_a_symptom_goes_beside_the_diagnosis_that_explains_it(coder: Coder) -> None:
    assert codes(coder, assessment="Cough.") == ["R05.9"]
    assert codes(coder, assessment="Pneumonia.\nCough.") == ["J18.9"]
    assert codes(coder, assessment="Hypertension.\nCough.") == ["I10", "R05.9"]


def test_a_past_infarction_is_history_and_a_lasting_condition_is_not(coder: Coder) -> None:
    assert codes(coder, assessment="History of myocardial infarction.") == ["I25.2"]
    assert codes(coder, assessment="History of hypertension.") == ["I10"]


def test_a_long_term_medicine_is_coded_beside_its_reason_only(coder: Coder) -> None:
    plan = "Continue insulin glargine 20 units."
    assert codes(coder, assessment="Type 2 diabetes.", plan=plan) == ["E11.9", "Z79.4"]
    assert codes(coder, assessment="Hypertension.", plan=plan) == ["I10"]


def test_the_familys_section_is_not_read(coder: Coder) -> None:
    assert codes(coder, family="Hypertension.") == []


def test_what_is_mentioned_elsewhere_gives_way_to_what_is_stated(coder: Coder) -> None:
    assert codes(coder, pmh="Hypertension.") == ["I10"]
    assert codes(coder, pmh="Hypertension.", assessment="Pneumonia.") == ["J18.9"]


@pytest.mark.parametrize("day", ["2026-03-31", "2026-10-01", "", "soon"])
def test_outside_the_releases_dates_nothing_is_ticked(coder: Coder, day: str) -> None:
    made, transcript = note(assessment="Hypertension.")
    (found,) = coder.suggest(made, transcript, visit(day=day))
    assert "release:outside-dates" in found.reasons
    assert not found.preticked


def test_an_empty_note_has_no_codes(coder: Coder) -> None:
    assert coder.suggest((), Transcript("", (), "en"), visit()) == ()
    assert codes(coder, assessment="Thank you.") == []


def test_the_same_note_gets_the_same_codes(coder: Coder) -> None:
    made, transcript = note(assessment="Asthma.\nCough.\nHeart failure.\nHypertension.")
    first = coder.suggest(made, transcript, visit())
    assert coder.suggest(made, transcript, visit()) == first
    assert all(0 <= item.confidence <= 1 for item in first)
    assert all(coder.terminology.is_billable(item.code) for item in first)


def test_a_draft_that_says_more_than_its_evidence_is_not_ticked(coder: Coder) -> None:
    for words in ("I suggest the pneumonia vaccine.", "No pneumonia.", "Something else."):
        said = TextEvidence(0, len(words), words)
        claim = Claim("diagnosis", "assessment", "Pneumonia", (said,))
        sections = (Section("assessment", "", (Sentence("Pneumonia.", (said,), (claim,)),)),)
        for found in coder.suggest(sections, Transcript(words, (), "en"), visit()):
            assert not found.preticked


def test_a_symptom_is_never_ticked_beforehand(coder: Coder) -> None:
    found = suggested(coder, assessment="Left knee pain.")["M25.562"]
    assert not found.preticked


def test_a_word_that_names_another_condition_does_not_qualify_this_one(coder: Coder) -> None:
    """They are one code by the guideline on "with", not because the words stand side by side."""
    found = suggested(coder, assessment="Diabetes\nChronic kidney disease")["E11.22"]
    beside = suggested(coder, hpi="She has diabetes, chronic kidney disease and a cough.")["E11.22"]
    for each in (found, beside):
        assert "rule:I.A.15" in each.reasons
        assert "rule:I.B.2" not in each.reasons

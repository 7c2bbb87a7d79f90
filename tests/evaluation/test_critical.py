"""Critical facts: found in the clinician's note, looked for in the draft and among what it left."""

from summarizer.evaluation.critical import Fact, critical_recall, facts_of

NOTE = """MEDICATIONS
Lisinopril 20 mg daily.
ALLERGIES
Penicillin.
PHYSICAL EXAM
Edema of the right ankle. No wheezing.
PLAN
Physical therapy. Order an MRI. Follow up in two weeks."""
SAID = "you take lisinopril twenty milligrams ; physical therapy , an mri , edema , penicillin"


def test_each_kind_is_found_and_what_is_denied_is_no_finding() -> None:
    kinds = {fact.kind for fact in facts_of(NOTE, "en")}
    assert kinds == {"medicine", "dose", "allergy", "finding", "plan"}
    assert not any("wheez" in fact.key for fact in facts_of(NOTE, "en"))


def test_only_what_was_said_counts_and_each_fact_has_one_fate() -> None:
    found = critical_recall(
        reference=NOTE,
        said=SAID,
        draft="Lisinopril 20 mg. Physical therapy.",
        aside=["we will get an MRI"],
    )
    assert Fact("medicine", "medication:lisinopril") in found.drafted
    assert Fact("dose", "dose:20 mg") in found.drafted
    assert [fact.kind for fact in found.set_aside] == ["plan"]
    assert {fact.kind for fact in found.lost} == {"allergy", "finding"}
    every = (*found.drafted, *found.set_aside, *found.lost)
    assert not any("follow-up" in fact.key for fact in every)
    assert len(set(every)) == len(every)

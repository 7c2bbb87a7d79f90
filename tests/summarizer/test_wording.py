"""How claims read: a note's register, its opening, its headings, and what is left to the ledger."""

import pytest

from summarizer.backends import Backend
from summarizer.language.lexicon import lexicon
from summarizer.language.person_en import declared, pronouns, third_person
from summarizer.language.register_en import written
from summarizer.language.text import display
from summarizer.pipeline import draft_note
from summarizer.steps.extract.imperative_en import imperative_en
from summarizer.steps.extract.results import without_remarks
from summarizer.steps.gate import whole
from summarizer.steps.write.headings import headed
from summarizer.steps.write.writer import write_section
from summarizer.transcripts import read_transcript
from summarizer.types import (
    Assertion,
    Claim,
    Draft,
    Patient,
    RecordFact,
    TextEvidence,
    VisitContext,
)
from tests.summarizer.visits import context, genou, knee


def section(draft: Draft, key: str) -> list[str]:
    return [s.text for part in draft.sections if part.key == key for s in part.sentences]


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("it's a little bit elevated", "it is slightly elevated"),
        ("he's been really tired", "he has been tired"),
        ("she doesn't really sleep", "she does not really sleep"),
        ("there's no fractures", "there are no fractures"),
        ("she was endorsing nausea", "she endorses nausea"),
        ("a little bit of swelling", "some swelling"),
    ],
)
def test_talk_is_put_into_a_notes_register(said: str, noted: str) -> None:
    assert written(said) == noted


def test_what_is_written_already_stays() -> None:
    text = "The lungs are clear to auscultation bilaterally."
    assert written(text) == text


def test_without_a_known_gender_nobody_is_they() -> None:
    turned = third_person(
        "my right knee hurts and my mother helps me", pronouns(""), speaker="patient"
    )
    assert turned == "the right knee hurts and the patient's mother helps the patient"


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("if it gets worse call me", "call if it gets worse"),
        (
            "if your symptoms come back, call the office",
            "call the office if her symptoms come back",
        ),
        ("if you get itching, call me, it's easy to treat", "call if she gets itching"),
        ("i want you to weigh yourself every day", "weigh herself every day"),
        ("what i want you to do is continue your bumex", "continue her bumex"),
        ("i want to order an a1c to see if we need to change it", "order an a1c"),
        ("i'd like to go ahead increase the lisinopril", "increase the lisinopril"),
    ],
)
def test_an_order_is_the_order_alone(said: str, order: str) -> None:
    found = imperative_en(said, pronouns("female"))
    assert found
    assert found[0] == order


@pytest.mark.parametrize(
    "text",
    [
        "When he is doing the projects.",
        "She did not twist it, did she fall?",
        "The patient the patient is outside.",
        "Put it back the way it was.",
        "It was it's been good.",
    ],
)
def test_traces_of_talk_are_not_whole(text: str) -> None:
    assert not whole(text, "en")


def order(text: str, problem: str = "", **more: str) -> Claim:
    named = {"problem": problem, "problem_en": problem, "problem_fr": problem} if problem else {}
    return Claim(
        "instruction" if more.pop("told", "") else "plan",
        "plan",
        text,
        (TextEvidence(0, 4, "said"),),
        attributes={"form": "order", "language": "en", **named, **more},
    )


def test_orders_stand_under_their_problem_and_kind() -> None:
    claims = [
        order("order a lipid panel", "hypertension"),
        order("increase lisinopril to 40 mg daily", "hypertension", concept_kind="medication"),
        order("avoid salt", "hypertension", told="1"),
        order("refer to cardiology"),
    ]
    sentences = headed("plan", write_section("plan", claims, "en", "female"), "en")
    assert [sentence.text for sentence in sentences] == [
        "Hypertension, medical treatment: We will increase lisinopril to 40 mg daily.",
        "Additional testing: We will order a lipid panel.",
        "Patient education and counseling: The patient was advised to avoid salt.",
        "Specialist referrals: We will refer the patient to cardiology.",
    ]


def test_a_finding_carries_its_system_once() -> None:
    claims = [
        Claim(
            "finding",
            "exam",
            text,
            (TextEvidence(0, 4, "said"),),
            attributes={"form": form, "system": "musculoskeletal", "language": "en"},
            assertion=assertion,
        )
        for text, form, assertion in (
            ("swelling of the ankle", "statement", Assertion.AFFIRMED),
            ("press on the calf", "provoked", Assertion.DENIED),
        )
    ]
    sentences = headed("exam", write_section("exam", claims, "en", ""), "en")
    assert [sentence.text for sentence in sentences] == [
        "Musculoskeletal: Swelling of the ankle.",
        "No pain to palpation on the calf.",
    ]


@pytest.mark.model
def test_the_story_opens_with_who_comes_and_ends_with_what_is_denied(backend: Backend) -> None:
    story = section(draft_note(knee(), context(), backend=backend), "hpi")
    assert story[0] == "The patient presents today with left knee pain."
    assert story[-1] == "She denies any fever or chills."
    french = section(draft_note(genou(), context(), backend=backend), "hpi")
    assert french[0] == "La patiente consulte ce jour pour douleur du genou à gauche."
    assert french[-1] == "Pas de fièvre."


@pytest.mark.model
def test_the_age_comes_from_the_record(backend: Backend) -> None:
    facts = tuple(
        RecordFact("patient", "Patient", "p", 1, f"Patient.{name}", value, name, value=value)
        for name, value in (("birthDate", "1979-06-01"), ("gender", "female"))
    )
    about = VisitContext(Patient(gender="female", birth_date="1979-06-01"), facts, "2026-05-04")
    draft = draft_note(knee(), about, backend=backend)
    first = draft.sections[1].sentences[0]
    assert (
        first.text == "The patient is a 46-year-old female who presents today with left knee pain."
    )
    assert {item.quote for item in first.evidence} >= {"1979-06-01", "female"}


@pytest.mark.model
def test_the_booked_reason_chooses_among_what_is_said(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: how are you?\nPatient: i'm tired. my stomach hurts.\n"
        "Doctor: so today is your diabetes check.\nPatient: yes, the diabetes is a bother.\n"
    )
    about = VisitContext(Patient(gender="female"), (), "2026-05-04", reason="Diabetes check")
    draft = draft_note(transcript, about, backend=backend)
    assert section(draft, "chief_complaint") == ["Diabetes."]
    plain = draft_note(transcript, context(), backend=backend)
    assert section(plain, "chief_complaint") != ["Diabetes."]


@pytest.mark.model
def test_a_brothers_illness_is_not_told_of_a_woman(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: hello mrs. hill, any heart trouble in the family?\n"
        "Patient: my brother had a heart attack. he has chest pain all the time now.\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    assert not any("chest pain" in s.text for part in draft.sections for s in part.sentences)


@pytest.mark.model
def test_a_mothers_illness_is_not_told_of_her_daughter(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: hello mrs. hill, and your mother had diabetes?\n"
        "Patient: my mother, yes, and she had the kidneys go. she was on dialysis the last three "
        "years. and she has chest pain when she walks.\n"
        "Doctor: and you?\nPatient: i have had a cough for two weeks. my other doctor is kind. "
        "she said that i have bronchitis.\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    story = " ".join(section(draft, "hpi"))
    assert "cough" in story
    assert "bronchitis" in story
    assert "dialysis" not in story
    assert not any("chest pain" in s.text for part in draft.sections for s in part.sentences)


@pytest.mark.model
def test_a_parent_tells_of_the_child(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: hello, what is the matter with your daughter?\n"
        "Mother: my daughter has had a fever since monday. she has vomited three times.\n"
        "Doctor: does your daughter cough?\nMother: no, my daughter does not.\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    assert any("vomit" in s.text for part in draft.sections for s in part.sentences)


@pytest.mark.model
def test_a_parent_under_the_patients_label_tells_of_the_child(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: hello, how is karen doing?\n"
        "Patient: she has had a fever since monday. she vomited three times. she does not sleep. "
        "she is in physical therapy. she takes amoxicillin. he and she eat well.\n"
        "Doctor: okay, let me examine her.\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    assert any("vomit" in s.text for part in draft.sections for s in part.sentences)


@pytest.mark.model
def test_a_sentence_under_the_wrong_label_keeps_its_speaker(backend: Backend) -> None:
    transcript = read_transcript(
        "[doctor] hi , what brings you in ?\n[patient] my shoulder hurts .\n"
        "[doctor] my left shoulder hurts when i sleep .\n[patient] yeah .\n"
        "[doctor] okay , let me examine you . the shoulder is tender .\n"
        "[patient] i'm gonna order an mri of your left shoulder .\n[doctor] okay .\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    assert any("order an MRI of her left shoulder" in text for text in section(draft, "plan"))


@pytest.mark.model
def test_what_was_explained_and_recommended_is_counselling(backend: Backend) -> None:
    transcript = read_transcript(
        "[doctor] hi , what brings you in ?\n[patient] i have a mole that itches .\n"
        "[doctor] let me examine you . there is a dark lesion on the back .\n"
        "[doctor] so for your melanoma , i'm going to refer you to surgery . melanoma can spread "
        "to the lymph nodes if it is not treated . i recommended an ultrasound of the groin .\n"
        "[patient] okay .\n"
    )
    plan = section(draft_note(transcript, context(), backend=backend), "plan")
    assert any("We discussed that melanoma can spread to the lymph nodes" in t for t in plan)
    assert any("We recommended an ultrasound of the groin." in t for t in plan)


@pytest.mark.model
def test_a_side_that_the_patient_puts_right_is_no_complaint(backend: Backend) -> None:
    transcript = read_transcript(
        "[doctor] hello , i see you are here for right knee pain .\n"
        "[patient] it's not the right knee , my left knee hurts when i walk .\n"
        "[doctor] okay .\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    assert section(draft, "chief_complaint") == ["Left knee pain."]
    assert section(draft, "hpi")[0] == "The patient presents today with left knee pain."


def test_a_second_question_is_no_part_of_the_answer_to_the_first() -> None:
    said = declared("did you twist it, did it hurt after?", "no", pronouns("female"))
    assert said == "she did not twist it"


@pytest.mark.model
def test_a_listed_medicine_stands_among_the_medicines(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: what are you taking?\n"
        "Patient: there's the metformin, that's one in the morning and one with supper. and the "
        "cholesterol one, the atorvastatin, that's 40 at bedtime.\n"
    )
    listed = " ".join(section(draft_note(transcript, context(), backend=backend), "medications"))
    assert "one in the morning and one with supper" in listed
    assert "40 at bedtime" in listed


@pytest.mark.model
def test_a_family_history_that_is_read_out_is_the_familys(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: for family history, it looks like there is asthma and heart disease.\n"
        "Patient: that's right, on both sides.\n"
    )
    draft = draft_note(transcript, context(), backend=backend)
    assert "Family history of asthma." in section(draft, "family")
    assert "Asthma." not in section(draft, "pmh")


def test_an_ulcer_is_of_the_stomach_only_where_that_is_said() -> None:
    found = {m.concept.key for m in lexicon("en").find("the ulcer on your foot, a foot ulcer")}
    assert found == {"foot_ulcer"}
    assert [m.concept.key for m in lexicon("en").find("a stomach ulcer")] == ["ulcer"]


def test_an_adverb_or_a_participle_is_not_conjugated() -> None:
    who = pronouns("female")
    assert third_person("i first noticed it", who, speaker="patient") == "she first noticed it"
    assert third_person("i missing some", who, speaker="patient") == "she is missing some"


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        (
            "the patient iced it and the patient kept it elevated",
            "the patient iced it and kept it elevated",
        ),
        (
            "she reports that she was on a ladder and she fell",
            "she reports that she was on a ladder and fell",
        ),
        ("no murmur and no like rub", "no murmur and no rub"),
        (
            "the patient has never injured like this ankle",
            "the patient has never injured this ankle",
        ),
        (
            "the blood pressure is like all over the place",
            "the blood pressure is all over the place",
        ),
        ("it is it is very stiff", "it is very stiff"),
        ("the joint pain is has been going away", "the joint pain has been going away"),
        ("we discussed that that will help", "we discussed that this will help"),
        ("to be honest the diet has not changed", "the diet has not changed"),
    ],
)
def test_what_speech_says_twice_or_fills_in_is_written_once(said: str, noted: str) -> None:
    assert written(said) == noted


@pytest.mark.parametrize(
    "said",
    [
        "the patient does not smoke and the patient drinks",
        "the patient thinks it is broken and the patient has pain",
        "when she stands it hurts and she limps",
        "the patient feels like a cold",
        "it looks like the swelling is better",
    ],
)
def test_a_subject_or_a_likening_that_is_needed_stays(said: str) -> None:
    assert written(said) == said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it began on saturday in march", "It began on Saturday in March"),
        ("she takes vitamin d and saw dr. lewis", "She takes vitamin D and saw Dr. Lewis"),
        ("the patient may march", "The patient may march"),
        ("la patiente prend de la vitamine d'usage", "La patiente prend de la vitamine d'usage"),
    ],
)
def test_days_months_doctors_and_vitamins_have_their_capitals(text: str, shown: str) -> None:
    assert display(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "the patient mentioned is there anything that makes that pain better",
        "the elbow is sore which elbow is it",
        "the more it hurts",
        "give are going to be meloxicam 15 mg",
        "it is she feels better",
    ],
)
def test_a_question_or_a_false_start_left_in_is_no_sentence(text: str) -> None:
    assert not whole(text, "en")


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("did you carry a box", "the patient carried a box"),
        ("did you slip on the ice", "the patient slipped on the ice"),
        ("did you sleep on your side", "the patient slept on the side"),
    ],
)
def test_a_question_in_the_past_is_stated_in_the_past(question: str, stated: str) -> None:
    assert declared(question, "yes", pronouns("")) == stated


def test_a_question_about_the_talk_states_nothing() -> None:
    assert declared("did you say that you hurt your knee", "yes", pronouns("")) is None


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ("a small effusion and that means that there is some fluid", "a small effusion"),
        ("limited range of motion so pressure here", "limited range of motion"),
        ("no warmth of the skin and those are big words", "no warmth of the skin"),
        ("the breathing tests look good", "the breathing tests look good"),
    ],
)
def test_a_finding_goes_without_what_is_remarked_on_it(said: str, finding: str) -> None:
    assert without_remarks(said, "en") == finding


def test_vital_signs_are_not_repeated_among_the_results(backend: Backend) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] my knee hurts .\n"
        "[doctor] let me look at your results . it's about one thirty two over eighty and your "
        "heart rate is eighty four now that looks pretty good .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert section(draft, "vitals")
    assert not section(draft, "results")


def test_a_dose_put_right_in_the_same_breath_is_not_written(backend: Backend) -> None:
    words = (
        "[doctor] so , you're currently taking vitamin d3 , around 5000 units on sundays or 50,000 "
        "units on sundays , excuse me .\n[patient] yes .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "5000 units" not in " ".join(section(draft, "medications"))


def test_would_not_say_denies(backend: Backend) -> None:
    words = (
        "[doctor] did you hear anything when you fell ?\n"
        "[patient] i would n't say i really heard a pop . my ankle hurts .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert not any("opping" in text for text in section(draft, "chief_complaint"))
    assert not any("Reports popping" in text for text in section(draft, "ros"))


def test_a_place_named_behind_a_finding_is_what_is_looked_at_next(backend: Backend) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] my foot hurts .\n"
        "[doctor] let me do a physical exam . there is no jugular venous distention on your heart "
        "exam .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert any(text.endswith("distention.") for text in section(draft, "exam"))


def test_a_greeting_is_no_part_of_the_introduction(backend: Backend) -> None:
    words = (
        "[doctor] carolyn is a 34 -year-old female with a history of diabetes who is here today "
        "with a headache so hi there carolyn it's nice to see you again\n"
        "[patient] hi , my head hurts .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert section(draft, "hpi")[0] == (
        "Carolyn is a 34-year-old female with a history of diabetes who is here today with a "
        "headache."
    )


def test_a_condition_without_its_consequence_is_set_aside(backend: Backend) -> None:
    words = (
        "[doctor] when do you get headaches ?\n"
        "[patient] really just when my blood pressure gets really high .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert not any(text.startswith("When") for text in section(draft, "hpi"))


def test_what_makes_it_worse_is_no_relief(backend: Backend) -> None:
    words = (
        "[doctor] does anything help with the headaches ?\n"
        "[patient] definitely worse in the evening .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert not any("Relieving" in text for text in section(draft, "hpi"))


def test_an_order_told_to_the_recorder_stands_under_no_problem_of_the_talk(
    backend: Backend,
) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] i am short of breath and i have depression .\n"
        "[doctor] let me go over my plan . for your depression , i want to continue you on prozac "
        "20 milligrams once a day .\n"
        "[doctor] hey , dragon , order lasix 80 milligrams once a day .\n"
        "[doctor] hey , dragon , order prozac 20 milligrams once a day .\n"
    )
    plan = section(draft_note(read_transcript(words), context(), backend=backend), "plan")
    assert any(text.startswith("Depression") and "Prozac" in text for text in plan)
    assert not any(text.startswith("Depression") and "Lasix" in text for text in plan)


@pytest.mark.model
def test_what_is_only_spoken_of_is_no_complaint(backend: Backend) -> None:
    words = (
        "Doctor: What brings you in?\nPatient: My knee hurts.\n"
        "Patient: Since you mention anxiety, I was going through a job transition.\n"
        "Doctor: I bet that did make you nervous.\nPatient: Yeah."
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    text = " ".join(s.text for part in draft.sections for s in part.sentences)
    assert "nxiety" not in text


@pytest.mark.model
def test_an_examined_part_is_not_cut_within_its_name(backend: Backend) -> None:
    words = (
        "Doctor: Let me examine you.\nDoctor: now on your neurovascular exam of your left arm your "
        "capillary refill is less than three seconds"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    text = " ".join(s.text for part in draft.sections for s in part.sentences)
    assert "Capillary refill is less than" in text


def test_what_one_needs_agrees_with_who_needs_it() -> None:
    turned = third_person("i need to rest", pronouns(""), speaker="patient")
    assert turned == "the patient needs to rest"


def test_a_dose_dictated_with_a_full_stop_for_its_point_is_whole(backend: Backend) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] my legs swell .\n"
        "[doctor] for your heart failure , i do want to add aldactone twelve . five milligrams "
        "daily .\n"
    )
    plan = section(draft_note(read_transcript(words), context(), backend=backend), "plan")
    assert any("Aldactone 12.5 mg daily" in text for text in plan)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("medial epicondylitis", "medial epicondylitis"),
        ("epicondylitis", "epicondylitis"),
        ("a rotator cuff tear", "rotator cuff tear"),
        ("a blood clot", "blood clot"),
        ("a pleural effusion", "pleural effusion"),
        ("kidney failure", "kidney failure"),
        ("an ear infection", "ear infection"),
        ("a polyp in your nose", "polyps"),
        ("a viral infection", "viral infection"),
    ],
)
def test_an_illness_is_named_no_more_exactly_than_it_was(said: str, named: str) -> None:
    found = [m.concept.english for m in lexicon("en").find(f"you have {said}")]
    assert found == [named]


@pytest.mark.parametrize(
    ("asked", "reply"),
    [("have you done anything to make the pain less", "yes"), ("are you seeing anyone", "yes")],
)
def test_a_yes_to_anything_tells_nothing(asked: str, reply: str) -> None:
    assert declared(asked, reply, pronouns("")) is None


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("there is n't any rebound or guarding", "No rebound or guarding."),
        ("so looking at you , you do n't appear in any distress .", "not appear in any distress."),
        ("and your abdominal exam is your belly is soft", "Abdomen is soft."),
        ("and your exam , you have some tenderness over the meniscus", "Some tenderness over"),
    ],
)
def test_a_finding_keeps_its_not_and_loses_what_led_to_it(
    backend: Backend, said: str, noted: str
) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] my knee hurts .\n"
        f"[doctor] let me do a quick exam .\n[doctor] {said}\n"
    )
    exam = section(draft_note(read_transcript(words), context(), backend=backend), "exam")
    assert any(noted in text for text in exam), exam
    assert not any(text.startswith(("N't", "At ", "Exam,")) for text in exam)


def test_a_reason_ends_before_the_next_clause(backend: Backend) -> None:
    words = (
        "[doctor] beverly is a 53 -year-old female who presents for follow-up of lung cancer she "
        "was diagnosed with a four . four centimeter nodule\n[patient] yes .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert section(draft, "chief_complaint") == ["Follow-up of lung cancer."]
    assert "4.4 cm" in " ".join(section(draft, "hpi"))


def test_abbreviations_of_a_note_keep_their_capitals() -> None:
    assert (
        display("gi bleeding, jvd and pfts after the er")
        == "GI bleeding, JVD and PFTs after the ER"
    )

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.exceptions import TranscriptError
from summarizer.transcripts import read_transcript
from summarizer.types import Role, Transcript


def words_of(transcript: Transcript) -> list[tuple[str, str]]:
    return [(u.role.value, transcript.text[u.start : u.end]) for u in transcript.utterances]


@pytest.mark.parametrize(
    "label",
    ["[doctor]", "Dr. Martin:", "DOCTOR:", "Doctor :", "**Physician:**", "[Dr Martin] :", "D:"],
)
def test_a_clinicians_label_is_read_and_left_out_of_the_words(label: str) -> None:
    transcript = read_transcript(f"{label} what brings you in?\nPatient: my knee hurts")
    assert words_of(transcript) == [
        ("clinician", "what brings you in?"),
        ("patient", "my knee hurts"),
    ]


def test_french_labels_and_language_are_recognised() -> None:
    transcript = read_transcript(
        "Médecin : qu'est-ce qui vous amène ?\nPatiente : j'ai mal au genou depuis deux jours\n"
        "Mère : elle a aussi de la fièvre"
    )
    assert [u.role for u in transcript.utterances] == [
        Role.CLINICIAN,
        Role.PATIENT,
        Role.CAREGIVER,
    ]
    assert transcript.language == "fr"


def test_a_line_without_a_label_goes_on_with_the_turn_above() -> None:
    transcript = read_transcript("Doctor: how are\nyou today?\nPatient: fine")
    assert words_of(transcript)[0] == ("clinician", "how are you today?")


def test_names_that_recur_before_a_colon_are_speakers() -> None:
    transcript = read_transcript(
        "Anna: do you have any chest pain?\nBob: no, my knee hurts\n"
        "Anna: have you had any fevers?\nBob: no"
    )
    assert [u.role for u in transcript.utterances] == [
        Role.CLINICIAN,
        Role.PATIENT,
        Role.CLINICIAN,
        Role.PATIENT,
    ]
    assert "roles-inferred" in transcript.notices


def test_a_label_with_an_underscore_names_its_role() -> None:
    words = "Doctor: Any allergies?\nGuest_family: No.\nGuest_clinician: I see."
    assert [role for role, _ in words_of(read_transcript(words))] == [
        "clinician",
        "caregiver",
        "clinician",
    ]


def test_turns_that_lost_their_line_break_are_parted_at_a_speakers_label() -> None:
    words = "Doctor: Any fever?\nPatient: No. Doctor: Any cough? Guest_family: He coughs at night."
    assert words_of(read_transcript(words)) == [
        ("clinician", "Any fever?"),
        ("patient", "No."),
        ("clinician", "Any cough?"),
        ("caregiver", "He coughs at night."),
    ]


def test_a_word_before_a_colon_within_a_turn_is_no_speaker() -> None:
    words = "Doctor: Here is the plan. Nurse: she will call you. Note: rest.\nPatient: Okay."
    assert len(words_of(read_transcript(words))) == 2


def test_a_time_or_ratio_with_a_colon_is_no_speaker() -> None:
    transcript = read_transcript("Doctor: note: take it at 10:30\nPatient: my plan: rest")
    assert words_of(transcript)[0] == ("clinician", "note: take it at 10:30")


def test_unlabelled_turns_get_roles_from_who_asks_and_who_answers() -> None:
    transcript = read_transcript(
        "what brings you in today?\ni've been having a lot of back pain\n"
        "how long have you been having it?\nabout three weeks\n"
        "any numbness or tingling?\nno, my legs feel fine"
    )
    assert [u.role.value for u in transcript.utterances] == ["clinician", "patient"] * 3


def test_a_dictation_is_the_clinicians() -> None:
    transcript = read_transcript(
        "The patient is a 54 year old woman with hypertension. Blood pressure is 140 over 90."
    )
    assert {u.role for u in transcript.utterances} == {Role.CLINICIAN}


def test_swapped_labels_are_turned_round_and_said() -> None:
    turns = [
        "[patient] do you have any chest pain ? i'm going to order an x-ray and examine your knee",
        "[doctor] no , i've been having pain in my knee and it hurts , i take tylenol",
    ]
    transcript = read_transcript("\n".join(turns * 5))
    assert transcript.notices == ("roles-swapped",)
    assert transcript.utterances[0].role is Role.CLINICIAN


def test_webvtt_voices_and_times_are_read() -> None:
    transcript = read_transcript(
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Dr Hall>any pain?\n\n"
        "00:03.500 --> 00:05.000\n<v Patient>no pain\n",
        name="visit.vtt",
    )
    assert transcript.source_format == "vtt"
    assert words_of(transcript) == [("clinician", "any pain?"), ("patient", "no pain")]
    assert transcript.utterances[1].start_seconds == 3.5


def test_subrip_with_text_beside_the_times_is_read() -> None:
    transcript = read_transcript(
        "2\n00:00:00,200 --> 00:00:04,500 1\nbonjour, vous avez de la fièvre ?\n\n"
        "3\n00:00:04,550 --> 00:00:07,150 2\noui, depuis hier docteur\n",
        name="x.srt",
    )
    assert transcript.source_format == "srt"
    assert [w for _, w in words_of(transcript)] == [
        "bonjour, vous avez de la fièvre ?",
        "oui, depuis hier docteur",
    ]


@pytest.mark.parametrize("wrapped", [True, False])
def test_json_utterances_are_read(wrapped: bool) -> None:
    items = [
        {"speaker": "Dr A", "role": "clinician", "start": 0.5, "end": 2, "text": "any pain?"},
        {"speaker": "B", "role": "patient", "start": "2", "end": 3, "text": "no"},
    ]
    document = {"language": "en", "utterances": items} if wrapped else items
    transcript = read_transcript(json.dumps(document))
    assert words_of(transcript) == [("clinician", "any pain?"), ("patient", "no")]
    assert transcript.utterances[1].end_seconds == 3


def test_monologues_of_terms_are_joined() -> None:
    terms = [{"text": "ça", "type": "WORD"}, {"text": "va", "type": "WORD"}]
    terms.append({"text": "?", "type": "PUNCTUATION"})
    document = {"monologues": [{"speaker": {"id": "medecin", "name": ""}, "terms": terms}]}
    transcript = read_transcript(json.dumps(document), language="fr")
    assert words_of(transcript) == [("clinician", "ça va?")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_give_the_same_words(encoding: str) -> None:
    text = "Médecin : où avez-vous mal ?\nPatient : à l'épaule, ça m'a réveillé la nuit dernière"
    assert read_transcript(text.encode(encoding)).text == read_transcript(text).text


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "", "empty"),
        (b" \n\t ", "", "empty"),
        (b"-- ... --", "", "empty"),
        (b"%PDF-1.7 abc", "", "binary"),
        (b"PK\x03\x04abc", "notes.docx", "binary"),
        (b"ab\x00\x01\x02cd", "", "binary"),
        (bytes(range(1, 32)) * 20, "", "binary"),
        (b"\xff\xfea", "", "bad-encoding"),
        (b"a" * (11 * 1024 * 1024), "", "too-large"),
        (b'{"utterances": [', "", "bad-json"),
        (b'{"notes": "x"}', "", "bad-json"),
        (b'[{"a": 1}]', "", "bad-json"),
        (b"[1]", "x.json", "bad-json"),
        (b'{"utterances": [{"text": "a", "start": "soon"}]}', "", "bad-json"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "", "bad-json"),
        (b'{"utterances": []}', "", "empty"),
        (b"WEBVTT\n\nnonsense --> nonsense\nx", "", "bad-cues"),
        (b"no cue here", "x.srt", "bad-cues"),
    ],
)
def test_bad_input_gives_a_stable_code_and_no_words(data: bytes, name: str, code: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        read_transcript(data, name=name)
    assert caught.value.code == code
    assert caught.value.detail
    assert "abc" not in caught.value.detail


def test_another_language_than_english_and_french_is_refused_when_named() -> None:
    with pytest.raises(TranscriptError) as caught:
        read_transcript("guten Tag", language="de")
    assert caught.value.code == "unknown-language"


def test_words_of_neither_language_are_read_and_marked() -> None:
    transcript = read_transcript("Arzt: Haben Sie Schmerzen im Knie gehabt seit gestern Abend")
    assert "language-uncertain" in transcript.notices


def test_three_hours_of_talk_are_read() -> None:
    line = "[doctor] do you have any pain today ?\n[patient] no , i feel okay today\n"
    transcript = read_transcript(line * 2500)
    assert len(transcript.utterances) == 5000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Doctor", "Patient"]), st.text()), max_size=8))
def test_offsets_hold_for_any_words(turns: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{who}: {words}" for who, words in turns)
    try:
        transcript = read_transcript(text)
    except TranscriptError:
        return
    previous = 0
    for utterance in transcript.utterances:
        words = transcript.text[utterance.start : utterance.end]
        assert words == words.strip()
        assert words
        assert "\n" not in words
        assert previous <= utterance.start < utterance.end <= len(transcript.text)
        previous = utterance.end

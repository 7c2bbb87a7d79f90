"""The demo visits: every input format, both languages, the five specialties, at a true length."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "seeds" / "visits"
VISITS: list[dict[str, Any]] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))

FIELDS = {
    "id",
    "patient",
    "file",
    "language",
    "specialty",
    "time",
    "reason",
    "template",
    "minutes",
}
SPECIALTIES = {"primary-care", "cardiology", "paediatrics", "psychiatry", "post-operative"}
FORMATS = {".txt", ".vtt", ".srt", ".json"}
ROLES = {"clinician", "patient", "caregiver", "other"}

CUE = re.compile(r"^(\d\d):(\d\d):(\d\d)[.,](\d{3}) --> (\d\d):(\d\d):(\d\d)[.,](\d{3})$")
LABEL = re.compile(
    r"^(?:\[(?:doctor|patient)\]|<v [^>]+>"
    r"|(?:DOCTOR|PATIENT|Dr\. Martin|Grace):|(?:Médecin|Patient|MÉDECIN|PATIENTE) :) ?"
)

every_visit = pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit["id"])


def _text(visit: dict[str, Any]) -> str:
    return Path(FOLDER, visit["file"]).read_text(encoding="utf-8")


def _utterances(visit: dict[str, Any]) -> list[dict[str, Any]]:
    utterances: list[dict[str, Any]] = json.loads(_text(visit))["utterances"]
    return utterances


def _spoken(visit: dict[str, Any]) -> list[str]:
    """What is said, without labels, cue numbers and times."""
    if visit["file"].endswith(".json"):
        return [utterance["text"] for utterance in _utterances(visit)]
    lines = _text(visit).splitlines()
    return [
        LABEL.sub("", line).removesuffix("</v>")
        for line in lines
        if line and line != "WEBVTT" and not line.isdecimal() and not CUE.match(line)
    ]


def _words(visit: dict[str, Any]) -> int:
    """Tokens with a letter or a digit: French sets its question marks apart."""
    return sum(
        any(character.isalnum() for character in token)
        for line in _spoken(visit)
        for token in line.split()
    )


def _cues(visit: dict[str, Any]) -> list[tuple[float, float]]:
    if visit["file"].endswith(".json"):
        return [(utterance["start"], utterance["end"]) for utterance in _utterances(visit)]
    cues = []
    for line in _text(visit).splitlines():
        if match := CUE.match(line):
            h1, m1, s1, f1, h2, m2, s2, f2 = (int(part) for part in match.groups())
            cues.append(
                (h1 * 3600 + m1 * 60 + s1 + f1 / 1000, h2 * 3600 + m2 * 60 + s2 + f2 / 1000)
            )
    return cues


def test_ten_distinct_visits_six_in_english_and_four_in_french() -> None:
    assert len({visit["id"] for visit in VISITS}) == len(VISITS) == 10
    assert len({visit["time"] for visit in VISITS}) == 10
    languages = [visit["language"] for visit in VISITS]
    assert (languages.count("en"), languages.count("fr")) == (6, 4)


def test_the_five_specialties_are_all_there() -> None:
    assert {visit["specialty"] for visit in VISITS} == SPECIALTIES


def test_every_input_format_is_there() -> None:
    assert {Path(visit["file"]).suffix for visit in VISITS} == FORMATS


def test_the_manifest_and_the_folder_agree() -> None:
    listed = {visit["file"] for visit in VISITS}
    transcripts = {path.name for path in FOLDER.iterdir() if path.suffix in FORMATS}
    assert listed == transcripts - {"manifest.json"}


@every_visit
def test_the_manifest_entry_is_complete(visit: dict[str, Any]) -> None:
    assert set(visit) == FIELDS
    assert (FOLDER / visit["file"]).is_file()
    assert re.fullmatch(r"(?:0[89]|1[0-7]):[0-5]0", visit["time"])
    assert visit["reason"]
    assert visit["template"] == "soap"


@every_visit
def test_the_talk_has_the_length_of_a_visit(visit: dict[str, Any]) -> None:
    words = _words(visit)
    assert 1150 <= words <= 2600
    assert 8 <= visit["minutes"] <= 20
    assert words / 170 <= visit["minutes"] <= words / 130


@pytest.mark.parametrize(
    "visit",
    [visit for visit in VISITS if not visit["file"].endswith(".txt")],
    ids=lambda visit: visit["id"],
)
def test_cue_times_run_forward_at_the_pace_of_speech(visit: dict[str, Any]) -> None:
    cues = _cues(visit)
    assert len(cues) == len(_spoken(visit))
    assert all(start < end for start, end in cues)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(cues))
    assert 130 <= _words(visit) * 60 / cues[-1][1] <= 170


def test_json_visits_name_their_language_and_roles() -> None:
    visits = [visit for visit in VISITS if visit["file"].endswith(".json")]
    assert visits
    for visit in visits:
        assert json.loads(_text(visit))["language"] == visit["language"]
        roles = {utterance["role"] for utterance in _utterances(visit)}
        assert {"clinician", "caregiver"} <= roles <= ROLES


def test_one_visit_comes_without_speaker_labels() -> None:
    unlabelled = [
        visit["id"]
        for visit in VISITS
        if visit["file"].endswith(".txt")
        and not any(LABEL.match(line) for line in _text(visit).splitlines())
    ]
    assert unlabelled == ["daniel-reyes"]

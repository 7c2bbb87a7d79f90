"""A side that is said once where the visit says the other is flagged, and a comparison is not."""

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Draft
from tests.summarizer.visits import context


def drafted(backend: Backend, finding: str) -> Draft:
    words = (
        "[doctor] i understand you are here for some right elbow pain .",
        "[patient] yes , my right elbow hurts when i lift things .",
        f"[doctor] on your exam there is tenderness of the right elbow . {finding}",
        "[doctor] i'm going to order an x-ray of the right elbow .",
        "[patient] okay .",
    )
    return draft_note(read_transcript("\n".join(words)), context(), backend=backend)


def flagged(draft: Draft) -> list[tuple[str, dict[str, str]]]:
    return [
        (sentence.text, dict(flag.detail))
        for part in draft.sections
        for sentence in part.sentences
        for flag in sentence.flags
        if flag.code == "side-slip"
    ]


def test_the_one_left_of_a_visit_about_the_right_is_flagged(backend: Backend) -> None:
    found = flagged(drafted(backend, "there is swelling of the left wrist ."))

    assert len(found) == 1
    assert "left wrist" in found[0][0]
    assert found[0][1] == {"said": "left", "elsewhere": "right"}


def test_a_comparison_of_both_sides_is_not_flagged(backend: Backend) -> None:
    draft = drafted(backend, "the right elbow is swollen , the left elbow is not .")

    assert not flagged(draft)


def test_a_visit_about_one_side_has_no_slip(backend: Backend) -> None:
    assert not flagged(drafted(backend, "there is swelling of the right wrist ."))


def test_the_slip_is_shown_in_french(backend: Backend) -> None:
    words = (
        "Médecin : Qu'est-ce qui vous amène ?",
        "Patiente : J'ai mal au genou droit depuis trois semaines.",
        "Médecin : Je vais vous examiner. Le genou droit est gonflé. Le genou droit est chaud.",
        "Médecin : La mobilité du genou gauche est limitée.",
        "Médecin : On va faire une radio du genou droit.",
    )
    draft = draft_note(read_transcript("\n".join(words)), context(), backend=backend)

    assert [detail for _, detail in flagged(draft)] == [{"said": "gauche", "elsewhere": "droite"}]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.coding import wording


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kidney disease", "disease of the kidney, unspecified"),
        ("Crohn's disease", "Crohn disease"),
        ("oesophageal tumour", "Esophageal tumor"),
        ("l'asthme", "asthme"),
        ("Type II diabetes", "diabetes type 2"),
        ("œdème", "oedeme"),
        ("headaches", "headache"),
        ("hypertension artérielle", "HYPERTENSION ARTERIELLE"),
    ],
)
def test_two_wordings_of_one_thing_share_a_key(one: str, other: str) -> None:
    assert wording.key(one) == wording.key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type 1 diabetes", "type 2 diabetes"),
        ("influenza", "influenza A"),
        ("diabetes with coma", "diabetes without coma"),
        ("acute bronchitis", "chronic bronchitis"),
    ],
)
def test_two_things_do_not(one: str, other: str) -> None:
    assert wording.key(one) != wording.key(other)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("right knee", "right"),
        ("genou gauche", "left"),
        ("both knees", "bilateral"),
        ("right and left eye", "bilateral"),
        ("knee", ""),
    ],
)
def test_the_side_is_heard(text: str, side: str) -> None:
    assert wording.side_of(word.text for word in wording.words(text)) == side


@given(st.text())
def test_offsets_point_at_the_word(text: str) -> None:
    for word in wording.words(text):
        assert 0 <= word.start < word.end <= len(text)
        assert text[word.start : word.end].strip()

import pytest

from summarizer.coding.assertions import status_of
from summarizer.types import Assertion


@pytest.mark.parametrize(
    ("sentence", "named", "assertion"),
    [
        ("She has asthma.", "asthma", Assertion.AFFIRMED),
        ("She denies chest pain or cough.", "cough", Assertion.DENIED),
        ("No fever, but she has a cough.", "cough", Assertion.AFFIRMED),
        ("Not only asthma, also a cough.", "asthma", Assertion.AFFIRMED),
        ("Diabetes is not well controlled.", "Diabetes", Assertion.AFFIRMED),
        ("Asthma: negative for wheezing.", "wheezing", Assertion.DENIED),
        ("Stroke was ruled out.", "Stroke", Assertion.DENIED),
        ("Stroke is unlikely.", "Stroke", Assertion.DENIED),
        ("Most likely gout.", "gout", Assertion.UNCERTAIN),
        ("Gout?", "Gout", Assertion.UNCERTAIN),
        ("Gout versus pseudogout.", "Gout", Assertion.UNCERTAIN),
        ("Concern for sepsis.", "sepsis", Assertion.UNCERTAIN),
        ("To prevent stroke.", "stroke", Assertion.HYPOTHETICAL),
        ("Smoking can cause cancer.", "cancer", Assertion.HYPOTHETICAL),
        ("Screening for diabetes.", "diabetes", Assertion.HYPOTHETICAL),
        ("History of gout.", "gout", Assertion.HISTORICAL),
        ("Elle a un asthme.", "asthme", Assertion.AFFIRMED),
        ("Pas de fièvre ni de toux.", "toux", Assertion.DENIED),
        ("Pas d'asthme.", "asthme", Assertion.DENIED),
        ("Pas d’antécédent d’asthme.", "asthme", Assertion.DENIED),
        ("C'est sûrement une anémie.", "anémie", Assertion.UNCERTAIN),
        ("Absence de pneumonie.", "pneumonie", Assertion.DENIED),
        ("Suspicion de pneumonie.", "pneumonie", Assertion.UNCERTAIN),
        ("En cas de fièvre, reconsulter.", "fièvre", Assertion.HYPOTHETICAL),
        ("Dépistage du diabète.", "diabète", Assertion.HYPOTHETICAL),
        ("Antécédent de goutte.", "goutte", Assertion.HISTORICAL),
    ],
)
def test_cues_decide_what_is_said_of_a_mention(
    sentence: str, named: str, assertion: Assertion
) -> None:
    start = sentence.index(named)
    status = status_of(sentence, start, start + len(named))
    assert (status.assertion, status.family) == (assertion, False)


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Her mother had diabetes.", "diabetes"),
        ("Family history of stroke.", "stroke"),
        ("Son père a fait un infarctus.", "infarctus"),
        ("Antécédent familial d'infarctus.", "infarctus"),
    ],
)
def test_anothers_condition_is_not_the_patients(sentence: str, named: str) -> None:
    start = sentence.index(named)
    assert status_of(sentence, start, start + len(named)).family

"""What a site's decisions change in a suggestion, and what they never do."""

import pytest

from summarizer.coding.lookup import Terminology
from summarizer.coding.priors import LEAST, Prior, key_of, with_priors
from summarizer.types import CodeSuggestion, TextEvidence
from tests.ehr.codelist import TABULAR, code_list_write

REFUSED, LIKED = Prior(rejected=LEAST), Prior(accepted=50)


def suggested(code: str, *, ticked: bool = False, confidence: float = 0.9) -> CodeSuggestion:
    return CodeSuggestion(
        system="s",
        code=code,
        description=code,
        release="r",
        evidence=(TextEvidence(0, 1, "x"),),
        matched_term=f"Term of {code}",
        confidence=confidence,
        preticked=ticked,
    )


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    listed = TABULAR.replace(
        "<desc>Pain in throat</desc>",
        "<desc>Pain in throat</desc><codeFirst><note>underlying condition (I10)</note></codeFirst>",
    )
    return Terminology(code_list_write(tmp_path_factory.mktemp("list"), tabular=listed))


def test_what_is_mostly_refused_loses_its_tick_and_goes_behind(terminology: Terminology) -> None:
    first, second, status = suggested("R07.9", ticked=True), suggested("I10"), suggested("Z79.4")
    priors = {key_of(first): REFUSED}
    found = with_priors((first, second, status), priors, terminology)
    assert [one.code for one in found] == ["I10", "R07.9", "Z79.4"]
    assert not found[1].preticked
    assert f"site:0/{LEAST}" in found[1].reasons


def test_a_prior_never_gives_a_tick(terminology: Terminology) -> None:
    untouched = suggested("R07.9", confidence=0.99)
    (found,) = with_priors((untouched,), {key_of(untouched): LIKED}, terminology)
    assert not found.preticked
    assert found.confidence == 1.0


def test_a_tick_stays_with_what_is_mostly_accepted(terminology: Terminology) -> None:
    ticked = suggested("R07.9", ticked=True)
    (found,) = with_priors((ticked,), {key_of(ticked): LIKED}, terminology)
    assert found.preticked
    assert abs(found.confidence - ticked.confidence) <= 0.1


def test_a_few_decisions_change_nothing(terminology: Terminology) -> None:
    one = suggested("R07.9", ticked=True)
    priors = {key_of(one): Prior(rejected=LEAST - 1)}
    assert with_priors((one,), priors, terminology) == (one,)


def test_a_cause_stays_before_what_must_follow_it(terminology: Terminology) -> None:
    cause, manifestation = suggested("I10"), suggested("R07.0")
    found = with_priors((cause, manifestation), {key_of(cause): REFUSED}, terminology)
    assert [one.code for one in found] == ["I10", "R07.0"]


def test_another_wording_of_the_same_code_is_not_touched(terminology: Terminology) -> None:
    one = suggested("R07.9", ticked=True)
    priors = {("other wording", "R07.9"): REFUSED}
    assert with_priors((one,), priors, terminology) == (one,)

"""Whether a mention may be coded: denied, uncertain, hypothetical, past, or another person's.

A cue acts on what follows it (or precedes it, for a few) up to the end of its clause, as in NegEx
and ConText (Chapman 2001, Harkema 2009). What counts as uncertain is section IV.H of the Official
Guidelines: an outpatient visit codes no "probable", "suspected", "rule out", "compatible with",
"consistent with" or "working" diagnosis.
"""

import re
from dataclasses import dataclass

from summarizer.types import Assertion


@dataclass(frozen=True, slots=True)
class Status:
    """What is said about a mention: its assertion, and whose condition it is."""

    assertion: Assertion = Assertion.AFFIRMED
    family: bool = False
    cue: str = ""


def _cues(*phrases: str) -> re.Pattern[str]:
    # A cue that ends in an elision ("pas d'") stands right before its word.
    return re.compile(r"(?<!\w)(?:" + "|".join(phrases) + r")(?:(?<=')|(?!\w))", re.IGNORECASE)


_NOT_NEGATING = _cues(
    "not only", "no change", "no improvement", "not improv\\w+", "no longer", "without difficulty",
    "pas seulement", "pas d'amélioration", "not well controlled", "not controlled",
)  # fmt: skip
_DENIED = _cues(
    "no", "not", "non", "denies", "denied", "deny", "denying", "without", "never had", "never",
    "negative for", "no evidence of", "no signs? of", "absence of", "absent", "free of",
    "ruled out", "rules out", "ruling out", "isn't", "wasn't", "doesn't have", "don't have",
    "didn't have", "hasn't had", "haven't had", "unremarkable for", "nor",
    "pas de", "pas d'", "aucune?", "nie", "nient", "absence de", "absence d'", "sans", "ni",
    "jamais eu", "jamais de", "exclue?", "éliminée?", "n'a pas", "n'ai pas", "n'est pas",
)  # fmt: skip
_DENIED_AFTER = _cues(
    "(?:is|are|was|were|has been) (?:negative|absent|ruled out|excluded|not present)", "unlikely",
    "absente?s?", "exclue?s?", "éliminée?s?", "peu probable", ": none", ": no", ": negative",
)  # fmt: skip
_UNCERTAIN = _cues(
    "possible", "possibly", "probable", "probably", "suspected", "suspicion (?:of|for)", "suspect",
    "suspicious for", "likely", "most likely", "rule out", "r/o", "concern(?:s|ed|ing)? for",
    "concerning for", "worr(?:y|ied) about", "consistent with", "compatible with", "versus", "vs",
    "questionable", "presumed", "presumptive", "working diagnosis", "may have", "might have",
    "may be", "might be", "could be", "differential(?: diagnosis)?(?: includes?)?", "appears to be",
    "thought to be", "evaluate for", "evaluation for", "assess for", "to check for", "test for",
    "testing for", "look for", "looking for", "indicative of", "suggestive of", "etiologies",
    "suspicion de", "suspicion d'", "suspectée?", "suspecte", "évoque", "évocateur de",
    "probables?", "possibles?", "éventuelle?", "hypothèse de", "à éliminer", "éliminer",
    "rechercher", "doute sur",
    "sûrement", "sans doute", "compatible avec", "en faveur de", "en faveur d'", "pourrait",
    "peut-être", "plutôt",
)  # fmt: skip
_UNCERTAIN_AFTER = _cues(
    r"\?", "(?:is|are) (?:possible|probable|likely|suspected)", "(?:was|were) suspected",
    "cannot be (?:ruled out|excluded)", "versus", "vs", "probable", "possible", "suspectée?",
    "à confirmer", "to be ruled out",
)  # fmt: skip
_HYPOTHETICAL = _cues(
    "if", "in case of", "risks? (?:of|for|include|includes|including)", "at risk for", "should",
    "to prevent", "prevention of", "prevent", "screening for", "screen for", "monitor for",
    "watch for", "return for", "call (?:us )?(?:for|if|with)", "side effects?(?: include)?",
    "complications? (?:include|including|of)", "reduce the risk of", "prophylaxis", "vaccine for",
    "educated? (?:on|about)", "precautions", "unless", "s'il", "si", "en cas de", "en cas d'",
    "risques? de", "risques? d'", "prévention", "prévenir", "dépistage", "surveiller",
    "effets secondaires", "vaccin contre", "reconsulter",
)  # fmt: skip
# What follows these, to the end of the sentence, is a list of what may happen.
_LISTED = _cues(
    "risks? (?:\\w+ ){0,3}(?:include|includes|including|of|are)", "side effects?",
    "complications? (?:\\w+ ){0,3}(?:include|including)", "(?:be |made )?aware of",
    "(?:can|may|could|might) (?:\\w+ )?(?:cause|lead to|result in|be a trigger)", "leads to",
    "vaccinat\\w+ (?:for|against)", "vaccinée? contre", "peut (?:causer|entraîner|provoquer)",
)  # fmt: skip
_LISTED_AFTER = _cues("vaccin\\w*", "can (?:\\w+ )?cause", "can (?:\\w+ )?be a trigger")
_HISTORICAL = _cues(
    "history of", "h/o", "hx of", "past", "prior", "previous", "previously", "remote", "childhood",
    "resolved", "had", "status post", "s/p", "antécédents? de", "antécédents? d'", "ancienne?",
    "ancien", "dans l'enfance", "guérie?", "years ago", "in the past", "il y a",
)  # fmt: skip
_FAMILY = _cues(
    "family history", "mother", "father", "mom", "dad", "brother", "sister", "grandmother",
    "grandfather", "grandparents?", "aunt", "uncle", "cousin", "maternal", "paternal", "husband",
    "wife", "siblings?", "parents?", "mère", "père", "frère", "sœur", "soeur", "grand-mère",
    "grand-père", "oncle", "tante", "familiale?s?", "familiaux", "cousine?", "mari", "maman",
    "papa",
)  # fmt: skip
_CLAUSE = re.compile(
    r"[.;:!?\n]|\b(?:but|however|although|except|yet|which|who|because|mais|cependant|sauf|car|"
    r"given that|due to|secondary to|presents? with|complain\w* of|and (?:is|has|was|will)|"
    r"with (?:a )?history)\b",
    re.IGNORECASE,
)


def status_of(sentence: str, start: int, end: int) -> Status:
    """The status of the mention at ``sentence[start:end]``, by the cues around it."""
    sentence = sentence.replace("’", "'")
    before, after = sentence[:start], sentence[end:]
    scope = before[_last_boundary(before) :]
    following = after[: _first_boundary(after)]
    family = _FAMILY.search(scope) or _FAMILY.search(before)
    if family and not re.search(
        r"\b(?:per|with|by|accompanied|selon|avec)\b[^.]*$", before[: family.start()] or ""
    ):
        return Status(Assertion.AFFIRMED, family=True, cue=family.group().lower())
    past = _HISTORICAL.search(scope)
    blank = _NOT_NEGATING.sub(lambda match: " " * len(match.group()), scope)
    for pattern, text, assertion in (
        (_DENIED, blank, Assertion.DENIED),
        (_DENIED_AFTER, following, Assertion.DENIED),
        (_HYPOTHETICAL, scope, Assertion.HYPOTHETICAL),
        (_LISTED, before, Assertion.HYPOTHETICAL),
        (_LISTED_AFTER, following[:24], Assertion.HYPOTHETICAL),
        (_UNCERTAIN, scope, Assertion.UNCERTAIN),
        (_UNCERTAIN_AFTER, following[:40], Assertion.UNCERTAIN),
    ):
        cue = pattern.search(text)
        if cue:
            return Status(assertion, cue=cue.group().lower())
    if past:
        return Status(Assertion.HISTORICAL, cue=past.group().lower())
    return Status()


def _last_boundary(text: str) -> int:
    last = 0
    for match in _CLAUSE.finditer(text):
        last = match.end()
    return last


def _first_boundary(text: str) -> int:
    match = _CLAUSE.search(text)
    if match is None:
        return len(text)
    return match.end() if match.group() in "?" else match.start()

"""Does a mention hold? Denied, uncertain, hypothetical or past, and whose it is.

Own rules after the ConText idea (Harkema et al. 2009, https://doi.org/10.1016/j.jbi.2009.05.002):
a cue's scope runs until a terminator; for English and French speech as it is spoken.
"""

import re
from dataclasses import dataclass
from typing import Literal

from summarizer.types import Assertion, Language

Experiencer = Literal["patient", "family", "other"]


@dataclass(frozen=True, slots=True)
class Status:
    """How a mention is asserted and whom it is about."""

    assertion: Assertion
    experiencer: Experiencer = "patient"


_NEGATION = {
    "en": re.compile(
        r"\b(?:no|not|never|without|denies|denied|deny|denying|nor|neither|none|"
        r"negative for|absent|"
        r"free of|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't|"
        r"hadn't|can't|cannot|"
        r"couldn't|won't|is n't|are n't|was n't|do n't|does n't|did n't|have n't|has n't|ca n't|"
        r"no (?:sign|evidence|history|signs) of|stopped having|would(?:n't| n't| not) say|"
        r"ruled? out|resolved)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:pas|aucune?|sans|jamais|ni|nie|absence d|exclu|plus (?:aucune?|jamais)|non plus|"
        r"négati(?:f|ve) pour)\b|\bn(?:'|e )\S+(?: \S+)? plus\b|"
        r"^non\b(?!,? (?:mais |bah |heu |euh )*(?:je|j'|il|elle|on|ça|c'est|c'était|ils|elles)\b)",
        re.I,
    ),
}
_STOP = {
    "en": re.compile(
        r"\b(?:but|however|although|though|except|other than|aside from|apart from|just|only|yet|"
        r"besides|because|since|so|then|which|until|(?<=[\w,] )some(?= )|"
        r"(?:and|or|,) (?:i|he|she|it|they|there|you|we|my|your)(?:'\w+)?)\b|[?!;]|\.\s",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:mais|sauf|hormis|à part|cependant|par contre|en revanche|juste|seulement|parce que|"
        r"donc|alors|jusqu'à|depuis que|"
        r"et (?:je|j'|il|elle|ça|c'est|là|vous|on|puis))|[?!;]|\.\s|, (?:je|j'|"
        r"il|elle|ça|c'est|on)\b",
        re.I,
    ),
}
# "not only", "no more than": words with a negative in them that deny nothing.
_PSEUDO = {
    "en": re.compile(
        r"\bno (?=(?:i|i'm|i've|i'd|it|it's|he|she|we|they|my)\b)|"
        r"\b(?:don't|do n't|doesn't|does n't|not) (?:have |get |feel )?(?:quite )?"
        r"as (?:much|many|bad|often|severe)\b|"
        r"\b(?:not only|no (?:doubt|matter|problem|change|longer having)|not sure|don't know|"
        r"do n't know|not (?:too|so) (?:bad|good)|why don't|why not|can't wait|no idea|"
        r"wouldn't be surprised|not (?:getting|gotten) (?:any )?better|not improv\w+|"
        r"not (?:controlled|well controlled)|not (?:taking|taken)|can't stand|don't worry)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:pas (?:seulement|que|sûre?|trop mal|mieux|amélioré|d'amélioration)|"
        r"(?:sais|connais) pas|pas de souci|pas de problème|pourquoi pas|pas (?:grave|encore))\b",
        re.I,
    ),
}
_NEGATION_AFTER = {
    "en": re.compile(
        r"^\s*,?\s*(?:is|are|was|were|has|have)?\s*(?:negative|absent|denied|not present|"
        r"went away|has resolved|resolved|is gone|are gone|has gone away|"
        r"no(?:t)?(?: really)?\s*(?:$|[.,?])|none\b)",
        re.I,
    ),
    "fr": re.compile(
        r"^\s*,?\s*(?:(?:est|sont|a|ont)\s+)?(?:négati(?:f|ve)s?|absente?s?|disparue?s?|non\b|"
        r"j'en ai pas|y en a pas|pas (?:du tout|vraiment)|pas(?:,? non)?\s*(?:$|[.,;?]))",
        re.I,
    ),
}
_UNCERTAIN = {
    "en": re.compile(
        r"\b(?:maybe|might|may|could be|possible|possibly|probably|probable|suspect\w*|"
        r"concern\w* (?:for|about)|"
        r"not sure|unsure|i think|seems?|appears?|likely|questionable|perhaps|potential\w*|"
        r"don't know if|worried (?:about|that)|suspicious)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:peut-être|possibles?|probables?|probablement|suspicion|suspecte|semble|on dirait|"
        r"pas sûre?|je crois|je pense|(?:ai|a|as|avez|ont) plus (?=d)|éventuel\w*|"
        r"il se peut|pourrait|évoque|crains|redoute)\b",
        re.I,
    ),
}
_HYPOTHETICAL = {
    "en": re.compile(
        r"\b(?:if|in case|unless|should you|watch (?:out )?for|look out for|risk of|side effects?|"
        r"can cause|may cause|could cause|might cause|would cause|to prevent|to "
        r"avoid|prevent|avoid|"
        r"so that you don't|make sure (?:you|that)|in the event|for any signs? of|to rule out|"
        r"rule out|screen(?:ing)? for|(?:check\w*|look|looking|tests?|testing|pcr|titers?|blot|"
        r"panel|assay|swab\w*) for)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:si|s'il|s'ils|au cas où|en cas d|risques? d|effets? (?:secondaires?|indésirables?)|"
        r"surveille[zr]|peut (?:donner|provoquer|entraîner)|pour éviter|prévenir|éviter|"
        r"pour (?:éliminer|écarter|vérifier)|dépist\w+|recherche d)\b",
        re.I,
    ),
}
# "Likely caused by the uncontrolled hypertension": the cause is in doubt, and not what is named.
_CAUSED = re.compile(r"\b(?:likely|probably) caused by (?:your|the)\b", re.I)
# "Lyme disease can cause problems in other organs" says nobody has it.
_IN_GENERAL = {
    "en": re.compile(r"^\s+(?:can|could|may|might) (?:cause|lead|affect|damage|spread)\b", re.I),
    "fr": re.compile(r"^\s+(?:peut|pourrait) (?:donner|provoquer|causer|entraîner)\b", re.I),
}
_HISTORY = {
    "en": re.compile(
        r"\b(?:history of|past (?:medical )?history|before (?:the|my) (?:surgery|"
        r"operation|procedure)|used to|in the past|years? ago|previously|"
        r"prior|before that|had an? .{0,20}(?:last year|in (?:19|20)\d\d)|when "
        r"i was (?:a kid|younger|"
        r"little|young|a child)|childhood|as a (?:kid|child)|back in|last year|months ago)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:antécédents?|dans le passé|il y a .{1,15} ans|auparavant|avant ça|autrefois|"
        r"quand j'étais|avant (?:l'|la |le |mon |ma )(?:opération|chirurgie|intervention|"
        r"traitement|accouchement)|enfant|l'année dernière|l'an dernier|il y a "
        r".{1,15} mois|"
        r"déjà (?:eu|fait))\b",
        re.I,
    ),
}
# "I had heavy periods until I had a hysterectomy": they are over.
_UNTIL = {
    "en": re.compile(r",? (?:up )?until (?:i|he|she|they|my|the)\b", re.I),
    "fr": re.compile(r",? jusqu'(?:à ce que|à mon|à l'opération)\b", re.I),
}
RELATIVES = {
    "en": (
        "mother|mom|mum|father|dad|brother|sister|siblings?|grandmother|grandfather|grandparents?|"
        "grandma|grandpa|aunt|uncle|cousin|parents?|family history|runs in (?:my|the|your) family|"
        "family members?|in (?:my|your|the) family|family(?= (?:has|have|had)\\b)|"
        "wife|husband|son|daughter|kids|children|niece|"
        "nephew|friend|coworker|neighbor|boyfriend|girlfriend|roommate"
    ),
    "fr": (
        "mère|maman|père|papa|frère|sœur|soeur|grand[- ]?mère|grand[- ]?père|"
        "grands[- ]parents|tante|"
        "oncle|cousine?|parents|antécédents familiaux|dans (?:la|ma|votre) famille|femme|mari|fils|"
        "fille|enfants|ami|amie|collègue|voisine?|compagn(?:on|e)|conjointe?"
    ),
}
_OTHER = re.compile(
    r"friend|coworker|neighbor|boyfriend|girlfriend|roommate|wife|husband|"
    r"\bamie?\b|collègue|voisine?|compagn|conjoint|femme|mari\b",
    re.I,
)


def status(
    text: str, start: int, end: int, language: Language, *, patient_words: str = ""
) -> Status:
    """The status of the mention ``text[start:end]`` within its own sentence ``text``.

    ``patient_words`` names relatives who are the patient here (``my daughter`` in a child's visit).
    """
    before, after = _scope(text, start, end, language)
    experiencer = _experiencer(text, start, language, patient_words)
    if _denied(before, after, language):
        return Status(Assertion.DENIED, experiencer)
    if _HYPOTHETICAL[language].search(before) or _IN_GENERAL[language].match(after):
        return Status(Assertion.HYPOTHETICAL, experiencer)
    if _UNCERTAIN[language].search(before) and not _CAUSED.search(before):
        return Status(Assertion.UNCERTAIN, experiencer)
    past = _HISTORY[language].search(before) or _HISTORY[language].match(after.lstrip())
    if past or _UNTIL[language].match(text[end:]):
        return Status(Assertion.HISTORICAL, experiencer)
    return Status(Assertion.AFFIRMED, experiencer)


def _scope(text: str, start: int, end: int, language: Language) -> tuple[str, str]:
    before, after = text[:start], text[end:]
    for match in _STOP[language].finditer(before):
        # "i don't think i have" goes on over its own pronoun.
        lead = before[: match.start()]
        if re.search(r"\b(?:don't|do n't|not) think$", lead.rstrip(), re.I):
            continue
        cut = match.end()
        before_cut = before[cut:]
        return _scope(
            before_cut + text[start:], len(before_cut), len(before_cut) + end - start, language
        )
    stop = _STOP[language].search(after)
    return before, after[: stop.start()] if stop else after[:60]


_NOTHING = re.compile(r"\b(?:nothing|rien)(?: like)?(?: an?)? $", re.I)


def _denied(before: str, after: str, language: Language) -> bool:
    if _NOTHING.search(before):
        return True  # "some numbness, but nothing tingling"
    pseudo = _PSEUDO[language].sub(lambda m: "_" * len(m[0]), before)
    cues = list(_NEGATION[language].finditer(pseudo))
    if cues and len(pseudo[cues[-1].end() :].split()) <= (12 if "," in before else 7):
        return True
    return _NEGATION_AFTER[language].match(after) is not None


def _experiencer(text: str, start: int, language: Language, patient_words: str) -> Experiencer:
    """A relative named before the mention, in the same clause, has it."""
    clause = re.split(r"[.;?!]|\b(?:but|mais)\b", text[:start])[-1]
    pattern = (
        rf"\b(?:my|your|his|her|their|the|a|in|on|mon|ma|mes|votre|vos|son|sa|ses|"
        rf"un|une|la|le)?\s*\b({RELATIVES[language]})\b(?!'s? (?:house|job))"
    )
    found = [match[1] for match in re.finditer(pattern, clause, re.I)]
    if patient_words:
        found = [word for word in found if not re.fullmatch(patient_words, word, re.I)]
    if not found:
        return "patient"
    # "my wife noticed that i snore": back to the patient by a pronoun of the first person.
    rest = clause[clause.lower().rindex(found[-1].lower()) + len(found[-1]) :]
    if re.search(r"\b(?:i|i'm|i've|me|my|je|j'|j'ai|moi|mon|ma)\b|\bj'", rest, re.I):
        return "patient"
    return "other" if _OTHER.fullmatch(found[-1]) else "family"


_YES = {
    "en": re.compile(
        r"^(?:(?:um|uh|oh|well|okay|so|and|,)\s*,?\s*)*(?:yes|yeah|yep|yup|yup|"
        r"uh-huh|mm-hmm|mhm|correct|"
        r"that's (?:right|correct|it)|right\b(?! (?:now|after|before))|exactly|absolutely|"
        r"definitely|i do\b(?!n't|"
        r" n't)|i am\b(?! not| an? )|"
        # "I have one older brother" tells something else.
        r"i have\b(?=\W*$|[,.;!]| (?:been|had|noticed|felt|seen|tried|taken|used|gotten|that|"
        r"those)\b)|"
        r"i did\b(?! not|n't| n't)|a little(?: bit)?|"
        r"sometimes|occasionally|sure)\b",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:euh|heu|ah|ben|bah|et|,)\s*,?\s*)*(?:oui|ouais|si\b|tout à fait|"
        r"exact|exactement|c'est ça|"
        r"absolument|voilà|un peu|parfois|bien sûr|effectivement)\b",
        re.I,
    ),
}
_NO = {
    "en": re.compile(
        r"^(?:(?:um|uh|oh|well|okay|so|and|,)\s*,?\s*)*(?:no|nope|nah|not (?:really|"
        r"at all|that i|so far|"
        r"yet|any)|never|none|nothing|negative|i (?:don't|do n't|haven't|have "
        r"n't|didn't|did n't|did not|"
        r"do not|have not|am not|can't|ca n't)\b|i'm not\b)",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:euh|heu|ah|ben|bah|et|,)\s*,?\s*)*(?:non|pas (?:du tout|vraiment|"
        r"que je|spécialement|"
        r"particulièrement)|jamais|rien|aucune?|nan)\b",
        re.I,
    ),
}


# "I don't know, I might miss one now", "yeah, no": no answer that a note could rest on.
_NEITHER = re.compile(
    r"^(?:(?:um+|uh+|oh|well|hmm+|okay|euh|ben|bah)\W+)*(?:i (?:don't|do n't|really don't) know\b|"
    r"(?:i'm )?not (?:too )?sure\b|no idea\b|ye(?:ah|s)\W+no\b|no\W+yeah\b|yes and no\b|"
    r"not (?:if|unless|when|with you)\b|"
    r"(?:je )?(?:ne )?sais pas\b|aucune idée\b|oui et non\b|ça dépend\b|it depends\b)",
    re.I,
)


def answer(text: str, language: Language) -> Literal["yes", "no", ""]:
    """What a reply says to a yes-or-no question, read from its first words."""
    head = text.strip()
    if _NEITHER.match(head):
        return ""
    if _NO[language].match(head):
        return "no"
    return "yes" if _YES[language].match(head) else ""


_OF_AN_EFFECT = {
    "en": re.compile(
        r"\b(?:applied|appl(?:y|ying)|tried|done|doing|taken|used|seen) (?:anything|something|"
        r"anyone|anybody|someone|a doctor)\b|"
        r"\b(?:makes?|made|making|gets?|getting)\b.{0,40}\b(?:better|worse|easier|go away)\b|"
        r"\b(?:relieves?|relieved|helps?|helped|eases?|eased|aggravates?)\b|"
        r"\b(?:takes?|taken|taking|used?|using) .{0,30}\bfor\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:appliqué|essayé|mis|pris|fait|consulté|vu) (?:quelque chose|quelqu'un|un médecin)\b|"
        r"\b(?:soulage|soulagent|soulagé|aggrave|aggravent|calme|calment)\b|"
        r"\b(?:mieux|moins mal|empire)\b.{0,25}\bquand\b|\bpris .{0,30}\b(?:pour|contre)\b",
        re.I,
    ),
}


def asks_of_an_effect(question: str, language: Language) -> bool:
    """Asks what was done about a complaint or what changes it ("does anything make the itching
    better?"): a no does not deny the complaint."""
    return _OF_AN_EFFECT[language].search(question) is not None

"""The transcript as units: one spoken sentence each, with what the rules see in it.

A unit never crosses an utterance. Everything later points back at ``start`` and ``end``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from summarizer.language.assertion import RELATIVES, Status, answer, status
from summarizer.language.lexicon import THOUGHTS, Mention, lexicon
from summarizer.language.orders import ORDERED_OF, told_with_a_tag
from summarizer.language.person_en import Pronouns, pronouns
from summarizer.language.person_fr import PronomsFr, pronoms
from summarizer.language.sentences import sentence_spans
from summarizer.language.text import clean, joined
from summarizer.steps.carers import carer_of, gender_of, own_turns
from summarizer.steps.others import of_others
from summarizer.types import Language, Role, TextEvidence, Transcript, Utterance


@dataclass(slots=True)
class Unit:
    """One sentence of talk. ``clean`` is for rendering, ``start``/``end`` for evidence."""

    index: int
    utterance: int
    role: Role
    start: int
    end: int
    raw: str
    clean: str
    question: bool
    mentions: list[tuple[Mention, Status]] = field(default_factory=list)
    section: str = ""
    phase: str = "story"  # story, exam, results or plan: where in the visit it stands
    score: float = 0.0
    vector: Sequence[float] = ()
    other: bool = False  # of another person who is in the recording; see steps/others.py

    @property
    def evidence(self) -> TextEvidence:
        return TextEvidence(self.start, self.end, self.raw)

    def has(self, *kinds: str) -> bool:
        return any(mention.concept.kind in kinds for mention, _ in self.mentions)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the visit is about: ``relatives`` is a pattern of words that mean the patient here
    (``daughter`` when a parent speaks for a child), ``spoken_for``: someone else answers in the
    patient's place, under the patient's label too."""

    gender: str
    relatives: str = ""
    spoken_for: bool = False
    helper_gender: str = ""  # of who speaks for the patient, where the words show it
    carer: str = ""  # who that is, where it was said: ``mother``, ``la mère``
    given: str = ""  # the patient's first name, from the record
    own_turns: range = range(0)  # utterances in which the patient who is spoken for speaks

    def speaks_for(self, role: Role, utterance: int) -> bool:
        """Is this turn another's, who speaks in the patient's place?"""
        if role not in (Role.PATIENT, Role.CAREGIVER) or utterance in self.own_turns:
            return False
        return role is Role.CAREGIVER or self.spoken_for

    @property
    def pronouns(self) -> Pronouns:
        """How an English note speaks of the patient and of who speaks for them."""
        return pronouns(self.gender, carer=self.carer, carer_gender=self.helper_gender)

    @property
    def pronoms(self) -> PronomsFr:
        """The same in French."""
        return pronoms(self.gender, helper_gender=self.helper_gender, carer=self.carer)


_ASKING = {
    "en": re.compile(
        r"^(?:(?:and|so|but|okay|alright|now|well|um|then|or)\s*,?\s*)*(?:do|did|"
        r"does|have(?! (?:you|them) (?:" + ORDERED_OF + r")\b)|has|"
        r"are|is|were|was|can|could|would|how|"
        r"what(?! (?:i|we)(?:'d|'m| would| want| am| will| plan)\b)|"
        r"when|where|which|who|why|any)\b(?!.*\bi (?:want|will|am going|recommend)\b)",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:et|donc|alors|mais|ok|d'accord|bon|sinon|euh)\s*,?\s*)*(?:est[- "
        r"]ce|qu'est[- ]ce|avez[- ]vous|"
        r"êtes[- ]vous|prenez[- ]vous|fumez[- ]vous|comment|combien|quand|quel(?:le)"
        r"?s?|où|pourquoi|"
        r"depuis (?:quand|combien)|a-t-|est-ce)\b",
        re.I,
    ),
}
_CHILD = {
    "en": (
        r"\b(?:my|your) (daughter|son|baby|little (?:girl|boy)|kid|child|toddler)\b",
        ("daughter", "girl"),
    ),
    "fr": (
        r"\b(?:ma|mon|votre|vôtre) (fille|fils|bébé|petite?|enfant|gamin)\b",
        ("fille", "petite"),
    ),
}


_CHILD_WORDS = {
    "en": r"daughter|son|baby|girl|boy|kids?|child|children|toddler",
    "fr": r"fille|fils|bébé|petite?|enfants?|gamine?",
}


def find_units(transcript: Transcript, subject: Subject) -> list[Unit]:
    """All units in order, with their mentions and each mention's status. A unit of another person
    keeps its words in ``raw`` alone: nothing is read from it."""
    language = transcript.language
    others = of_others(
        transcript,
        relatives=subject.relatives,
        spoken_for=subject.spoken_for,
        given=subject.given,
    )
    words = lexicon(language)
    units: list[Unit] = []
    for utterance in transcript.utterances:
        for start, end in sentence_spans(transcript.text, utterance.start, utterance.end, language):
            raw = transcript.text[start:end]
            if utterance.index in others:
                units.append(_another_persons(len(units), utterance, start, end, raw))
                continue
            spoken = joined(raw)
            mentions = [
                (m, status(spoken, m.start, m.end, language, patient_words=subject.relatives))
                for m in words.find(spoken)
                if not (
                    _WORRY.match(spoken, m.start)
                    or _NOT_MEANT_FR.match(spoken, m.start)
                    or _WEAK_OF.search(spoken[max(0, m.start - 24) : m.end + 12])
                    or (m.concept.kind == "condition" and _OF_A_TEST.match(spoken, m.end))
                    or _only_spoken_of(spoken, m)
                )
            ]
            told = utterance.role in (Role.PATIENT, Role.CAREGIVER)
            if told and of_another(spoken, utterance.role, subject, language):
                mentions = [(m, Status(found.assertion, "other")) for m, found in mentions]
            elif subject.spoken_for and subject.speaks_for(utterance.role, utterance.index):
                mentions = [
                    (m, Status(found.assertion, "other"))
                    if found.experiencer == "patient" and _own(spoken, m.start, language)
                    else (m, found)
                    for m, found in mentions
                ]
            ordered = utterance.role is Role.CLINICIAN and told_with_a_tag(spoken, language)
            asked = not ordered and (
                spoken.endswith("?")
                or (utterance.role is Role.CLINICIAN and _asks(spoken, mentions, language))
                or (told and _WONDERS[language].match(spoken) is not None)
            )
            units.append(
                Unit(
                    index=len(units),
                    utterance=utterance.index,
                    role=_speaker(utterance.role, spoken, language, asked=asked),
                    start=start,
                    end=end,
                    raw=raw,
                    clean=clean(raw, language),
                    question=asked,
                    mentions=mentions,
                )
            )
    return units


def _another_persons(index: int, turn: Utterance, start: int, end: int, raw: str) -> Unit:
    return Unit(
        index=index,
        utterance=turn.index,
        role=turn.role,
        start=start,
        end=end,
        raw=raw,
        clean="",
        question=False,
        other=True,
    )


# What a patient asks back: "is that golfer's elbow".
_WONDERS = {
    "en": re.compile(
        r"(?:(?:and|so|but|well|okay|um|uh|oh|now)\b[ ,]*)*(?:is (?:that|this|it)(?! (?:is|was)\b)|"
        r"should i|do i (?:need|have)|did i|can i|could (?:it|that|this) be|"
        r"does (?:that|this) mean|"
        r"am i going|will i|what (?:is|are|about|causes))\b",
        re.I,
    ),
    "fr": re.compile(
        r"(?:(?:et|donc|mais|alors|euh|bon)\b[ ,]*)*"
        r"(?:est-ce que c'est|c'est quoi|est-ce que je (?:dois|peux)|est-ce grave)\b",
        re.I,
    ),
}
# A worry about something is no symptom: "I'm just anxious about the results".
_WORRY = re.compile(
    r"(?:worried|anxious|nervous|concerned|inquiète?s?|inquiets?|anxieu(?:x|se)s?) "
    r"(?:about|that|for|of|de|pour|que)\b|"
    r"nervous (?:systems?|breakdowns?|disorders?|conditions?)\b|"
    r"(?:worry|worries|worrying) (?:about|that)\b",
    re.I,
)
# "Tomber des nues" is no fall, and "qu'il ait" no transient ischaemic attack.
_NOT_MEANT_FR = re.compile(
    r"tomb\w* (?:des nues|enceinte|malade|sur (?:lui|elle|moi)|en panne|bien|d'accord)\b|"
    r"(?:(?<=\by )|(?<=\bil )|(?<=\belle )|(?<=\bon )|(?<=\bqui )|(?<=n')|(?<=l'))ait\b"
)
# A weak stream, pulse or grip is no weakness.
_WEAK_OF = re.compile(
    r"\b(?:stream|flow|pulses?|grip|signal|coffee)(?: is| was| been)?(?: \w+)? weak\b|"
    r"\bweak(?:er)? (?:stream|urin\w+|flow|pulses?|grip|signal)\b",
    re.I,
)
# "A Lyme titer", "the flu shot": the test or vaccine is named for the disease, and nobody has it.
_OF_A_TEST = re.compile(
    r"\s+(?:titers?|tests?|testing|antibod\w+|panels?|screen\w*|serolog\w+|cultures?|swabs?|"
    r"vaccin\w*|shots?|boosters?|immuni[sz]ation\w*)\b",
    re.I,
)
# "Since you mention anxiety", "I bet that did make you nervous": a word of the talk, no complaint.
_SPOKEN_OF_ONLY = re.compile(
    r"\b(?:since|as|when|that) (?:you|we) (?:just )?(?:mention(?:ed)?|bring up|brought up) "
    r"(?:\w+ )?$|"
    r"\b(?:i bet|i(?:'d| would) imagine|i can imagine|that must have)\b[\w' ]{0,30}$|"
    r"\bshould (?:i|we) (?:be|get) $|\b(?:don't|do not|no need to|needn't|nothing to) "
    r"(?:be |get |have to be |need to be )?$|"
    # "Le faire vomir", "je vais vomir", "je m'inquiète": not done, not yet, no anxiety.
    r"\b(?:faire|vais|va|allait|allais|allez) $|\b(?:je|on|elle|il) (?:ne )?[ms]['’]$|"
    r"\b(?:téléphone|portable|eau|verre|objet|pluie|nuit) (?:il |elle |qui |est |a )*$|"
    r"\b(?:à la télé|sur internet|ils parlent)\b[^.;]*$|"
    r"\b(?:puisque|comme) vous (?:parlez|parliez) (?:de |d'|des |du )(?:\w+ )?$",
    re.I,
)


def _only_spoken_of(spoken: str, mention: Mention) -> bool:
    kind = mention.concept.kind
    named = kind in ("symptom", "condition") and mention.concept.key not in THOUGHTS
    return named and bool(_SPOKEN_OF_ONLY.search(spoken[: mention.start]))


_LEAD = r"(?:(?:and|but|so|yes|yeah|no|well|oh|because)\b,? )*"
_THIRD = re.compile(rf"{_LEAD}(?:s?he|his|her)\b", re.I)
_MYSELF = re.compile(r"\b(?:i|me|my|i'm|i've|i'd|we|us)\b", re.I)
_OPPOSITE = {
    "female": re.compile(rf"{_LEAD}(?:he|his)\b", re.I),
    "male": re.compile(rf"{_LEAD}(?:she|her)\b", re.I),
}


def of_another(spoken: str, role: Role, subject: Subject, language: Language) -> bool:
    """Told of somebody else: ``she was on dialysis``, said by the patient, who is "I" (``she said
    i have a murmur`` is of the patient); from any other mouth ``he has chest pain``, where the
    patient is a woman. French ``il`` and ``elle`` stand for things as well, and tell nothing."""
    if language != "en":
        return False
    if role is Role.PATIENT and not subject.spoken_for:
        return bool(_THIRD.match(spoken)) and not _MYSELF.search(spoken)
    return subject.gender in _OPPOSITE and bool(_OPPOSITE[subject.gender].match(spoken))


# The nearest subject before a mention, in the words of who speaks for the patient.
_SUBJECTS = {
    "en": re.compile(r"\b(i|i'm|i've|i'd|s?he|s?he's|they)\b", re.I),
    "fr": re.compile(r"\b(je|j|il|elle|ils|elles|ça|on)\b(?! (?:y a|faut)\b)", re.I),
}
_OWN_STATE = {
    "en": re.compile(r"\bi(?:'m|'ve| am| was| had| have| get| got)\b[^.,;]{0,30}$", re.I),
    "fr": re.compile(
        r"\b(?:je|j')\W?(?!pens|croi|voi|trouv|sai|lui\b|la\b|le\b|dis|donn)[^,;]{0,30}$", re.I
    ),
}


def _own(spoken: str, start: int, language: Language) -> bool:
    """Told by a parent or caller of themselves: ``je suis inquiète``, ``moi aussi j'avais mal``."""
    before = spoken[:start]
    subjects = _SUBJECTS[language].findall(before)
    own = bool(subjects) and subjects[-1].lower() in ("i", "i'm", "i've", "i'd", "je", "j")
    if language == "fr" and _OF_ME.search(before):
        return True
    return own and _OWN_STATE[language].search(before) is not None


# "Moi, quand j'étais hospitalisée, ils m'ont trouvé une embolie": told of the caller.
_OF_ME = re.compile(
    r"\bmoi\b[^.;]{0,60}$|"
    r"\bm['’](?:ont|a|avaient|avait) (?:trouvé|diagnostiqué|découvert)\b[^.;]*$",
    re.I,
)


_ASKING_INSIDE = {
    "en": re.compile(
        r"\b(?:(?<!what )(?<!what i )(?:do|did|have|are|were|had) you"
        r"(?! (?:on|back|" + ORDERED_OF + r")\b)|how(?:'s|"
        r" are| is| have| long| often| about)|any (?:other|history|issues|family)"
        r")\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:est[- ]ce qu|avez[- ]vous|êtes[- ]vous|prenez[- ]vous|fumez[- ]vous)", re.I
    ),
}


# What only one of the two says, whichever label the recogniser gave it.
_CLINICIANS = re.compile(
    r"\bi(?:'m| am) (?:going to|gonna) (?:go ahead and )?(?:order|prescribe|refer|send you|"
    r"have you|start you|put you|examine|recommend|get you)\b|"
    r"\bi(?:'d| would) (?:like|recommend) you\b|"
    r"\bi want you to\b|\bon your (?:\w+ )?exam\b|^your (?:symptoms|x-?rays?|labs|results|exam|"
    r"lungs|heart|abdomen|blood pressure)\b",
    re.I,
)
_PATIENTS = re.compile(
    r"\bi(?:'ve| have) been (?:having|feeling|experiencing|icing)\b|"
    r"\bmy (?:left |right |lower |upper )?(?:knee|shoulder|back|ankle|hip|elbow|wrist|foot|leg|arm|"
    r"hand|neck|stomach|chest|head|throat|pain|period)s? (?:hurts?|is|are|has|have|started|feels?|"
    r"aches?)\b",
    re.I,
)


def _speaker(role: Role, spoken: str, language: Language, *, asked: bool) -> Role:
    """The label's role, unless the sentence can only be the other's."""
    if language == "en" and not asked:
        if role is Role.PATIENT and _CLINICIANS.search(spoken):
            return Role.CLINICIAN
        if role is Role.CLINICIAN and _PATIENTS.search(spoken):
            return Role.PATIENT
    return role


def _asks(spoken: str, mentions: list[tuple[Mention, Status]], language: Language) -> bool:
    """A clinician's question without its mark: inverted words, or a bare name before a reply."""
    if _ASKING[language].match(spoken):
        return True
    if spoken.endswith((".", "!")):
        return False
    named = any(m.concept.kind in ("symptom", "condition") for m, _ in mentions)
    return _ASKING_INSIDE[language].search(spoken) is not None or (
        named and len(spoken.split()) <= 3
    )


@lru_cache(maxsize=4)
def find_subject(transcript: Transcript, gender: str, given: str = "") -> Subject:
    """Who is the patient here, from the record's gender and from how people speak of them."""
    language = transcript.language
    text = joined(transcript.text).lower()
    pattern, feminine = _CHILD[language]
    children = re.findall(pattern, text)
    by_clinician = 0
    for utterance in transcript.utterances:
        if utterance.role is Role.CLINICIAN:
            spoken = transcript.text[utterance.start : utterance.end]
            by_clinician += len(re.findall(pattern, spoken, re.I))
    roles = {utterance.role for utterance in transcript.utterances}
    caregiver = Role.CAREGIVER in roles
    # Beside a caregiver of their own label, the patient's turns are the patient's.
    spoken_for = (
        Role.PATIENT not in roles
        if caregiver
        else ((len(children) >= 3 and by_clinician >= 2) or _of_another(transcript))
    )
    relatives = _CHILD_WORDS[language] if caregiver or spoken_for else ""
    own = _of_oneself(transcript, _ANSWERING if spoken_for else (Role.PATIENT,))
    guessed = gender
    if language == "fr":
        guessed = guessed or (_told_of(transcript) if spoken_for else own)
    heard = joined(_words_of(transcript, (Role.CLINICIAN, Role.UNKNOWN))).lower()
    guessed = (
        guessed or _gender(text, heard, language, children, feminine) or _spoken_of(transcript)
    )
    helped = caregiver or spoken_for
    carer = carer_of(transcript, own) if helped else ""
    return Subject(
        guessed,
        relatives,
        spoken_for,
        gender_of(carer) or (own if spoken_for else ""),
        carer,
        given,
        own_turns(transcript) if helped else range(0),
    )


_FEMININE_OWN = re.compile(
    r"\bj(?:e|')\s?(?:me )?(?:suis|sens|étais|ai été)(?: (?:très|trop|un peu|vraiment|plutôt|assez|"
    r"toujours|encore|pas|bien))* (?:inquiète|\w{2,}ée|anxieuse|nerveuse|enceinte|seule|contente|"
    r"sûre|venue|sortie|née|suivie)\b",
    re.I,
)


_ANSWERING = (Role.PATIENT, Role.CAREGIVER)


def _words_of(transcript: Transcript, roles: Sequence[Role]) -> str:
    return " ".join(
        transcript.text[turn.start : turn.end]
        for turn in transcript.utterances
        if turn.role in roles
    )


def _of_oneself(transcript: Transcript, roles: Sequence[Role]) -> str:
    """French adjectives tell that a woman speaks of herself: ``je suis inquiète``."""
    if transcript.language != "fr":
        return ""
    return "female" if _FEMININE_OWN.search(_words_of(transcript, roles)) else ""


_HE_FR = re.compile(
    r"\bil\b(?! (?:ne |n')?(?:y |faut|faudrait|fallait|fait (?:chaud|froid|beau)|est (?:important|"
    r"possible|vrai)|s'agit|vous plaît|te plaît))",
    re.I,
)


def _told_of(transcript: Transcript) -> str:
    """The gender of who is spoken of in French: ``il`` or ``elle``, where one is twice as often."""
    words = _words_of(transcript, _ANSWERING)
    his, hers = len(_HE_FR.findall(words)), len(re.findall(r"\belle\b", words, re.I))
    if hers >= 2 * his and hers > 1:
        return "female"
    return "male" if his >= 2 * hers and his > 1 else ""


_TOLD_OF = 6


def _of_another(transcript: Transcript) -> bool:
    """A parent or carer under the patient's label: says "she" or "he" often, and more than "I"."""
    if transcript.language == "fr":
        return _of_another_fr(transcript)
    said = " ".join(
        transcript.text[turn.start : turn.end]
        for turn in transcript.utterances
        if turn.role is Role.PATIENT
    ).lower()
    others = len(re.findall(r"\bs?he(?:'s|'ll|'d)?\b", said))
    return others >= _TOLD_OF and others > len(re.findall(r"\bi(?:'m|'ve|'ll|'d)?\b", said))


_CALLS_FOR = re.compile(
    r"\bappele\w* pour (?:votre|vos|un|une|le|la)\b(?!.{0,12}(?:ordonnance|résultat|renouvel))",
    re.I,
)


def _of_another_fr(transcript: Transcript) -> bool:
    """The same in French, where ``il`` and ``elle`` stand for things too: more of them is asked,
    or that the clinician says whom the call is for."""
    said = _words_of(transcript, _ANSWERING)
    others = len(_HE_FR.findall(said)) + len(re.findall(r"\belle\b", said, re.I))
    own = len(re.findall(r"\bje\b|\bj'", said, re.I))
    if others >= _TOLD_OF and others > own:
        return True
    asked = " ".join(
        transcript.text[turn.start : turn.end]
        for turn in transcript.utterances
        if turn.role is Role.CLINICIAN
    )
    return others > 1 and _CALLS_FOR.search(asked) is not None


_SPOKEN_OF = {
    "en": (r"\b(?:she|her|hers)\b", r"\b(?:he|his|him)\b"),
    "fr": (r"\b(?:elle|la patiente)\b", r"\b(?:le patient)\b"),
}


def _spoken_of(transcript: Transcript) -> str:
    """By how the clinician, dictating, speaks of one person only: ``she has``, never ``he``."""
    counts = [0, 0]
    for utterance in transcript.utterances:
        if utterance.role is not Role.CLINICIAN:
            continue
        spoken = transcript.text[utterance.start : utterance.end]
        if re.search(rf"\b(?:{RELATIVES[transcript.language]})\b", spoken, re.I):
            continue
        for place, pattern in enumerate(_SPOKEN_OF[transcript.language]):
            counts[place] += len(re.findall(pattern, spoken, re.I))
    hers, his = counts
    if hers >= 3 and not his:
        return "female"
    return "male" if his >= 3 and not hers else ""


_BOYS = re.compile(r"\b(?:my|your) (?:son|boy)\b|\b(?:mon|votre) (?:fils|petit)\b")


def _gender(
    text: str, heard: str, language: Language, children: list[str], feminine: tuple[str, ...]
) -> str:
    """By the words: all of them in ``text``, the clinician's, who calls the patient sir, in
    ``heard``."""
    if len(children) >= 3:
        girls = sum(word in feminine for word in children)
        return "female" if girls * 2 > len(children) else ("male" if _BOYS.search(text) else "")
    if language == "en":
        named = re.search(
            r"\byear[- ]old\s+(?:\w+\s+){0,2}(female|woman|girl|lady|male|man|boy|gentleman)\b",
            text,
        )
        if named:
            return "female" if named[1] in {"female", "woman", "girl", "lady"} else "male"
        if said := _IDENTIFIES.search(text):
            return "female" if {"female", "woman", "she"} & {*said.groups()} else "male"
        if about := _ABOUT_CHILD.search(text):
            return "female" if about[1] in {"daughter", "girl"} else "male"
        if _MADAM.search(heard):
            return "female"
        if _SIR.search(heard):
            return "male"
        return _bodily(text)
    else:
        if re.search(r"\bmonsieur\b", text) and not re.search(r"\bmadame\b", text):
            return "male"
        if re.search(r"\bmadame\b", text) and not re.search(r"\bmonsieur\b", text):
            return "female"
    return ""


_IDENTIFIES = re.compile(
    r"\b(?:i|you|patient) (?:do )?identif(?:y|ies) as (?:an? )?(?:\w+ )?(female|woman|male|man)\b|"
    r"\bi(?:'m| am) an? (?:\w+ )?(female|male)\b|\bmy pronouns are (she|he)\b"
)
_ABOUT_CHILD = re.compile(
    r"\b(?:tell me (?:\w+ ){0,4}about|brings?|going on with|problem with|you or) your "
    r"(?:little )?(son|daughter|boy|girl)\b"
)
_MADAM = re.compile(
    r"\b(?:hi|hello|hey|miss|ms|mrs|ma'am)\.? (?:ma'am|miss|ms|mrs)\b|\bma'am\b|\bmrs\.? |"
    r"[,.?!] miss\b(?=[,.?! ])|^(?:hi|hello|hey)? ?(?:there )?miss\b|\byoung lady\b"
)
_SIR = re.compile(r"\bsir\b|\bmr\.? |\bmister\b|\byoung man\b")
# What only one sex is asked or told of as their own.
_HERS = re.compile(
    r"\b(?:are you|when you were|you(?:'re| are)|i(?:'m| am| was)) (?:\w+ )?pregnant\b|"
    r"\b(?:your|my) (?:last )?(?:menstrual )?periods?\b|\bmenstrua\w+|"
    r"\b(?:your|my) (?:uterus|ovar\w+|cervix|vagina\w*|mammogram|pap smear|hysterectomy)\b|"
    r"\b\d+[- ]year[- ]old (?:\w+ ){0,2}(?:woman|female)\b"
)
_HIS = re.compile(r"\b(?:your|my) (?:prostate|testic\w+|psa|penis|scrotum|vasectomy)\b")


def _bodily(text: str) -> str:
    hers, his = len(_HERS.findall(text)), len(_HIS.findall(text))
    return "female" if hers > his else "male" if his > hers else ""


def reply_to(units: list[Unit], question: Unit, language: Language) -> tuple[str, Unit | None]:
    """yes, no or nothing, and the unit that answered the question.

    Only the next turn answers, and only when nothing else was asked in between.
    """
    for unit in units[question.index + 1 :]:
        if unit.utterance == question.utterance:
            if unit.question and unit.role is question.role:
                return "", None
            continue
        if unit.utterance > question.utterance + 1 or unit.role is question.role:
            return "", None
        return answer(joined(unit.raw), language), unit
    return "", None

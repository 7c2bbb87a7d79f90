"""How a thing was said against how it is written: asked, supposed, meant to be done, and by whom.

Numbers, medicines and negation are compared in ``verify``; these checks read the turn of talk
that a sentence rests on.
"""

import re
from collections.abc import Sequence

from summarizer.language.assertion import status
from summarizer.language.lexicon import THOUGHTS, display_forms, fold, lexicon
from summarizer.language.orders import PATIENTS_ACTS, told_with_a_tag
from summarizer.language.quantities import frequency
from summarizer.language.text import clean, joined
from summarizer.types import (
    Assertion,
    Language,
    RecordEvidence,
    Role,
    Sentence,
    TextEvidence,
    Transcript,
)

_ASKED = {
    "en": re.compile(
        r"^(?:(?:and|so|but|okay|now|well|um|uh)\W+)*(?:do|did|does|have|has|are|is|were|was|can|"
        r"could|any|how|what|when|where|which|who|why)\b.*\?\s*$",
        re.I | re.S,
    ),
    "fr": re.compile(r"\?\s*$"),
}
_BY_CLINICIAN = re.compile(
    r"\b(?:order|prescribe|refer|examine|recommend|prescrire|commander|examiner|adresser)\b", re.I
)
_I_WILL = re.compile(
    r"\b(?:i|we)(?:'m|'re|'ll| am| are| will| would|'d| wan ?na)?\b(?: \w+){0,3}? "
    r"(?:order|prescribe|refer|examine|recommend|see you|have you|get you|send you|put you|"
    r"check your|listen to your|look at your)\b|"
    r"\bje (?:vais|voudrais) vous\b|\bje vous (?:prescris|adresse|examine)\b",
    re.I,
)
# "Get a scale and weigh yourself", "schedule a visit with me": told to the patient, not our doing.
_OURS = re.compile(r"\bwe will\b", re.I)
_THEIRS = re.compile(
    r"^(?!.*\b(?:i|we|i'm|we're|i'll|we'll|let's|let me|je|on|nous)\b).*\b(?:yourself|with me)\b",
    re.I | re.S,
)
# "I'll see you in four weeks" and "the patient will follow up in four weeks" say the same.
_SEEN_AGAIN = re.compile(r"the patient will follow up\b", re.I)
_PATIENT_DOES = {
    "en": re.compile(
        r"^(?:\w+: )?(?:the patient|he|she) (?:is going to|will|would|wants to|want to|is|just)?\b",
        re.I,
    ),
    "fr": re.compile(r"^(?:\w+ : )?(?:le patient|la patiente|il|elle) ", re.I),
}
_MEANT = {
    "en": re.compile(
        r"\b(?:trying|try|tries|tried|want(?:s|ed)?|need(?:s|ed)?|like|hop(?:e|ing)|going|have|"
        r"goal is) to(?: \w+){0,2} ?$|\b(?:felt|feels?|feeling) like (?:i (?:was|am|were) |i'm )?"
        r"(?:having |i had )?(?:an? )?$",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:essa\w+ de|veu(?:x|t) |voudrais |envie de |dois |besoin de )(?:\w+ ){0,2}$", re.I
    ),
}
_TIMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(f"^(?:{'|'.join(ways)})$", re.I))
    for name, ways in (
        (
            "1/day",
            (
                r"once (?:a|per|each) day",
                r"once daily|daily|every day|q\.?d\.?",
                r"(?:per|a|each) day|1 time (?:a|per) day",
                r"(?:1|une) fois par jour|par jour|chaque jour|tous les jours",
            ),
        ),
        (
            "2/day",
            (
                r"(?:twice|2 times) (?:a|per|each) day|twice daily|b\.?i\.?d\.?",
                r"(?:2|deux) fois par jour|matin et soir",
            ),
        ),
        (
            "3/day",
            (r"(?:three|3) times (?:a|per) day|t\.?i\.?d\.?", r"(?:3|trois) fois par jour"),
        ),
        (
            "1/week",
            (
                r"once (?:a|per) week|weekly|every week",
                r"par semaine|(?:1|une) fois par semaine",
            ),
        ),
    )
)


def speech_failures(
    sentence: Sentence, transcript: Transcript, language: Language
) -> tuple[str, ...]:
    """Codes of what was asked, supposed, meant, or done by another than the sentence says."""
    spoken = [item for item in sentence.evidence if isinstance(item, TextEvidence)]
    recorded = len(spoken) < len(sentence.evidence)
    found = []
    if spoken and not recorded and _only_asked(spoken, transcript):
        found.append("only-asked")
    if _another_acts(sentence, spoken, transcript, language):
        found.append("speaker-differs")
    if _side_corrected(sentence, spoken, transcript):
        found.append("side-corrected")
    if not recorded and _supposed(sentence, spoken, transcript.language, language):
        found.append("only-supposed")
    if not _frequency_held(sentence, transcript.language, language):
        found.append("frequency-unsupported")
    if not _names_held(sentence, transcript.language, language):
        found.append("name-unsupported")
    return tuple(found)


def _role(item: TextEvidence, transcript: Transcript) -> Role:
    return next(
        (u.role for u in transcript.utterances if u.start <= item.start < u.end), Role.UNKNOWN
    )


def _only_asked(spoken: Sequence[TextEvidence], transcript: Transcript) -> bool:
    """All that it rests on are the clinician's questions: nobody answered."""
    return all(
        _ASKED[transcript.language].search(joined(item.quote))
        and _role(item, transcript) is Role.CLINICIAN
        and not told_with_a_tag(joined(item.quote), transcript.language)
        for item in spoken
    )


def _another_acts(
    sentence: Sentence,
    spoken: Sequence[TextEvidence],
    transcript: Transcript,
    language: Language,
) -> bool:
    """The clinician's "I will order" written as something that the patient does. The words tell,
    and not the label: labels are wrong at times."""
    quotes = [joined(item.quote) for item in spoken]
    said = " ".join(quotes)
    if _OURS.search(sentence.text) and _THEIRS.search(said):
        return True
    if not _PATIENT_DOES[language].match(sentence.text) or _SEEN_AGAIN.match(sentence.text):
        return False
    if any(_TOLD.search(quote) and not _I_WILL.search(quote) for quote in quotes):
        return False  # "i'll prescribe some": another sentence, which names what is to be taken
    said = _HAVE_YOU_DO.sub(" ", said)
    return bool(
        _I_WILL.search(said)
        and (_BY_CLINICIAN.search(sentence.text) or not re.search(r"\bpatient\b", said, re.I))
        and not re.search(
            r"\b(?:you|your|vous|votre)\b.*\b(?:are|have|feel|avez|êtes)\b", said, re.I
        )
    )


_TOLD = re.compile(
    r"\byou (?:can|could|should|need|may|must|have|want|to)\b|"
    r"^(?:(?:and|so|then|just|please)\s+)*"
    r"(?:take|use|apply) (?:it|them|that|this|those|one|two|an?|\d+)\b",
    re.I,
)
# "I'll have you continue to watch your diet" is the patient's to do.
_HAVE_YOU_DO = re.compile(rf"\bhave you (?=(?:(?:{PATIENTS_ACTS})e?|continue|keep|start)\b)", re.I)

_SIDE = re.compile(r"\b(left|right|gauche|droite?)\b(?! (?:now|away|here|there|after))", re.I)
_CORRECTED = re.compile(
    r"\b(?:not|isn't) (?:the|my|on the) (left|right)\b|"
    r"\bpas (?:le|la|à|mon|ma|du côté)(?: \w+)? ?(gauche|droite?)\b",
    re.I,
)


def _side_corrected(
    sentence: Sentence, spoken: Sequence[TextEvidence], transcript: Transcript
) -> bool:
    """The next turn says that it is not this side: "it's not the right knee, it's the left"."""
    sides = {side[1][:5].lower() for side in _SIDE.finditer(sentence.text)}
    if not sides:
        return False
    for item in spoken:
        place = next(
            (n for n, u in enumerate(transcript.utterances) if u.start <= item.start < u.end), None
        )
        if place is None or place + 1 >= len(transcript.utterances):
            continue
        after = transcript.utterances[place + 1]
        for match in _CORRECTED.finditer(transcript.text[after.start : after.end]):
            if (match[1] or match[2])[:5].lower() in sides:
                return True
    return False


def _supposed(
    sentence: Sentence, spoken: Sequence[TextEvidence], said_in: Language, language: Language
) -> bool:
    """A symptom or disease written as there that the words only suppose or aim at."""
    held: dict[str, set[bool]] = {}
    for place, item in enumerate(spoken):
        quote = joined(item.quote)
        if place + 1 < len(spoken) and quote.rstrip().endswith("?"):
            continue  # a question that the next span answers
        for mention in lexicon(said_in).find(quote):
            read = status(quote, mention.start, mention.end, said_in).assertion
            meant = _MEANT[said_in].search(quote[: mention.start]) is not None
            only = read is Assertion.HYPOTHETICAL or meant
            held.setdefault(mention.concept.key, set()).add(only)
    for mention in lexicon(language).find(sentence.text):
        if mention.concept.kind not in ("symptom", "condition") or mention.concept.key in THOUGHTS:
            continue
        if held.get(mention.concept.key) != {True}:
            continue
        own = status(sentence.text, mention.start, mention.end, language).assertion
        meant = _MEANT[language].search(sentence.text[: mention.start]) is not None
        if own is Assertion.AFFIRMED and not meant:
            return True
    return False


def _times(text: str, language: Language) -> str:
    said = frequency(text, language).lower()
    return next((name for name, pattern in _TIMES if pattern.match(said)), "")


def _frequency_held(sentence: Sentence, said_in: Language, language: Language) -> bool:
    wanted = _times(sentence.text, language)
    if not wanted:
        return True
    quotes = [item.quote for item in sentence.evidence]
    held = {
        _times(text, tongue)
        for quote in quotes
        for text in (quote, clean(joined(quote), said_in), *_of_the_medicine(sentence, quote))
        for tongue in ("en", "fr")
    }
    # A frequency that is said in words the patterns do not know is not held against it.
    return wanted in held or held == {""}


def _of_the_medicine(sentence: Sentence, quote: str) -> list[str]:
    """Of "Norvasc daily and carvedilol 25 mg twice a day", the part from the named medicine on."""
    spoken = joined(quote)
    named = [c.attributes["surface"] for c in sentence.claims if c.attributes.get("surface")]
    places = [spoken.lower().find(name.lower()) for name in named]
    return [spoken[place:] for place in places if place > 0]


_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{2,}")


def _names_held(sentence: Sentence, said_in: Language, language: Language) -> bool:
    """A capitalised word inside the sentence was said, or is how the lexicon writes a word."""
    if said_in != language:
        return True
    held = {
        fold(word)
        for item in sentence.evidence
        for word in re.findall(r"[^\W\d_]+", item.quote + " " + clean(item.quote, said_in))
    }
    for item in sentence.evidence:
        if isinstance(item, RecordEvidence):
            return True
    for word in _NAME.findall(sentence.text):
        if fold(word) not in held and word.casefold() not in display_forms():
            named = lexicon(language).find(word)
            if not named:
                return False
    return True

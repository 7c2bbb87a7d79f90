"""What a sentence says, apart from how: its content words with whether they hold, its numbers,
sides, medicines, and whether it is only supposed.

Two sentences that say the same differ in their frame ("the patient reports that", "we will order")
and in their endings; the content words that are left are compared by stem.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from summarizer.language.assertion import status
from summarizer.language.lexicon import SIDE_OF, Mention, Token, fold, lexicon, place_words, tokens
from summarizer.language.numbers import values
from summarizer.language.words import words
from summarizer.types import Assertion, Language

# Words of the frame: who tells it, that something is ordered, and what only fills a sentence.
_FRAME_WORDS: Mapping[Language, frozenset[str]] = {
    "en": words(
        "a an the this that these those there it its he she they them his her him their we our us "
        "i my you your patient clinician who which what and or nor also again too as of in on at "
        "to for from with by into onto over about out up off than then so if be is are was were "
        "been being am has have had having do does did doing done will would can could should "
        "shall may might must get got gotten getting go going goe gone went any some just really "
        "fairly quite very slightly slight little bit lot "
        "kind sort now today here currently current again still "
        "report reported state stated say said tell told endorse note noted notice noticed deny "
        "denie denied think thought feel felt like present presented see seen saw look looks "
        "looking seem seemed appear appeared show showed shown shows reveal revealed "
        "impression discussed advised recommended review reviewed reviewing exam examination "
        "evidence sign finding result order ordered prescribe prescribed give given take taken "
        "taking use used provide obtain obtained schedule scheduled set place put send sent "
        "write make made "
        "let place medicine medication called history past medical diagnosed diagnosis known "
        "suspected only other time way thing s t re ve ll d m don doesn didn isn aren wasn weren "
        "hasn haven hadn no not never without none neither cannot can possible probably likely "
        "one two three four five six seven eight nine ten"
    ),
    "fr": words(
        "un une le la les l de du des d ce cet cette ces c il elle on nous vous je j tu ils elle "
        "leur son sa se ses mon ma mes votre vos vo notre nos no qui que qu quoi dont et ou ni "
        "mais aussi encore a au aux en dans sur sous par pour avec chez plus tres trop peu bien "
        "etre est sont etait ete suis a ai as ont avait avoir avez fait faire faut va vais allez "
        "aller y ne n pas aucun aucune sans jamais rien patient patiente signale rapporte dit "
        "decrit presente consulte jour ce aujourd hui maintenant actuellement prescrire prescri "
        "prescription demander demande prendre prend pris mettre donner medicament traitement "
        "antecedent connu connue examen retrouve note montre semble impression clinique "
        "explication donnee oui non si tout toute deja toujours "
        "deux trois quatre cinq six sept huit neuf dix"
    ),
}
_FRAME = {
    language: frozenset(fold(word) for word in listed) for language, listed in _FRAME_WORDS.items()
}
_HEDGED = re.compile(
    r"\b(?:suspected|possibl\w+|probabl\w+|likely|perhaps|maybe|may|might|could|consider\w*|"
    r"concern\w* for|hop(?:e|es|ed|ing|efully)|wish\w*|"
    r"peut-être|suspecté\w*|suspicion|éventuel\w*|espère\w*|pourrait|envisag\w+|discut\w+)\b",
    re.I,
)
_CONDITIONAL = re.compile(
    r"\b(?:if|unless|in case|depending|whether|until|"
    r"once(?! (?:daily|weekly|monthly|nightly|a|an|per|every|each|in|at|on)\b)|"
    r"si|s'il|sauf|selon|en cas|jusqu)\b",
    re.I,
)
_SIDE = re.compile(r"\b(left|right|bilateral\w*|both|gauche|droite?|bilatéra\w+)\b", re.I)
_NOT_A_SIDE = re.compile(r"\bright (?:now|away|here|there|after|about|around)\b", re.I)
# Of another one than the patient.
_RELATIVE = re.compile(
    r"\b(?:mother|father|sister|brother|wife|husband|son|daughter|friend|mère|père|sœur|frère|"
    r"mari|femme|fils|fille)\b",
    re.I,
)
_ENDING: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?:nesse|nes|ness|ingly|ing|edly|ed|es|ly|ic|e|y|ie)$"),
    "fr": re.compile(r"(?:ement|ante?|ee?s?|er|ez|ent|ait|es?|i)$"),
}
_SHORTEST_STEM = 4
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_DAYS |= {"jour": 1, "semaine": 7, "mois": 30, "an": 365}
_SPAN = re.compile(
    r"\b(\d+|an?|one|une?) (day|week|month|year|jour|semaine|mois|an)s?\b(?! (?:old|of age))", re.I
)
# "A week or two", "1 to 2 weeks": the unit is said once for both numbers.
_UNIT_ONCE = re.compile(
    r"\b(?P<first>\d+|an?|one|une?)(?: (?P<after>day|week|month|jour|semaine))?s? (?:to|or|à|ou) "
    r"(?P<second>\d+|two|deux)(?: (?P<unit>day|week|month|jour|semaine|mois)s?)?\b",
    re.I,
)
_EVERY_DAY = re.compile(r"\b(?:daily|(?:a|per|every|each) day|par jour|tous les jours)\b", re.I)

# What only says when: "an MRI" is not ordered by "physical therapy after the MRI".
_BACKGROUND: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:after|before|prior to|pending|while|when|whenever|because|since|based on|"
        r"depending on|until|so that|in order to)\b[^,.;]*?(?=[,.;]|$|\band (?:he|she|it|they)\b)",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:après|avant|pendant que|quand|lorsqu\w*|parce que|depuis|selon|en fonction)\b"
        r"[^,.;]*?(?=[,.;]|$|\bet (?:il|elle|on)\b)",
        re.I,
    ),
}
_WHEN = words("day daily once twice morning night evening jour matin soir nuit semaine foi")

# One word in two forms whose endings do not part from their stem.
_FORMS = {"referral": "refer", "swollen": "swell", "painful": "pain", "worsen": "worse"}

# What hurts and what hurt itself share a name, and so do a limp and not being able to walk.
_BROAD = re.compile(r"pain|gait")
_DEGREES = words("much many alway often quite too beauco souvent")
_COMMA = re.compile(r"[,;] | (?:but|mais) ")

Item = tuple[str, bool]  # a stem, and whether it is denied


@dataclass(frozen=True, slots=True)
class Clause:
    """What stands between two commas."""

    items: frozenset[Item]
    background: frozenset[Item]  # words that only say when or why
    names: Mapping[Item, frozenset[str]]  # concepts with the stems that name them here
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Content:
    """What a sentence says: its content words, each with whether it is denied."""

    clauses: tuple[Clause, ...]
    items: frozenset[Item]
    concepts: frozenset[Item]
    places: frozenset[str]
    sides: frozenset[str]
    medicines: frozenset[str]
    relatives: frozenset[str]
    hedged: bool
    conditional: bool

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(number for clause in self.clauses for number in clause.numbers)


@lru_cache(maxsize=8192)
def content(text: str, language: Language) -> Content:
    """What ``text`` says."""
    text = _UNIT_ONCE.sub(_both_units, _EVERY_DAY.sub("daily", text))
    text = _SPAN.sub(_in_days, text)
    places = place_words(language)
    apart = [match.span() for match in _BACKGROUND[language].finditer(text)]
    words_said = [
        (token, (stem(token.form, language), _denied(text, token, language)))
        for token in tokens(text)
        if not (token.form in _FRAME[language] or token.form.isdigit() or _is_side(token.form))
    ]
    mentions = [
        (mention, (mention.concept.key, _denied(text, mention, language)))
        for mention in lexicon(language).find(text)
    ]
    clauses = []
    for start, end in _clauses(text):
        within = [(token, item) for token, item in words_said if start <= token.start < end]
        named = [
            (mention, item)
            for mention, item in mentions
            if start <= mention.start < end
            and not (_behind(mention.start, apart) or _BROAD.search(mention.concept.key))
        ]
        clauses.append(
            Clause(
                items=frozenset(i for token, i in within if not _behind(token.start, apart)),
                background=frozenset(i for token, i in within if _behind(token.start, apart)),
                names={item: _stems(mention.surface, language) for mention, item in named},
                numbers=_numbers(text[start:end], language),
            )
        )
    return Content(
        clauses=tuple(clauses),
        items=frozenset(item for clause in clauses for item in clause.items),
        concepts=frozenset(item for _, item in mentions),
        places=frozenset(word for token, (word, _) in words_said if token.form in places),
        sides=_sides(text),
        medicines=frozenset(m.concept.key for m, _ in mentions if m.concept.kind == "medication"),
        relatives=frozenset(match[0].lower() for match in _RELATIVE.finditer(text)),
        hedged=_HEDGED.search(text) is not None,
        conditional=_CONDITIONAL.search(text) is not None,
    )


def telling(said: Content) -> int:
    """How many words say what, and not only when."""
    return sum(word not in _WHEN for word, _ in said.items)


def says(fuller: Content, other: Content) -> bool:
    """Does ``fuller`` say all that ``other`` says, of the same side, person and certainty?"""
    denied = any(denied for _, denied in other.items)
    return (
        bool(other.items)
        and not any((key, not denied) in fuller.concepts for key, denied in other.concepts)
        and all(
            any(_clause_says(clause, said) for clause in fuller.clauses) for said in other.clauses
        )
        and other.medicines <= fuller.medicines
        and (other.sides == fuller.sides or not (other.sides or denied))
        # What is denied of one place, or of much, is not denied of the whole.
        and (not denied or fuller.places <= other.places)
        and (not denied or not _degrees(fuller) - _degrees(other))
        and other.relatives == fuller.relatives
        and other.hedged == fuller.hedged
        and other.conditional == fuller.conditional
    )


def differ(first: Content, second: Content) -> bool:
    """Are the two, however alike, of another side, medicine or person, or only one supposed?"""
    return (
        first.sides != second.sides
        or first.medicines != second.medicines
        or first.relatives != second.relatives
        or first.hedged != second.hedged
        or first.conditional != second.conditional
    )


def _clause_says(fuller: Clause, other: Clause) -> bool:
    shared = {word for item, named in other.names.items() if item in fuller.names for word in named}
    wanted = {item for item in other.items if item[0] not in shared}
    behind = {item for item in other.background if item[0] not in shared}
    return (
        wanted <= fuller.items
        and behind <= fuller.items | fuller.background
        and other.numbers <= fuller.numbers
    )


def _degrees(said: Content) -> set[str]:
    return {word for word, _ in said.items if word in _DEGREES}


def _clauses(text: str) -> list[tuple[int, int]]:
    """Where the clauses of ``text`` begin and end."""
    ends = [match.end() for match in _COMMA.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


@lru_cache(maxsize=4096)
def _stems(text: str, language: Language) -> frozenset[str]:
    return frozenset(stem(token.form, language) for token in tokens(text))


def _numbers(text: str, language: Language) -> frozenset[str]:
    return frozenset({*values(text, language), *re.findall(r"\d+(?:[.,]\d+)?", text)})


def _sides(text: str) -> frozenset[str]:
    found = (match[1].lower() for match in _SIDE.finditer(_NOT_A_SIDE.sub(" ", text)))
    return frozenset(SIDE_OF.get(side, side[:9]) for side in found)


def stem(form: str, language: Language) -> str:
    """The part of a folded word that its endings leave, long enough to tell it from others."""
    form = _FORMS.get(form, form)
    cut = _ENDING[language].sub("", form)
    return (cut if len(cut) >= _SHORTEST_STEM else form)[:8]


def _behind(place: int, apart: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in apart)


def _is_side(form: str) -> bool:
    return _SIDE.fullmatch(form) is not None


_NOTHING = re.compile(r"\b(?:nothing|nobody|rien|personne)\b[^.,;]*$", re.I)


def _denied(text: str, said: Token | Mention, language: Language) -> bool:
    """Where something is, is neither denied nor affirmed."""
    if isinstance(said, Token) and said.form in place_words(language):
        return False
    if _NOTHING.search(text[: said.start]):
        return True
    return status(text, said.start, said.end, language).assertion is Assertion.DENIED


def _both_units(match: re.Match[str]) -> str:
    unit = match["after"] or match["unit"]
    second = "2" if match["second"].lower() in ("two", "deux") else match["second"]
    return f"{match['first']} {unit} to {second} {unit}" if unit else match[0]


def _in_days(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1].isdigit() else 1
    return f"{number * _DAYS[match[2].lower()]} days"

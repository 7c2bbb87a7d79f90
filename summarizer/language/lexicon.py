"""The words of medicine that are known by name: symptoms, conditions, medicines, tests.

One tab-separated file a kind under ``data/``, English and French side by side, so that a concept
found in one language can be named in the other. Matching is by folded tokens (case, accents and
plural s removed), longest first; determiners and sides (``my``, ``left``) may stand inside.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from summarizer.types import Language

_DATA = Path(__file__).parent / "data"
_TOKEN = re.compile(r"[^\W_]+", re.UNICODE)
_SKIPPED: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        {"my", "your", "the", "his", "her", "their", "a", "an", "any", "some", "this", "that"}
        | {"left", "right", "both", "upper", "lower", "little", "bit", "of", "really", "very"}
    ),
    "fr": frozenset(
        {"mon", "ma", "me", "mes", "votre", "vos", "le", "la", "les", "l", "d", "de", "du", "des"}
        | {"son", "sa", "ses", "un", "une", "tre", "bien", "petit", "peu", "vo", "se"}
    ),
}
SIDES: Mapping[Language, Mapping[str, str]] = {
    "en": {"left": "left", "right": "right", "both": "bilateral", "bilateral": "bilateral"},
    "fr": {
        "gauche": "left",
        "droit": "right",
        "droite": "right",
        "bilateral": "bilateral",
        "bilaterale": "bilateral",
    },
}
SIDE_OF: Mapping[str, str] = {**SIDES["en"], **SIDES["fr"]}


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and where it stands."""

    start: int
    end: int
    form: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing named in both languages. ``kind``: symptom, condition, medication or test."""

    kind: str
    key: str
    english: str
    french: str
    system: str = ""

    def name(self, language: Language) -> str:
        return self.french if language == "fr" else self.english


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept as it was said: ``side`` is left, right, bilateral or empty."""

    start: int
    end: int
    concept: Concept
    surface: str
    side: str = ""


# Thoughts are the finding: "sometimes I think I want to hurt myself" is not merely supposed.
THOUGHTS = frozenset({"suicidal", "homicidal"})
_BREAK = re.compile(r"[.,;:?!]")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case, no accents, no plural s: ``Nausées`` and ``nausee`` are one form."""
    plain = unicodedata.normalize("NFKD", word.replace("œ", "oe")).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss"):
        return plain[:-1]
    return plain


def tokens(text: str) -> list[Token]:
    """The words of ``text``, folded, with their offsets."""
    return [Token(m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(text)]


class Lexicon:
    """All the phrases of one language. ``find`` is linear in the text."""

    def __init__(
        self, language: Language, entries: Iterable[tuple[Concept, Iterable[str]]]
    ) -> None:
        self.language: Language = language
        self._phrases: dict[str, list[tuple[tuple[str, ...], Concept]]] = {}
        self._skipped = _SKIPPED[language]
        self._sides = SIDES[language]
        seen: set[tuple[str, ...]] = set()
        for concept, phrases in entries:
            for phrase in phrases:
                forms = tuple(t.form for t in tokens(phrase))
                kept = tuple(form for form in forms if form not in self._skipped) or forms
                if kept and kept not in seen:
                    seen.add(kept)
                    self._phrases.setdefault(kept[0], []).append((kept, concept))
        for options in self._phrases.values():
            options.sort(key=lambda item: -len(item[0]))

    def find(self, text: str) -> list[Mention]:
        """The longest mentions from left to right, none overlapping."""
        words = tokens(text)
        found: list[Mention] = []
        position = 0
        while position < len(words):
            match = self._at(text, words, position)
            if match is None:
                position += 1
                continue
            stop, concept, side = match
            start, end = words[position].start, words[stop - 1].end
            found.append(Mention(start, end, concept, text[start:end], side))
            position = stop
        return found

    def _at(self, text: str, words: list[Token], position: int) -> tuple[int, Concept, str] | None:
        for phrase, concept in self._phrases.get(words[position].form, ()):
            stop = self._matched(text, words, position, phrase)
            if stop:
                return stop, concept, self._side(words, position, stop)
        return None

    def _matched(
        self, text: str, words: list[Token], position: int, phrase: tuple[str, ...]
    ) -> int:
        here = position + 1
        for wanted in phrase[1:]:
            skipped = 0
            while (
                here < len(words)
                and words[here].form != wanted
                and skipped < 3
                and (words[here].form in self._skipped or words[here].form in self._sides)
            ):
                here, skipped = here + 1, skipped + 1
            if here >= len(words) or words[here].form != wanted:
                return 0
            # One phrase, one clause: "still the pain, bring her back" names no back pain.
            if _BREAK.search(text[words[here - 1].end : words[here].start]):
                return 0
            here += 1
        return here

    def _side(self, words: list[Token], start: int, stop: int) -> str:
        before = words[max(0, start - (1 if self.language == "en" else 0)) : stop]
        after = words[stop : stop + 1] if self.language == "fr" else []
        return next(
            (self._sides[word.form] for word in (*before, *after) if word.form in self._sides), ""
        )


def _rows(name: str) -> Iterator[list[str]]:
    for line in (_DATA / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("\t")]


def _phrases(cell: str) -> list[str]:
    return [phrase for phrase in cell.split("|") if phrase.strip()]


def _medicines() -> Iterator[tuple[Concept, list[str], list[str]]]:
    for row in _rows("medicines.tsv"):
        english, french, brands = [*row, "", "", ""][:3]
        concept = Concept("medication", english.lower(), english, french or english)
        words = [english, french or english, *_phrases(brands)]
        yield concept, words, words


_PAIN_KEYS = {
    "chest": "chest_pain",
    "abdomen": "abdominal_pain",
    "head": "headache",
    "throat": "sore_throat",
    "ear": "ear_pain",
    "back": "back_pain",
    "low_back": "back_pain",
    "joint": "joint_pain",
    "muscle": "myalgia",
}
_PAIN_EN = (
    "{} pain|{} pains|pain in {}|pain {}|{} hurts|{} hurt|{} hurting|{} is "
    "hurting|{} ache|{} aches|"
    "{} discomfort|sore {}|{} is sore|{} sore|pain on {}|pain at {}|pain of {}|{} is painful|"
    "{} has been hurting|{} has been bothering me"
)
_PAIN_FR = (
    "mal {}|douleur {}|douleurs {}|douleur à {}|douleur dans {}|douleurs "
    "dans {}|{} fait mal|{} douloureux|{} douloureuse"
)


def _symptoms() -> Iterator[tuple[Concept, list[str], list[str]]]:
    known: dict[str, Concept] = {}
    for row in _rows("symptoms.tsv"):
        key, system, english, french, en_words, fr_words = row
        known[key] = concept = Concept("symptom", key, english, french, system)
        yield concept, _phrases(en_words), _phrases(fr_words)
    for row in _rows("body_parts.tsv"):
        key, english, french, en_words, fr_words = row
        concept = known.get(_PAIN_KEYS.get(key, "")) or Concept(
            "symptom", f"pain_{key}", f"{english} pain", f"douleur {french}", "musculoskeletal"
        )
        yield (
            concept,
            [p.format(w) for w in _phrases(en_words) for p in _phrases(_PAIN_EN)],
            [p.format(w) for w in _phrases(fr_words) for p in _phrases(_PAIN_FR)],
        )


def _conditions() -> Iterator[tuple[Concept, list[str], list[str]]]:
    for row in _rows("conditions.tsv"):
        key, english, french, en_words, fr_words = row
        yield Concept("condition", key, english, french), _phrases(en_words), _phrases(fr_words)


def _tests() -> Iterator[tuple[Concept, list[str], list[str]]]:
    for row in _rows("tests.tsv"):
        english, french, en_words, fr_words = row
        yield (
            Concept("test", english.lower(), english, french),
            _phrases(en_words),
            _phrases(fr_words),
        )


@lru_cache(maxsize=2)
def lexicon(language: Language) -> Lexicon:
    """The lexicon of one language, built once a process."""
    every = (*_symptoms(), *_conditions(), *_medicines(), *_tests())
    if language == "en":
        return Lexicon(language, ((concept, english) for concept, english, _ in every))
    return Lexicon(language, ((concept, french) for concept, _, french in every))


@lru_cache(maxsize=2)
def place_words(language: Language) -> frozenset[str]:
    """Folded words for parts of the body: where something is, and not whether it is there."""
    column = 3 if language == "en" else 4
    return frozenset(
        token.form for row in _rows("body_parts.tsv") for token in tokens(row[column].lower())
    ) | frozenset({"extremity", "extremitie", "lower", "upper", "area", "region"})


@lru_cache(maxsize=1)
def display_forms() -> Mapping[str, str]:
    """How single words are written in a note: brand names and abbreviations keep their capitals."""
    forms = {"mri": "MRI", "ct": "CT", "ekg": "EKG", "ecg": "ECG", "a1c": "A1c", "copd": "COPD"}
    forms |= {"covid": "COVID", "bp": "BP", "hiv": "HIV", "ldl": "LDL", "hdl": "HDL", "tsh": "TSH"}
    forms |= {"cbc": "CBC", "er": "ER", "icu": "ICU", "gp": "GP", "irm": "IRM", "ivf": "IVF"}
    forms |= {
        "bmi": "BMI",
        "iv": "IV",
        "ptsd": "PTSD",
        "adhd": "ADHD",
        "cpap": "CPAP",
        "pcp": "PCP",
    }
    forms |= {"imc": "IMC", "avc": "AVC", "vih": "VIH", "hba1c": "HbA1c", "nsaids": "NSAIDs"}
    forms |= {"lyme": "Lyme", "bmp": "BMP", "pcr": "PCR", "mcl": "MCL", "acl": "ACL", "mmr": "MMR"}
    forms |= {"psa": "PSA", "emg": "EMG", "eeg": "EEG", "pt": "PT", "ace": "ACE", "tv": "TV"}
    forms |= {"gi": "GI", "chf": "CHF", "jvd": "JVD", "pfts": "PFTs", "gerd": "GERD", "uti": "UTI"}
    forms |= {"dvt": "DVT", "ibs": "IBS", "pcos": "PCOS", "hpv": "HPV"}
    for concept, words, _ in _medicines():
        for word in words[2:] if concept.french != concept.english else words[1:]:
            if " " not in word and word[:1].isupper():
                forms.setdefault(word.casefold(), word)
    return forms

"""How words are compared: folding, light stemming, noise words, laterality.

A *key* is what two wordings of one condition share: folded words without noise, in a fixed order,
so that "disease of the kidney, unspecified" and "Kidney disease" meet. Offsets are kept on the way,
because every match must be shown verbatim in its source.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_BRACKETS = re.compile(r"\s*\[[^\[\]]*\]")

# Words that do not tell one condition from another. "with", "without", "other" and "no" do.
NOISE = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "and",
        "or",
        "as",
        "is",
        "due",
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "their",
        "my",
        "your",
        "le",
        "la",
        "les",
        "l",
        "un",
        "une",
        "des",
        "du",
        "de",
        "d",
        "au",
        "aux",
        "et",
        "ou",
        "en",
        "dans",
        "par",
        "pour",
        "sur",
        "son",
        "sa",
        "ses",
        "nos",
        "nec",
        "unspecified",
    ]
)
RIGHT = frozenset({"right", "rt", "droit", "droite", "droits", "droites"})
LEFT = frozenset({"left", "lt", "gauche", "gauches"})
BOTH = frozenset({"bilateral", "bilaterally", "bilaterale", "bilateraux", "both"})
SIDES = RIGHT | LEFT | BOTH | {"unilateral", "unilaterale"}

# British to American spelling, on folded words.
_SPELLINGS = (
    (re.compile(r"haem"), "hem"),
    (re.compile(r"anaem"), "anem"),
    (re.compile(r"aemia"), "emia"),
    (re.compile(r"oedem"), "edem"),
    (re.compile(r"oesoph"), "esoph"),
    (re.compile(r"oestr"), "estr"),
    (re.compile(r"diarrhoea"), "diarrhea"),
    (re.compile(r"rrhoea"), "rrhea"),
    (re.compile(r"paed"), "ped"),
    (re.compile(r"gynaec"), "gynec"),
    (re.compile(r"orthopaed"), "orthoped"),
    (re.compile(r"leukaem"), "leukem"),
    (re.compile(r"tumour"), "tumor"),
    (re.compile(r"faec"), "fec"),
    (re.compile(r"coeliac"), "celiac"),
    (re.compile(r"ischaem"), "ischem"),
    (re.compile(r"foet"), "fet"),
    (re.compile(r"caec"), "cec"),
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "iiia": "3a", "iiib": "3b"}
_NUMBERED = frozenset({"type", "stage", "grade", "class", "stade", "phase"})
_SAME = {
    "disorder": "disease", "illness": "disease", "varice": "varix", "tumor": "neoplasm",
    # Adjectives of organs, which the index prints as the noun.
    "splenic": "spleen", "renal": "kidney", "hepatic": "liver", "cardiac": "heart",
    "pulmonary": "lung", "intestinal": "intestine", "gastric": "stomach", "esophageal": "esophagus",
    "pleural": "pleura", "ovarian": "ovary", "uterine": "uterus", "testicular": "testis",
    "prostatic": "prostate", "pancreatic": "pancreas", "colonic": "colon", "rectal": "rectum",
    "anal": "anus", "vaginal": "vagina", "vulvar": "vulva", "vulval": "vulva", "cutaneous": "skin",
    "ocular": "eye", "nasal": "nose", "oral": "mouth", "lingual": "tongue", "laryngeal": "larynx",
    "tracheal": "trachea", "bronchial": "bronchus", "duodenal": "duodenum", "jejunal": "jejunum",
    "ileal": "ileum", "peritoneal": "peritoneum", "urethral": "urethra", "ureteral": "ureter",
    "ureteric": "ureter", "spinal": "spine", "vertebral": "vertebra", "muscular": "muscle",
    "arterial": "artery", "venous": "vein", "biliary": "bile", "aortic": "aorta",
    "retinal": "retina", "corneal": "cornea", "scleral": "sclera", "penile": "penis",
    "scrotal": "scrotum", "appendiceal": "appendix", "gingival": "gingiva", "thymic": "thymus",
    "tonsillar": "tonsil", "pharyngeal": "pharynx", "cerebellar": "cerebellum",
    "pericardial": "pericardium", "endometrial": "endometrium", "myocardial": "myocardium",
    "cerebral": "brain", "lymphatic": "lymph", "cranial": "skull", "femoral": "femur",
}  # fmt: skip
_UNSTEMMED = frozenset({"diabetes", "herpes", "scabies", "rabies", "ms", "gas", "yes", "always"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word as compared, with where it stands in the text it came from."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """One word, lower case, without accents, possessive or plural, in American spelling."""
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'").replace("œ", "oe"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    if "'" in plain:
        head, tail = plain.split("'", 1)
        # "Crohn's" is Crohn; French "l'asthme" and "d'asthme" are the noun after the elision.
        plain = tail if len(head) <= 2 and len(tail) > 1 else head
    for pattern, spelling in _SPELLINGS:
        plain = pattern.sub(spelling, plain)
    return _singular(plain)


def _elided(word: str) -> int:
    """How many characters of an elision stand before the word itself ("d'asthme": 2)."""
    for mark in "'’":
        head, found, tail = word.partition(mark)
        if found and len(head) <= 2 and len(tail) > 1:
            return len(head) + 1
    return 0


def _singular(word: str) -> str:
    if len(word) <= 3 or word in _UNSTEMMED or not word.endswith("s"):
        return word
    if word.endswith(("ss", "us", "is", "os")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "shes")):
        return word[:-2]
    return word[:-1]


def words(text: str) -> list[Word]:
    """The text's words, folded, with their offsets; "type II" reads as "type 2"."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        word = fold(match.group())
        if match.group() in ("II", "III") or (found and found[-1].text in _NUMBERED):
            word = _ROMAN.get(word, word)
        elif match.group() == "A" and found:
            word = "A"  # influenza A and vitamin A, not the article
        found.append(Word(word, match.start() + _elided(match.group()), match.end()))
    return found


def key_of(tokens: Iterable[str]) -> str:
    """The key of already folded words; "" when nothing but noise is left."""
    return " ".join(sorted({_SAME.get(token, token) for token in tokens if token not in NOISE}))


def key(text: str) -> str:
    """The text's key."""
    return key_of(word.text for word in words(text))


def without_sides(tokens: Iterable[str]) -> list[str]:
    """The words without those that only say which side."""
    return [token for token in tokens if token not in SIDES]


def side_of(tokens: Iterable[str]) -> str:
    """right, left, bilateral or "": the side that the words name, if they name one only."""
    found = set(tokens)
    right, left = bool(found & RIGHT), bool(found & LEFT)
    if found & BOTH or (right and left):
        return "bilateral"
    return "right" if right else "left" if left else ""


_LOCUS = re.compile(r"[\s,]+(?:type\s+)?(?:\d{1,3}[A-Za-z]?|[IVX]{1,4}[A-Za-z]?)(?=$|\s+with or )")


def without_locus(name: str) -> str:
    """A hereditary disease's name without its number ("dystonia 24"): codes do not tell loci."""
    return _LOCUS.sub("", name)


def plain(term: str) -> str:
    """A tabular term without its nonessential modifiers in parentheses and brackets."""
    previous = None
    while previous != term:
        previous = term
        term = _BRACKETS.sub("", _PARENTHESES.sub("", term))
    return " ".join(term.split())

"""Speech to writing: the fillers, stutters and spacing of talk go; the words said stay.

``clean`` never adds a fact: it deletes, joins (``do n't`` -> ``don't``) and writes numbers in
digits. Evidence always refers to the words before cleaning.
"""

import re

from summarizer.language.lexicon import display_forms
from summarizer.language.numbers import pointed, to_digits
from summarizer.language.restarts_en import without_restarts
from summarizer.types import Language

_SPACED = (
    (
        re.compile(
            r"\b(do|does|did|is|are|was|were|have|has|had|would|could|should|need)"
            r"\s+n't\b",
            re.I,
        ),
        r"\1n't",
    ),
    (re.compile(r"\b(ca|wo)\s+n't\b", re.I), r"\1n't"),
    (re.compile(r"\b(can)\s+not\b", re.I), "cannot"),
    (re.compile(r"\b(gon)\s*na\b", re.I), "going to"),
    (re.compile(r"\b(wan)\s*na\b", re.I), "want to"),
    (re.compile(r"\b(got)\s*ta\b", re.I), "have to"),
    (re.compile(r"\blem\s*me\b", re.I), "let me"),
    (re.compile(r"\bgim\s*me\b", re.I), "give me"),
    (re.compile(r"\b(kinda|sorta)\b", re.I), ""),
    (re.compile(r"(?<![\w])'(cause|cuz)\b", re.I), "because"),
    (re.compile(r"\s+('(?:s|m|re|ve|ll|d))\b"), r"\1"),
    (re.compile(r"\s+([,.;:?!])"), r"\1"),
    (re.compile(r"(\d) -(?=(?:year|month|week|day)s?\b)"), r"\1-"),
    (re.compile(r"(\d)\s+%"), r"\1%"),
)
_FILLERS = {
    "en": re.compile(
        r"(?:(?<=\s)|(?<=,)|^)(?:um+|uh+|uhm+|(?<!the )(?<!an )er|er{2,}|hm+|mm+|mm-hmm|"
        r"mhm|ah|oh|huh|"
        r"you know what i mean|"
        r"you know(?! (?:what|how|if|that|when|where|why|the))|i mean|sort of|kind of|let's see|"
        r"basically|honestly|obviously|literally|actually|like(?=,)|anyway|by the way|"
        r"you see|as you know|i guess|if you will|what (?:we|they|i|doctors) call(?= (?:an? )?\w)|"
        r"(?<!doing )(?<!feel )(?<!feels )(?<!feeling )(?<!did )(?<!went )(?<!is )(?<!as )"
        r"(?<!very )(?<!pretty )well(?=,))(?=[\s,.;?!]|$),?",
        re.I,
    ),
    "fr": re.compile(
        r"(?:(?<=\s)|(?<=,)|^)(?:euh+|heu+|hum+|hein|ben|bah|pff+|voilà|quoi(?=[\s.,]|"
        r"$)|genre|enfin|"
        r"en fait|du coup|tu vois|vous voyez|vous savez|disons|bon ben|comment dire|on va dire|"
        r"si vous voulez|franchement|bon|alors là|ah|oh|ouh)(?=[\s,.;?!]|$),?",
        re.I,
    ),
}
_LEADING = {
    "en": re.compile(
        r"^(?:(?:okay|ok|alright|all right|right|so|well|and|but|yeah|yes|yep|"
        r"yup|no problem|sure|now|"
        r"then|great|good|perfect|excellent|oh|ah|also|anyway|because|like|just|um|uh|again|"
        r"i would say|i'd say|let's see|of course|absolutely|plus|"
        r"i see|got it|exactly|correct|mostly just|definitely|certainly|unfortunately|fortunately|"
        r"thankfully|hopefully|let me see|let's see here|hey,? dragon|hi|hello)\b[\s,.;:\-]*)+",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:ok|okay|d'accord|bon|bien|alors|donc|et|mais|oui|ouais|ben|bah|voilà|très bien|"
        r"parfait|super|ah|oh|euh|heu|puis|ensuite|après|enfin|du coup|en fait|justement|parce que|"
        r"car|c'est vrai que|c'est-à-dire que|disons que|bonjour|hein|"
        r"surtout que|effectivement|exactement|tout à fait|malheureusement|heureusement)"
        r"(?=[\s,.;:\-]|$)[\s,.;:\-]*)+",
        re.I,
    ),
}
_TRAILING = {
    "en": re.compile(
        r"(?<![\s,;:\-])(?:(?<!doing)(?<!feel)(?<!feels)(?<!feeling)(?<!is)(?<!are)(?<!was)(?<!'s)"
        r"(?<!'re)(?<!look)"
        r"(?<!looks)(?<!been)(?<!sounds)(?<!be)[\s,;:\-]*\b(?:okay|ok|alright|"
        r"all right|right|you know|and so|so|and|but|or|then|yeah|"
        r"um|uh|i guess|i think|and stuff|and everything|and all that|or anything|"
        r"that kind of thing|"
        r"that type of thing|things like that|stuff like that|or whatever|too|because|the|a|to|of|"
        r"and sometimes|is that (?:correct|right|true|so)|correct|"
        r"does that sound good|if that's okay|"
        r"that sort of thing|or something|though|for you|please|doctor|otherwise|or else|"
        r"and maybe)\b)+[\s,;:.?!\-]*$",
        re.I,
    ),
    "fr": re.compile(
        r"(?:[\s,;:\-]*\b(?:d'accord|hein|voilà|quoi|donc|et|mais|ou|alors|euh|heu|ok|bon|là|enfin|"
        r"c'est ça|c'est bon|n'est-ce pas|si vous voulez|pour vous|docteur|parce que|et tout|"
        r"tout ça|et tout ça|s'il vous plaît|le|la|de|à))+\b[\s,;:.?!\-]*$",
        re.I,
    ),
}
_BETWEEN_COMMAS = {
    "en": re.compile(
        r",\s*(?:um+|uh+|you know|kind of|sort of|i mean|like|well|so|i guess|"
        r"let's see)\s*,",
        re.I,
    ),
    "fr": re.compile(r",\s*(?:euh+|heu+|ben|bah|enfin|voilà|quoi|hein|disons|bon)\s*,", re.I),
}
# "no, it was monday": the no answers what came before and denies nothing in the clause itself.
_CORRECTED = re.compile(
    r"^\W*(?:no|nope|non)\s*[,.]\s+(?=(?:i|i'm|i've|my|it|it's|he|she|they|we|"
    r"je|c'est|c'était|il|elle|ça|on)\b|j')|"
    r"^\W*(?:(?:no|nope) )+(?=(?:i|i'm|i've|i'd|my|it's|it (?:is|was|does|did|just|makes?)|"
    r"he|she|they|we) \w)",
    re.I,
)
_PRAISE = {
    "en": re.compile(
        r",? (?:so |which |and |but )?(?:that's|that is|which is|which was|it's) (?:really "
        r"|very |pretty |actually )?(?:good|great|nice|fun|wonderful|amazing|"
        r"encouraging|reassuring|perfect|"
        r"important|concerning for me)[ .]*$",
        re.I,
    ),
    "fr": re.compile(
        r",? (?:donc |et )?c'est (?:très |plutôt |vraiment )?(?:bien|rassurant|"
        r"parfait|super|important)[ .]*$",
        re.I,
    ),
}
_STUTTER = re.compile(r"\b([\w']+(?: [\w']+){0,2})(?:\s*,?\s+\1\b)+", re.I)
_BROKEN = re.compile(r"\b([^\W\d_]{1,5})-\s+(?=\1)", re.I)
# "i-i'd like", "the-the": a false start joined by the transcriber's hyphen.
_RESTARTED = re.compile(r"\b(i|we|you|he|she|it|the|a|and|in|to|my|your|is|of)-\s?(?=\1\b)", re.I)
# "the oper-, occupational therapy": a word that was begun and given up.
_DANGLING = re.compile(r"\b[^\W\d_]{1,8}-(?:\s*,(?=\s)|(?=\s|$))")
# "and like i tried to": said for nothing between two clauses.
_LIKE = re.compile(r"\b(and|but|so|then) like (?=(?:i|i'm|i've|he|she|they|we|you|my|it)\b)", re.I)
# "hopefully you know the tumor will shrink": no knowledge of the patient's.
_YOU_KNOW = re.compile(
    r"\b(hopefully|because|just|so|and|but|is|was|like|then|or) you know "
    r"(?!(?:what|how|if|that|when|where|why|about|i|we|it|he|she|they|you)\b)",
    re.I,
)
_KEPT_DOUBLE = re.compile(r"^(?:that|had|très|vous|nous|twenty|vingt)$", re.I)
_UNITS = (
    (re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:milligrams?|milligrammes?)\b", re.I), r"\1 mg"),
    (re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:micrograms?|microgrammes?|mcg)\b", re.I), r"\1 mcg"),
    (re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:milliliters?|millilitres?)\b", re.I), r"\1 mL"),
    (re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:percent|per cent|pour cent|pourcent)\b", re.I), r"\1%"),
    (re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:centimeters?|centimètres?)\b", re.I), r"\1 cm"),
    (re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(?:millimeters?|millimètres?)\b", re.I), r"\1 mm"),
    (re.compile(r"\b(\d)\s+out of\s+(\d+)\b", re.I), r"\1/\2"),
    (re.compile(r"\b(\d{2,3})\s+over\s+(\d{2,3})\b", re.I), r"\1/\2"),
    (re.compile(r"\b(\d{2,3})\s+sur\s+(\d{2,3})\b", re.I), r"\1/\2"),
    (
        re.compile(
            r"\b(\d) plus\b(?= (?:(?:non-?)?pitting|edema|pulses?|reflexes|swelling))", re.I
        ),
        r"\1+",
    ),
    (re.compile(r"\b(?:one) plus\b(?= (?:(?:non-?)?pitting|edema))", re.I), "1+"),
    (re.compile(r"\b(?:two) plus\b(?= (?:pitting|edema|pulses?|reflexes))", re.I), "2+"),
)
_ARTICLE_DAY = re.compile(r"\b1 (?=(?:time|day|week|month|year) (?:ago)\b)")


def joined(raw: str) -> str:
    """The spacing that speech recognisers and tokenisers leave, made normal again."""
    for pattern, replacement in _SPACED:
        raw = pattern.sub(replacement, raw)
    return re.sub(r"\s+", " ", raw).strip()


def clean(raw: str, language: Language) -> str:
    """The clause without fillers and stutters, numbers in digits, no end punctuation."""
    text = joined(pointed(raw, language))
    text = re.sub(r"\.\.\.|…", ", ", text)
    text = _RESTARTED.sub("", _BROKEN.sub("", text))
    if language == "en":
        text = _YOU_KNOW.sub(r"\1 ", _LIKE.sub(r"\1 ", text))
    text = _BETWEEN_COMMAS[language].sub(" ", text)
    for _ in range(2):
        text = _FILLERS[language].sub(" ", text)
        text = _STUTTER.sub(_once, text)
        text = _tidy_commas(text)
    text = _DANGLING.sub("", text)
    if language == "fr":
        text = re.sub(r"\bpour ?cent\b", "%", text)
    text = to_digits(text, language)
    if language == "en":
        text = _tidy_commas(without_restarts(text))
    for pattern, replacement in _UNITS:
        text = pattern.sub(replacement, text)
    text = re.sub(r"(\d)\s+%", r"\1%", text)
    text = _PRAISE[language].sub("", text)
    text = _CORRECTED.sub("", text)
    for _ in range(3):
        text = _LEADING[language].sub("", text.strip(" ,;:-.?!'"))
        text = _TRAILING[language].sub("", text).strip(" ,;:-.?!")
    return _tidy_commas(text)


def _once(match: re.Match[str]) -> str:
    return match[0] if _KEPT_DOUBLE.match(match[1]) else match[1]


def _tidy_commas(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.;:])", r"\1", text)
    text = re.sub(r"(?:,\s*)+(?=,)", "", text)
    text = re.sub(r",(?=\S)(?!\d)", ", ", text)
    return text.strip(" ,;")


_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


_DAY_OR_MONTH = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|april|june|july|august|"
    r"september|october|november|december)\b"
)
_MARCH_OR_MAY = re.compile(
    r"(?<=\bin )(?:march|may)\b|(?<=\bof )(?:march|may)\b|(?<=\bsince )(?:march|may)\b|"
    r"\b(?:march|may)(?= \d)"
)
_DOCTOR = re.compile(r"\bdr\.? (?!(?:and|or|who|that|is|was|to|said|for|in|at)\b)([a-z])", re.I)
_VITAMIN = re.compile(r"(?<=\bvitamin )[a-k]\d*(?![\w'])|(?<=\bvitamine )[a-k]\d*(?![\w'’])")


def display(text: str) -> str:
    """The capitals of a note: brand names, abbreviations, ``I``, and the first letter."""
    forms = display_forms()

    def shown(match: re.Match[str]) -> str:
        word = match[0]
        return forms.get(word.casefold(), word) if word.islower() or word == "i" else word

    text = _WORD.sub(shown, text)
    text = _DAY_OR_MONTH.sub(lambda match: match[0].capitalize(), text)
    text = _MARCH_OR_MAY.sub(lambda match: match[0].capitalize(), text)
    text = _DOCTOR.sub(lambda match: f"Dr. {match[1].upper()}", text)
    text = _VITAMIN.sub(lambda match: match[0].upper(), text)
    text = re.sub(r"\bX[- ]?rays?\b|\bx ?rays?\b", _x_ray, text)
    return text[:1].upper() + text[1:]


def _x_ray(match: re.Match[str]) -> str:
    return "x-rays" if match[0].endswith("s") else "x-ray"


def sentence(text: str) -> str:
    """A finished sentence: capital first, one full stop last, tidy spaces."""
    text = re.sub(r"\s+", " ", text).strip(" ,;:-")
    text = re.sub(r"\s+([,.;])", r"\1", text)
    text = display(text)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def listed(items: list[str], language: Language, *, last: str = "") -> str:
    """``a, b, and c`` or ``a, b et c``."""
    word = last or {"en": "and", "fr": "et"}[language]
    if len(items) < 2:
        return "".join(items)
    comma = "," if language == "en" and len(items) > 2 else ""
    return f"{', '.join(items[:-1])}{comma} {word} {items[-1]}"

"""Numbers in words: ``forty`` -> 40, ``one twenty over eighty`` -> 120 over 80, ``treize`` -> 13;
years and days: ``nineteen eighty five`` -> 1985, ``the twenty third`` -> the 23rd.

``to_digits`` rewrites a text; ``values`` lists every value that a text can be read as, so that a
number in a note can be checked against what was said.
"""

import re
import unicodedata

from summarizer.types import Language

_EN = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_FR = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6,
    "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13,
    "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20, "trente": 30,
    "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80, "nonante": 90,
}  # fmt: skip
_WORDS = {"en": _EN, "fr": _FR}
_SCALES = {"hundred": 100, "thousand": 1000, "cent": 100, "cents": 100, "mille": 1000}
_POINT = {"en": {"point"}, "fr": {"virgule"}}
_JOIN = {"en": {"and"}, "fr": {"et"}}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9,
}  # fmt: skip
_DECADES = {f"{word.removesuffix('y')}ies": value for word, value in _EN.items() if value >= 20}
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


def _runs(text: str, language: Language) -> list[tuple[int, int, list[str]]]:
    """Stretches of number words: (start, end, folded words)."""
    words = _WORDS[language]
    runs: list[tuple[int, int, list[str]]] = []
    for match in _WORD.finditer(text):
        word = _plain(match[0])
        known = word in words or (word in _SCALES and word not in {"cents"}) or word == "cents"
        gap = text[runs[-1][1] : match.start()] if runs else "x"
        near = re.fullmatch(r"[ \-]+", gap) is not None
        joins = word in _JOIN[language] | _POINT[language]
        if near and (known or joins):
            start, _, parts = runs[-1]
            runs[-1] = (start, match.end(), [*parts, word])
        elif known:
            runs.append((match.start(), match.end(), [word]))
    return [_trimmed(text, run, language) for run in runs]


def _trimmed(
    text: str, run: tuple[int, int, list[str]], language: Language
) -> tuple[int, int, list[str]]:
    start, end, parts = run
    while parts[-1] in _JOIN[language] | _POINT[language]:
        tail = _WORD.findall(text[start:end])[-1]
        end = start + text[start:end].rindex(tail)
        end = start + len(text[start:end].rstrip(" -"))
        parts = parts[:-1]
    return start, end, parts


def _value(parts: list[str], language: Language) -> list[float]:
    """The numbers that the words say, one after another: ["120"], or ["20", "20"]."""
    words = _WORDS[language]
    values: list[float] = []
    total: float | None = None
    last = 0
    index = 0
    while index < len(parts):
        part = parts[index]
        if part in _POINT[language]:
            decimals = ""
            while index + 1 < len(parts) and words.get(parts[index + 1], 10) < 10:
                index += 1
                decimals += str(words[parts[index]])
            if not decimals and index + 1 < len(parts) and parts[index + 1] in words:
                index += 1
                decimals = str(words[parts[index]])
            total = (total or 0) + (float(f"0.{decimals}") if decimals else 0)
            last = -1
        elif part in _JOIN[language]:
            # "two hundred and fifty", "vingt et un"; elsewhere "and" parts two numbers.
            if not (last in (100, 1000) or (language == "fr" and last >= 20)):
                if total is not None:
                    values.append(total)
                total, last = None, 0
        elif part in _SCALES:
            scale = _SCALES[part]
            total = (total if total else 1) * scale
            last = scale
        else:
            value = words[part]
            if total is None:
                total = float(value)
            elif language == "fr" and last == 4 and value == 20:
                total = total - 4 + 80
                value = 80
            elif (language == "fr" and last in (60, 80) and 10 <= value <= 19) or (
                (last >= 20 and last < 100 and value < 10)
                or (last >= 100 and value < 100 and (last == 100 or value < 100))
                or (language == "fr" and last == 10 and value in (7, 8, 9))
            ):
                total += value
            elif language == "en" and 1 <= last <= 9 and 10 <= value <= 90 and total < 10:
                total = total * 100 + value  # "one twenty" for 120
            elif language == "en" and _century(total, value, parts[index + 1 : index + 2]):
                total = total * 100 + value  # "nineteen eighty" for 1980
            elif language == "en" and last == 0 and total == 0:
                values.append(total)
                total = float(value)
            else:
                values.append(total)
                total = float(value)
            last = value
        index += 1
    if total is not None:
        values.append(total)
    return values


def _century(total: float, value: int, ahead: list[str]) -> bool:
    """Do the words say a year? ``twenty twenty`` alone is mostly an eyesight."""
    if total == 19:
        return value >= 10
    return total == 20 and (
        10 <= value <= 19 or (value == 20 and bool(ahead) and 1 <= _EN.get(ahead[0], 0) <= 9)
    )


def _shown(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}".rstrip("0")


_UNIT_NEXT = re.compile(
    r"\s*(?:milligrams?|milligrammes?|micrograms?|grams?|grammes?|mg|mcg|ml|units?|unités?|percent|"
    r"pour ?cent|%|days?|weeks?|months?|years?|hours?|minutes?|pounds?|kilos?|kilogram|"
    r"jours?|semaines?|mois|ans?|années?|heures?|fois|times|out of|over|sur|degrees?|degrés?|"
    r"centimeters?|cm|inch(?:es)?|pills?|tablets?|comprimés?|gouttes?|puffs?|bouffées?|gélules?|"
    r"liters?|litres?|pack|packs|paquets?|cigarettes?|beers?|drinks?|verres?|-)(?![^\W\d_])",
    re.I,
)


# "twelve . five milligrams": a decimal point that was dictated and written down as a full stop. The
# amount would be another one if it were cut there.
_NUMBER = "(?:" + "|".join(sorted({*_EN, *_FR})) + ")"
_MEASURED = (
    r"\s*(?:milligrams?|milligrammes?|micrograms?|microgrammes?|grams?|grammes?|mg|mcg|ml|"
    r"milliliters?|millilitres?|units?|unités?|percent|pour ?cent|%|centimeters?|centimètres?|cm|"
    r"degrees?|degrés?)(?![^\W\d_])"
)
_STOPPED = re.compile(
    rf"(?<![\w.,])(?:({_NUMBER}) ?\. (?={_NUMBER}{_MEASURED})|(\d+) \. (?=\d+{_MEASURED}))"
)


# "your temperature is ninety eight . two": no unit follows.
_TEMPERATURE = re.compile(
    rf"(\btemp(?:erature)?(?: today)?(?: is| was| of|'s)? )((?:{_NUMBER} )?{_NUMBER}|\d\d) ?\. ?"
    rf"(?={_NUMBER}\b|\d\b)",
    re.I,
)


def stopped_decimal(text: str, stop: int) -> bool:
    """Does the full stop right before ``stop`` stand for a decimal point?"""
    return any(
        match.end() >= stop > match.start()
        for pattern in (_STOPPED, _TEMPERATURE)
        for match in pattern.finditer(text)
    )


# "back in o eight": the year 2008.
_OUGHT = re.compile(
    r"\b((?:in|since|of|until|during|by) )o[h']? (one|two|three|four|five|six|seven|eight|nine)\b",
    re.I,
)


def pointed(text: str, language: Language) -> str:
    """``text`` with such stops as the points that they are, and such years in full."""
    word = next(iter(_POINT[language]))
    if language == "en":
        text = _OUGHT.sub(r"\1two thousand \2", text)
    text = _TEMPERATURE.sub(
        lambda m: f"{m[1]}{m[2]}." if m[2].isdigit() else f"{m[1]}{m[2]} {word} ", text
    )
    return _STOPPED.sub(lambda m: f"{m[1]} {word} " if m[1] else f"{m[2]}.", text)


_RANGE_NEXT = re.compile(
    rf"\s+(?:or|to|ou|à)\s+(?:\d+|{_NUMBER})\s+"
    r"(?:days?|weeks?|months?|years?|hours?|times|tablets?|pills?|capsules?|puffs?|"
    r"jours?|semaines?|mois|ans|heures?|fois|comprimés?|gélules?|bouffées?)\b",
    re.I,
)


# "a twenty second hold" is no day.
_ORDINAL_NEXT = re.compile(
    r"[ \-](first|second(?= of\b|\s*(?:[,.;?!]|$))|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"(?!\w)",
    re.I,
)
_DECADE_NEXT = re.compile(
    r"[ \-](twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b", re.I
)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def _placed(text: str, end: int, found: list[float], language: Language) -> tuple[int, int, str]:
    """(value, where it ends, its ending) of a day or decade whose tens end at ``end``: ``twenty
    third``, ``nineteen forties``; an ending of "" where there is none."""
    if language == "en" and len(found) == 1:
        ordinal = _ORDINAL_NEXT.match(text, end)
        if ordinal and found[0] in range(20, 100, 10):
            ones = _ORDINALS[ordinal[1].lower()]
            return int(found[0]) + ones, ordinal.end(), _ENDINGS.get(ones, "th")
        decade = _DECADE_NEXT.match(text, end)
        if decade and found[0] == 19:
            return 1900 + _DECADES[decade[1].lower()], decade.end(), "s"
    return 0, end, ""


def to_digits(text: str, language: Language) -> str:
    """``text`` with number words as digits, where they count something or are above ten.

    ``one``, ``un`` and ``une`` alone stay words unless a unit follows: they are mostly articles.
    """
    text = pointed(text, language)
    out: list[str] = []
    position = 0
    for start, end, parts in _runs(text, language):
        values = _value(parts, language)
        counted = (
            _UNIT_NEXT.match(text, end) is not None or _RANGE_NEXT.match(text, end) is not None
        )
        before = text[:start].rstrip().lower()
        counted = counted or before.endswith((" over", " sur", "/", "out of"))
        placed, after, ending = _placed(text, end, values, language)
        if ending:
            out.append(f"{text[position:start]}{placed}{ending}")
            position = after
            continue
        small = len(values) == 1 and values[0] <= 10 and values[0] == int(values[0])
        if len(values) != 1 or (small and not counted):
            continue
        if len(parts) == 1 and parts[0] in {"un", "une", "one", "six"} and not counted:
            continue
        if parts in (["un"], ["une"]):
            continue
        ahead = text[position:start]
        if parts[0] in {"hundred", "thousand"} and re.search(r"(?:^|\s)a $", ahead, re.I):
            ahead = ahead[:-2]
        out.append(ahead)
        out.append(_shown(values[0]))
        position = end
    out.append(text[position:])
    return "".join(out)


def values(text: str, language: Language) -> set[str]:
    """Every number that ``text`` holds, in digits or in words, as plain decimal strings."""
    text = pointed(text, language)
    found: set[str] = set()
    for match in _DIGITS.finditer(text):
        number = match[0].replace(",", ".")
        found.add(_normal(number))
        if "," in match[0]:
            found.update(_normal(part) for part in match[0].split(","))
            found.add(_normal(match[0].replace(",", "")))
    for _, end, parts in _runs(text, language):
        read = _value(parts, language)
        found.update(_shown(value) for value in read)
        placed, _, ending = _placed(text, end, read, language)
        if ending:
            found.add(str(placed))
        if _POINT[language] & {*parts}:
            continue  # "twelve point five" is no twelve
        found.update(
            _shown(float(_WORDS[language][part])) for part in parts if part in _WORDS[language]
        )
    return found


def _normal(number: str) -> str:
    whole, _, decimals = number.partition(".")
    decimals = decimals.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole

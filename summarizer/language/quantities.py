"""Doses, frequencies, routes, durations and vital signs, as they are said in a cleaned sentence."""

import re
from dataclasses import dataclass

from summarizer.types import Language

_N = r"\d+(?:[.,]\d+)?"
DOSE = re.compile(
    rf"\b({_N})\s*(mg|mcg|µg|g|grams?|grammes?|mL|ml|units?|unités?|iu|ui|mEq|"
    rf"%|tablets?|pills?|capsules?|"
    r"puffs?|drops?|comprimés?|gélules?|gouttes?|bouffées?|sachets?|injections?)(?=\W|$)",
    re.I,
)
_FREQUENCY = {
    "en": re.compile(
        r"\b((?:once|twice|three times|four times|\d+ times|1 time)(?: a| per|"
        r",? each|,? every)? (?:daily|day|"
        r"week|month|weekly)|once daily|twice daily|daily|nightly|weekly|monthly|"
        r"every (?:other )?(?:day|"
        r"morning|night|evening|week|month|\d+(?:(?: to |-| or )\d+)? (?:hours|days|weeks|months))|"
        r"(?:per|a|each) day|at (?:night|bedtime)|in the (?:morning|evening)|as needed|when needed|"
        r"b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?|p\.?r\.?n\.?)\b",
        re.I,
    ),
    "fr": re.compile(
        r"((?:\d+|une|deux|trois|quatre) fois (?:par|/) ?(?:jour|semaine|mois)"
        r"|par jour|par semaine|"
        r"tous les (?:jours|matins|soirs|\d+ (?:jours|heures))|toutes les (?:\d+|"
        r"quatre|six|huit) heures|"
        r"chaque (?:jour|matin|soir|semaine)|le (?:matin|soir|midi)(?: et le (?:matin|soir|midi))?|"
        r"matin(?:,? midi)? et soir|au coucher|si besoin|au besoin|à jeun|avant "
        r"les repas|pendant les repas)",
        re.I,
    ),
}
_ROUTE = re.compile(
    r"\b(by mouth|orally|topically|inhaled|intravenous(?:ly)?|subcutaneous(?:ly)?|sublingual|"
    r"par voie orale|en injection|en sous-cutané|en application locale|sous la langue)\b",
    re.I,
)
_DURATION = {
    "en": re.compile(
        r"\b((?:for|over|in)?\s*(?:the )?(?:past|last|about|almost|around|approximately)"
        r"?\s*(?:couple of |few )?"
        r"(?:\d+(?:(?: to | or |-)\d+)?|a|one|two|three|four|a couple of|a few|several)\s+"
        r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)(?:\s+(?:ago|"
        r"now))?|since [a-z0-9 ]{3,20})\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b((?:depuis|pendant|il y a|ça fait|pour)\s+(?:environ |à peu près |"
        r"presque |plus de )?(?:\d+(?:(?: à | ou |-)\d+)?|une?|"
        r"deux|trois|quelques|plusieurs)\s+(?:secondes?|minutes?|heures?|jours?|"
        r"semaines?|mois|ans?|"
        r"années?)|depuis (?:hier|ce matin|cette nuit|avant-hier|[a-zéû]+))\b",
        re.I,
    ),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One vital sign or laboratory value: ``key`` is stable (bp, hr, temp, spo2, a1c, ...)."""

    key: str
    value: str
    unit: str
    start: int
    end: int


# key, English cue, French cue, value, unit
_MEASURES: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "bp",
        r"(?:blood pressures?|bp)",
        r"(?:tension|pression artérielle|ta)",
        r"\d{2,3}/\d{2,3}|\d{1,2}/\d{1,2}",
        "mmHg",
    ),
    ("hr", r"(?:heart rate|pulse|hr)", r"(?:fréquence cardiaque|pouls|fc)", r"\d{2,3}", "/min"),
    (
        "rr",
        r"(?:respiratory rate|respirations?|rr)",
        r"(?:fréquence respiratoire|fr)",
        r"\d{1,2}",
        "/min",
    ),
    ("temp", r"(?:temperature|temp|fever)", r"(?:température|fièvre)", r"\d{2,3}(?:[.,]\d)?", ""),
    (
        "spo2",
        r"(?:oxygen(?: saturation| level)?|o2(?: sat(?:uration)?)?|spo2|pulse "
        r"ox|saturation|sats?)",
        r"(?:saturation|spo2|sat)",
        r"\d{2,3}",
        "%",
    ),
    (
        "weight",
        r"(?:weight|weigh(?:s|ed)?)",
        r"(?:poids|pèse|pesez)",
        r"\d{1,3}(?:[.,]\d{1,3})?",
        "",
    ),
    ("height", r"(?:height)", r"(?:taille|mesure)", r"\d{1,3}(?:[.,]\d{1,2})?", ""),
    (
        "bmi",
        r"(?:bmi|body mass index)",
        r"(?:imc|indice de masse corporelle)",
        r"\d{2}(?:[.,]\d)?",
        "kg/m2",
    ),
    (
        "a1c",
        r"(?:hemoglobin a1c|hba1c|a1c|a one c)",
        r"(?:hémoglobine glyquée|hba1c)",
        r"\d{1,2}(?:[.,]\d{1,2})?",
        "%",
    ),
    (
        "glucose",
        r"(?:blood sugars?|glucose|fasting sugar)",
        r"(?:glycémie|sucre)",
        r"\d{1,3}(?:[.,]\d{1,2})?",
        "",
    ),
    (
        "ldl",
        r"(?:ldl|bad cholesterol)",
        r"(?:ldl|mauvais cholestérol)",
        r"\d{1,3}(?:[.,]\d{1,2})?",
        "",
    ),
    (
        "hdl",
        r"(?<!non-)(?<!non )(?:hdl|good cholesterol)",
        r"(?<!non-)(?<!non )(?:hdl|bon cholestérol)",
        r"\d{1,3}(?:[.,]\d{1,2})?",
        "",
    ),
    (
        "cholesterol",
        r"(?:total cholesterol|cholesterol)",
        r"(?:cholestérol total|cholestérol)",
        r"\d{1,3}(?:[.,]\d{1,2})?",
        "",
    ),
    ("triglycerides", r"(?:triglycerides)", r"(?:triglycérides)", r"\d{1,4}(?:[.,]\d{1,2})?", ""),
    ("creatinine", r"(?:creatinine)", r"(?:créatinine)", r"\d{1,3}(?:[.,]\d{1,2})?", ""),
    ("gfr", r"(?:e?gfr)", r"(?:dfg|clairance)", r"\d{1,3}", ""),
    ("hemoglobin", r"(?:hemoglobin|hgb)", r"(?:hémoglobine)", r"\d{1,2}(?:[.,]\d{1,2})?", ""),
    ("potassium", r"(?:potassium)", r"(?:potassium|kaliémie)", r"\d(?:[.,]\d{1,2})?", ""),
    ("tsh", r"(?:tsh)", r"(?:tsh)", r"\d{1,2}(?:[.,]\d{1,3})?", ""),
    (
        "ef",
        r"(?:ejection fraction|ef|pumping function)",
        r"(?:fraction d'éjection|fevg)",
        r"\d{2}",
        "%",
    ),
    ("crp", r"(?:crp)", r"(?:crp)", r"\d{1,3}(?:[.,]\d)?", ""),
    ("psa", r"(?:psa)", r"(?:psa)", r"\d{1,3}(?:[.,]\d{1,2})?", ""),
)
_BETWEEN = {
    "en": r"(?:[\s,:]+(?:was|is|are|were|of|at|about|around|today|here|in|the|office|"
    r"running|level|came|back|"
    r"looks|like|reads?|still|elevated|high|low|your|on|a|bit|little|currently|now|up|down|to|it's|"
    r"it|that's|ranged?|value|approximately|only|just)){0,8}[\s,:]+",
    "fr": r"(?:[\s,:]+(?:est|était|à|de|a|environ|autour|aujourd'hui|là|ici|vous|"
    r"avez|je|trouve|retrouve|mesurée?|"
    r"montée?|jusqu'à|artérielle|un|peu|élevée?|basse?|en|ce|matin|votre|la|"
    r"le|toujours|encore|kilos)){0,8}[\s,:]+",
}
# 134/80 can only be a blood pressure; dates and fractions have other shapes.
_BARE_PRESSURE = re.compile(r"(?<![\d/.,])(?:2[0-4]\d|1\d\d|[89]\d)/(?:1[0-3]\d|[4-9]\d)(?![\d/])")
_UNIT_AFTER = re.compile(
    r"\s*(mmHg|mg/dL|g/dL|mmol/L|g/L|mL/min|%|degrees?(?: (?:fahrenheit|celsius)"
    r")?|degrés?|°C|°F|pounds?|lbs?|kilograms?|kilos?|kg|"
    r"cm|feet|inches|beats per minute|bpm|battements par minute)(?=\W|$)",
    re.I,
)


def measures(text: str, language: Language) -> list[Measure]:
    """Vital signs and laboratory values named with their number, in order, none overlapping."""
    found: list[Measure] = []
    for key, english, french, value, unit in _MEASURES:
        cue = french if language == "fr" else english
        pattern = rf"(?<![\w-]){cue}{_BETWEEN[language]}({value})(?![\d/]|[.,]\d)"
        for match in re.finditer(pattern, text, re.I):
            after = _UNIT_AFTER.match(text, match.end())
            said = after[1] if after else ""
            end = after.end() if after else match.end()
            if said == "%" and unit not in ("%", ""):
                continue
            if _time_unit(text, end):
                continue
            if any(item.start < end and match.start() < item.end for item in found):
                continue
            found.append(Measure(key, match[1], said, match.start(), end))
    for match in _BARE_PRESSURE.finditer(text):
        if not any(item.start < match.end() and match.start() < item.end for item in found):
            found.append(Measure("bp", match[0], "", match.start(), match.end()))
    return sorted(found, key=lambda item: item.start)


def _time_unit(text: str, end: int) -> bool:
    """A number of days or milligrams after a cue is not that cue's value."""
    return (
        re.match(
            r"\s*(?:mg|mcg|days?|weeks?|months?|years?|hours?|times|jours?|semaines?|"
            r"mois|ans|fois)\b",
            text[end:],
            re.I,
        )
        is not None
    )


def doses(text: str) -> list[tuple[int, int, str, str]]:
    """(start, end, amount, unit) of each dose."""
    return [(m.start(), m.end(), m[1], m[2]) for m in DOSE.finditer(text)]


# A number, or a word broken off, right before a number: both are pieces of one that was said.
_PIECE = re.compile(
    r"(?:\b\d+(?:[.,]\d+)?|\b(?:hundred|thousand|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|cents?|mille|vingt|trente|quarante|cinquante|soixante))\b[\s,]*(?:[a-zà-ÿ]{1,6}-[\s,]*)?$",
    re.I,
)


def whole_doses(text: str) -> list[tuple[int, int, str, str]]:
    """The doses whose number is whole: not ``three hundred, twenty phil- 25 milligrams``."""
    return [item for item in doses(text) if not _PIECE.search(text[: item[0]])]


def frequency(text: str, language: Language) -> str:
    """The first frequency said, as it was said."""
    match = _FREQUENCY[language].search(text)
    return match[1].strip() if match else ""


def route(text: str) -> str:
    """The first route said."""
    match = _ROUTE.search(text)
    return match[1] if match else ""


def duration(text: str, language: Language) -> str:
    """The first duration or onset said."""
    match = _DURATION[language].search(text)
    return match[1].strip() if match else ""

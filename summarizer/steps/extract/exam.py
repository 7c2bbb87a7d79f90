"""What the clinician measured, found and read: vital signs, examination, results."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.quantities import measures
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit, reply_to
from summarizer.types import Assertion, Language, Role

_VITALS = frozenset({"bp", "hr", "rr", "temp", "spo2", "weight", "height", "bmi"})
# System, and the words that a finding of it is told by.
_SYSTEMS: dict[Language, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "en": (
        ("vitals", re.compile(r"\bvital(?:s| signs)\b", re.I)),
        ("neck", re.compile(r"\b(?:neck|carotid|bruits?|thyroid|jvd|jugular|cervical|lymph nodes?|lymphadenopathy)\b", re.I)),
        ("ent", re.compile(r"\b(?:throat|tonsils?|ears?|nose|nasal|sinus(?:es)?|tympanic|pharynx|mouth)\b", re.I)),
        ("eyes", re.compile(r"\b(?:eyes?|pupils?|conjunctiva|vision)\b", re.I)),
        ("respiratory", re.compile(r"\b(?:lungs?|wheez\w+|rales|rhonchi|crackles|breath sounds|breathing)\b", re.I)),
        ("cardiovascular", re.compile(r"\b(?:heart|murmurs?|rhythm|gallops?|edema|pulses?|swelling in (?:your|the) (?:legs|lower))\b", re.I)),
        ("gastrointestinal", re.compile(r"\b(?:abdom\w+|belly|stomach|liver|spleen|bowel|rebound|guarding|quadrant|peritoneal)\b", re.I)),
        ("musculoskeletal", re.compile(r"\b(?:knee|shoulder|hip|ankle|foot|feet|wrist|hand|elbow|back|spine|range of motion|tender\w*|effusion|joint|muscle|straight leg|toe|finger|thumb|leg|arm|strength|ligament|varus|valgus|lachman|mcmurray|gait)\b", re.I)),
        ("neurological", re.compile(r"\b(?:reflex\w*|sensation|cranial|neuro\w*|coordination|alert|oriented|facial)\b", re.I)),
        ("skin", re.compile(r"\b(?:skin|rash|lesion|erythema|redness|bruis\w+|ecchymosis|incision|wound|wart|scar)\b", re.I)),
        ("psychiatric", re.compile(r"\b(?:affect|mood|eye contact)\b", re.I)),
    ),
    "fr": (
        ("vitals", re.compile(r"\bconstantes\b", re.I)),
        ("neck", re.compile(r"\b(?:cou|thyroïde|ganglions?|carotid\w+|jugulaires?)\b", re.I)),
        ("ent", re.compile(r"\b(?:gorge|amygdales?|oreilles?|tympans?|nez)\b", re.I)),
        ("eyes", re.compile(r"\b(?:yeux|pupilles?|conjonctives?)\b", re.I)),
        ("respiratory", re.compile(r"\b(?:poumons?|sibilan\w+|crépitants?|murmure|auscultation pulmonaire|respir\w+)\b", re.I)),
        ("cardiovascular", re.compile(r"\b(?:c(?:œ|oe)ur|souffle|rythme|œdèmes?|pouls|mollets?)\b", re.I)),
        ("gastrointestinal", re.compile(r"\b(?:ventre|abdomen|foie|rate|défense)\b", re.I)),
        ("musculoskeletal", re.compile(r"\b(?:genou|épaule|hanche|cheville|pied|poignet|main|coude|dos|rachis|mobilité|flexion|extension|articulation|muscle|jambe|bras|lasègue|démarche)\b", re.I)),
        ("neurological", re.compile(r"\b(?:réflexes?|sensibilité|neuro\w*|force)\b", re.I)),
        ("skin", re.compile(r"\b(?:peau|éruption|rougeur|cicatrice|plaie|pansement|hématome)\b", re.I)),
        ("psychiatric", re.compile(r"\b(?:humeur|contact|regard)\b", re.I)),
    ),
}  # fmt: skip
_STRIP = {
    "en": re.compile(
        r"^(?:(?:(?:so |and |now )?(?:on|in|for|with) (?:your|the|my|his|her|physical) (?:[\w-]+ ){0,4}?(?:exam(?:ination)?|inspection|palpation)(?: of (?:your|the) [\w ]{3,20})?(?: here)?(?: today)?|"
        r"upon (?:palpation|inspection)[\w ]{0,30}|on (?:palpation|inspection|auscultation)|looking (?:here )?at (?:your|the) [\w -]{3,25}?(?: here| today)?|"
        r"(?:just )?(?:looking|listening|feeling) (?:here|at that)?|"
        r"(?:i|we) (?:do |also |can |still |did )*(?:notice|see|hear|appreciate|feel|note|find|heard|noticed|reviewed|looked)(?: that| some)?(?= (?:a|an|some|the|no|that|your|you|there|slight|mild|any|\d))|"
        r"(?:i|we) (?:do |also |can |still )*(?:appreciate|notice|hear|see|feel|note)|i(?:'m| am) (?:seeing|noticing|feeling|hearing)|"
        r"you (?:do |also |still )*(?:have|had|currently have)|there(?:'s| is| are|'re)|it (?:does |did )?(?:look|looks|show|shows|showed)(?: like)?(?: that)?|"
        r"that|everything (?:else )?(?:looks|is) (?:good|okay|fine|normal)(?= (?:with|on|your|the|except|other))|"
        r"looks like|this is|these are|here)[\s,:]*)+",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:à l'(?:examen|auscultation|inspection)|à la palpation|au niveau (?:du|de la|des|de l')\s?\w+|"
        r"je (?:vois|sens|trouve|entends|palpe|note|constate|retrouve)(?: que)?|vous avez|il y a|y a|on (?:voit|retrouve|entend|note)|c'est|là|ici)[\s,:]*)+",
        re.I,
    ),
}
_META = {
    "en": re.compile(
        r"^(?:show me|let me|let's|i(?:'m| am)(?: just)? (?:going|gonna)|i want to|i'd like|i will|i'll|we'll|we're|i want|take a deep|deep breath|breathe|can you|could you|"
        r"follow|lift|push|squeeze|go ahead|if i|when i|does|do you|turn|sit|lie|lay|open|say|you can|what (?:that|does)|that means|which means|"
        r"i(?:'m| am) (?:glad|happy|pleased|reassured|concerned|worried)|finalize|order|thank|great|tell me|good|perfect|because|just going)\b|\bdragon\b",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:je vais|on va|laissez|respirez|inspirez|soufflez|tournez|levez|serrez|dites|allongez|asseyez|ouvrez|montrez|poussez|vous pouvez|"
        r"si je|quand j|est-ce|détendez|attention|voyons|regardez|ne bougez|rhabillez|tenez|merci|ça veut dire)",
        re.I,
    ),
}
_PAIN_HERE = {
    "en": re.compile(r"\b(?:when i|as i|if i|and i|i) (push|press|touch|move|bend|flex|extend|pull|tap|palpate)\w*(.{0,60}?)(?:,? (?:does|is|do|did|any) .*|\?|$)", re.I),
    "fr": re.compile(r"\bquand (?:je |j')\s?(appuie|touche|bouge|palpe|plie|tourne)(.{0,50}?)(?:,? (?:est-ce|ça|vous|il y) .*|\?|$)", re.I),
}  # fmt: skip


def system_of(text: str, language: Language) -> str:
    """The organ system that a finding names, or ``general``."""
    found = [
        (match.start(), name)
        for name, pattern in _SYSTEMS[language]
        if (match := pattern.search(text))
    ]
    return min(found)[1] if found else "general"


def from_exam(board: Board) -> None:
    """Measurement, finding and result claims from the clinician's words."""
    system = "general"
    for unit in board.units:
        if unit.role not in (Role.CLINICIAN, Role.UNKNOWN):
            continue
        _measured(board, unit)
        if unit.question:
            _examined(board, unit)
        elif unit.section == "exam":
            system = _found(board, unit, system)
        elif unit.section == "results":
            _read(board, unit)


def _measured(board: Board, unit: Unit) -> None:
    if unit.question or unit.section == "plan":
        return
    for item in measures(unit.clean, board.language):
        if re.search(
            r"\b(?:goal|target|less than|below|under|above|greater|if|objectif|cible|moins de|si)\b",
            unit.clean[max(0, item.start - 40) : item.end],
            re.I,
        ):
            continue
        vital = item.key in _VITALS
        board.add(
            "measurement" if vital else "result",
            "vitals" if vital else "results",
            unit.clean[item.start : item.end],
            [unit],
            form="measure",
            measure=item.key,
            value=item.value,
            unit=item.unit,
            at=str(unit.start),
        )
        if len(unit.clean.split()) > 14:
            board.used.discard(unit.index)


def _examined(board: Board, unit: Unit) -> None:
    """``when i push here, does it hurt?`` with its answer."""
    match = _PAIN_HERE[board.language].search(unit.clean)
    reply, reply_unit = reply_to(board.units, unit, board.language)
    if not match or not reply or reply_unit is None:
        return
    place = match[2].strip(" ,")
    if len(place.split()) < 2 or not re.search(
        r"hurt|pain|tender|sore|mal|douleur|douloureux|sensible", unit.raw, re.I
    ):
        return
    place = re.sub(r"\b(?:your|this|that|here)\b", "the", place)
    place = re.sub(r"\b(?:votre|vos)\b", "le", place)
    board.add(
        "finding", "exam", f"{match[1]} {place}", [unit, reply_unit],
        assertion=Assertion.AFFIRMED if reply == "yes" else Assertion.DENIED,
        form="provoked", place=place, system=system_of(place, board.language), at=str(unit.start),
    )  # fmt: skip


def _neutral(text: str, board: Board) -> str | None:
    """The finding in the note's voice: ``your lungs are clear`` -> ``lungs are clear``."""
    text = _STRIP[board.language].sub("", text).strip(" ,")
    if board.language == "en":
        text = re.sub(r"^(?:your|the)\s+", "", text, flags=re.I)
        text = re.sub(r"\byour\b", "the", text)
        text = re.sub(
            r",? (?:which|that) i(?:'ve| have)? (?:heard|seen|noticed)(?: it)?(?= in the past| before)",
            ", noted",
            text,
        )
        text = re.sub(
            r"\b(?:when|as|where) i (?:press|push|palpate|touch)\w*(?: on (?:it|that|this|there|the area))?(?: here| there)?\b",
            "on palpation",
            text,
        )
        text = re.sub(
            r"\b(?:and )?i (?:do |also |can |still )*(?:appreciate|notice|hear|see|feel|note)(?: that)?\b",
            "with",
            text,
        )
        return person_en.third_person(text, board.english, speaker="clinician")
    text = re.sub(r"^(?:votre|vos|la|le|les)\s+", "", text, flags=re.I)
    return person_fr.third_person(text, board.french, speaker="clinician")


def _found(board: Board, unit: Unit, system: str) -> str:
    text = unit.clean
    if not text or _META[board.language].match(text) or len(text.split()) < 2:
        return system
    finding = _neutral(text, board)
    if not finding or len(finding.split()) < 2 or _META[board.language].match(finding):
        return system
    named = system_of(text, board.language)
    system = named if named != "general" else system
    section = "vitals" if system == "vitals" and named == "vitals" else "exam"
    if any(
        c.section == "vitals" and c.attributes.get("at") == str(unit.start) for c in board.claims
    ):
        return system
    board.add(
        "finding", section, finding, [unit], form="statement", system=system, source="clinician",
        score=0.4 + unit.score, at=str(unit.start),
    )  # fmt: skip
    return system


_TEST = re.compile(
    r"\b(x-?rays?|mri|ct(?: scan)?|ekg|ecg|echo(?:cardiogram)?|ultrasound|biopsy|a1c|hemoglobin|lipid panel|labs?|blood work|panel|"
    r"radio|scanner|irm|échographie|bilan|prise de sang|analyses?|électrocardiogramme)\b",
    re.I,
)


def _read(board: Board, unit: Unit) -> None:
    text = unit.clean
    if not text or re.match(
        r"(?:show me|let's|let me|i want|i'm going|on va|je vais)\b", text, re.I
    ):
        return
    if (
        any(
            c.section == "results" and c.attributes.get("at") == str(unit.start)
            for c in board.claims
        )
        and len(text.split()) < 12
    ):
        return
    if len(text.split()) < 3:
        return
    if board.language == "en":
        text = re.sub(
            r"^(?:(?:i|we) (?:did |have |also |had )*(?:reviewed?|looked at|got|see|saw|have)|looking (?:here )?at|(?:this is|here is|here are|these are)|as far as|in terms of|that means that|taking a look at)\s+",
            "",
            text,
            flags=re.I,
        )
        text = re.sub(
            r"^(?:the|your)\s+(?:results? (?:of|from) (?:the|your) )?", "", text, flags=re.I
        )
        text = re.sub(
            r"\bi (?:do |did |also )*(?:see|notice|appreciate)\b(?: that)?", "showing", text
        )
        text = re.sub(
            r"\bi (?:don't|do not|didn't|did not) (?:see|notice|appreciate) any\b", "no", text
        )
        text = re.sub(r"\b(?:that )?you (?:do )?have\b", "", text)
        text = re.sub(r"\byour\b", "the", text)
        finding = person_en.third_person(
            re.sub(r"\s+", " ", text), board.english, speaker="clinician"
        )
    else:
        text = re.sub(r"^(?:j'ai (?:reçu|regardé|vu)|voici|voilà|c'est)\s+", "", text, flags=re.I)
        text = re.sub(r"^(?:votre|vos)\s+", "", text, flags=re.I)
        finding = person_fr.third_person(text, board.french, speaker="clinician")
    if not finding or len(finding.split()) < 3:
        return
    board.add(
        "result", "results", finding, [unit], form="statement", source="clinician",
        score=0.4 + unit.score, at=str(unit.start), test="1" if _TEST.search(text) else "",
    )  # fmt: skip

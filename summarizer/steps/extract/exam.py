"""What the clinician measured, found and read: vital signs, examination, results."""

import re

from summarizer.language import person_fr
from summarizer.language.quantities import measures
from summarizer.language.words import words
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.results import read_result, requested, without_own, without_remarks
from summarizer.steps.extract.systems import system_of
from summarizer.steps.units import Unit, reply_to
from summarizer.types import Assertion, Role

_VITALS = words("bp hr rr temp spo2 weight height bmi")
_STRIP = {
    "en": re.compile(
        r"^(?:(?:(?:so |and |now )?(?:on|in|for|with) (?:your|the|my|his|her|physical)"
        r" (?:[\w-]+ ){0,4}?(?:exam(?:ination)?|inspection|palpation)(?: of (?:your|"
        r"the) [\w ]{3,20}?(?=\s*[,:]|\s(?:your|the|you|there|i|it|no)\b|$))?(?: here)?(?: today)?|"
        r"upon (?:palpation|inspection)[\w ]{0,30}|on (?:palpation|inspection|"
        r"auscultation)|looking (?:here )?at (?:your|the) [\w -]{3,25}?(?: here|"
        r" today)?(?=\s*[,:]|$)|looking (?:here )?at (?:the results of )?(?=your |the )|"
        r"looking at (?=you\b)|(?:your |the )?(?:physical )?exam(?:ination)?,? (?=you\b|there\b)|"
        r"(?:your |the )(?:\w+ )?exam is (?=your |the )|"
        r"(?:just )?(?:looking|listening|feeling) (?:here|at that)?|"
        r"(?:we(?:'ll| will) say (?=you have|there))|"
        r"(?:i|we) (?:do |also |can |still |did |however )*(?:notice|see|hear|appreciate|identify|"
        r"observe|recognize|feel|note|find|heard|noticed|reviewed|looked)(?: that| some)?(?= (?:a|"
        r"an|some|the|no|that|your|you|there|slight|mild|any|\d))|"
        r"(?:i|we) (?:do |also |can |still |however )*(?:appreciate|notice|hear|see|feel|recognize|"
        r"have(?! to\b| you\b| had\b)|"
        r"note)|i(?:'m| am) (?:seeing|noticing|feeling|hearing)|"
        r"you (?:do |also |still )*(?:have|had|currently have)|there(?:'s| is|"
        r" are|'re)|it (?:does |did )?(?:look|looks|show|shows|showed)(?: like)"
        r"?(?: that)?|"
        r"that(?:'s| is)?|everything (?:else )?(?:looks|is) (?:good|okay|fine|normal)(?= "
        r"(?:with|on|your|the|except|other))|"
        r"looks like|this is|these are|here)(?!n't)[\s,:]*)+",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:à l'(?:examen|auscultation|inspection)|à la palpation|au niveau "
        r"(?:du|de la|des|de l')\s?\w+|"
        r"je (?:vois|sens|trouve|entends|palpe|note|constate|retrouve)(?: que)"
        r"?|vous avez|il y a|y a|on (?:voit|retrouve|entend|note)|c'est(?!-)|là|"
        r"ici)[\s,:]*)+",
        re.I,
    ),
}
_META = {
    "en": re.compile(
        r"^(?:show me|let me|let's|i(?:'m| am)(?: just)? (?:going|gonna)|i want "
        r"to|i'd like|i will|i'll|we'll|we're|i want|take a deep|deep breath|breathe|"
        r"can you|could you|"
        r"follow|lift|push|squeeze|go ahead|if i|when i|does|do you|turn|sit|lie|"
        r"lay|open|say|you can|what (?:that|does)|that means|which means|"
        r"i(?:'m| am) (?:glad|happy|pleased|reassured|concerned|worried)|finalize|"
        r"order|thank|great|tell me|good|perfect|because|just going|typically|usually)\b|"
        r"\bdragon\b",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:je vais|on va|laissez|respirez|inspirez|soufflez|tournez|levez|serrez|"
        r"dites|allongez|asseyez|ouvrez|montrez|poussez|vous pouvez|"
        r"si je|quand j|est-ce|détendez|attention|voyons|regardez|ne bougez|rhabillez|"
        r"tenez|merci|ça veut dire)",
        re.I,
    ),
}
_FINDING_WORDS = re.compile(
    r"\b(?:normal|tender\w*|swell\w*|swollen|pain|clear|soft|intact|redness|"
    r"mass|masses|edema|effusion|fluid|murmurs?|gallops?|crackles|wheez\w+|rales|crepitus|bruising|deformity|"
    r"displacement|plaques?|erythem\w+|ulcer\w*|necro\w+|rash|laceration|nodules?|reflexes|"
    r"range of motion|regular|distress|warm|symmetric\w*|"
    r"positive|negative|strength|palpation|lesions?|souple|propre|douleur\w*|"
    r"sensible|rougeur|gonfl\w*|normale?s?|clairs?|masse|œdèmes?|réguli\w+|"
    r"symétri\w+)\b",
    re.I,
)
_NOT_FINDING = re.compile(
    r"(?:ça|c'est|non|il n'y|if|that could|it's up|it works|criteria|this "
    r"means|on va|d'accord|vous (?:avez (?:eu )?raison|allez|pouvez|devez)"
    r"|si)\b|.*\b(?:stipend|insurance|study|coupon|people|reasons? why)\b",
    re.I,
)
_GENERIC = re.compile(
    r"(?:normal,.*|that's good.*|everything (?:else )?(?:looks|sounds|seems|"
    r"is) (?:good|great|okay|fine|normal)|tout (?:va|est) bien|looks? (?:good|"
    r"okay))$",
    re.I,
)
_PAIN_HERE = {
    "en": re.compile(
        r"\b(?:when i|as i|if i|and i|i) (push|press|touch|move|bend|flex|extend|"
        r"pull|tap|palpate)\w*(.{0,60}?)(?:,? (?:does|is|do|did|any) .*|\?|$)",
        re.I,
    ),
    "fr": re.compile(
        r"\bquand (?:je |j')\s?(appuie|touche|bouge|palpe|plie|tourne)(.{0,50}?)"
        r"(?:,? (?:est-ce|ça|vous|il y) .*|\?|$)",
        re.I,
    ),
}


# A test with what it showed is a result wherever in the visit it is told.
_REPORTED = re.compile(
    r"\b(?:pathology|biopsy|x-?rays?|radiographs?|mri|ct scan|ultrasound|echocardiogram|ekg|labs?|"
    r"blood work|urinalysis|\w+ test)\b.{0,30}\b(?:show(?:s|ed)?|reveal(?:s|ed)?|demonstrat\w+|"
    r"came back|(?:is|was|are|were) (?:normal|negative|positive|abnormal|elevated))\b",
    re.I,
)


def from_exam(board: Board) -> None:
    """Measurement, finding and result claims from the clinician's words."""
    system = "general"
    for unit in board.units:
        if unit.role not in (Role.CLINICIAN, Role.UNKNOWN):
            continue
        _measured(board, unit)
        if unit.question:
            _examined(board, unit)
        elif unit.section == "exam" and not _reported(board, unit):
            system = _found(board, unit, system)
        elif (
            unit.section == "results"
            or (unit.section in ("hpi", "exam") and _reported(board, unit))
            or (unit.section == "plan" and unit.phase != "plan" and _REVEALS.search(unit.clean))
        ):
            read = read_result(board, unit)
            if not read and unit.section != "hpi" and "exam" in (unit.section, unit.phase):
                system = _found(board, unit, system)


# "The MRI reveals a lesion", while the record is read and before the plan.
_REVEALS = re.compile(
    r"\b(?:mri|ct(?: scan)?|x-?rays?|ultrasound|ekg|echo(?:cardiogram)?|biopsy|pathology|labs?)"
    r"(?: \w+){0,4} (?:shows?|showed|reveals?|revealed|demonstrates?|demonstrated)\b",
    re.I,
)


def _reported(board: Board, unit: Unit) -> bool:
    """A test's result, by its words or because the test was just asked to be shown."""
    if _REPORTED.search(unit.clean):
        return True
    return unit.phase == "results" and requested(board, unit) is not None


def _measured(board: Board, unit: Unit) -> None:
    if unit.question or unit.section == "plan":
        return
    for item in measures(unit.clean, board.language):
        if re.search(
            r"\b(?:goal|target|less than|below|under|above|greater|if|objectif|cible|"
            r"moins de|si)\b",
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
    if re.search(r"\bgoing to\b|\b(?:and|if|so) i\b", place):
        return
    place = re.sub(r"\b(?:your|this|that|here)\b", "the", place)
    place = re.sub(r"\b(?:votre|vos)\b", "le", place)
    board.add(
        "finding",
        "exam",
        f"{match[1]} {place}",
        [unit, reply_unit],
        assertion=Assertion.AFFIRMED if reply == "yes" else Assertion.DENIED,
        form="provoked",
        place=place,
        system=system_of(place, board.language),
        at=str(unit.start),
    )


# "No jugular venous distention on your heart exam": the place belongs to what is said next.
_NEXT_PLACE = re.compile(
    r"(?<=\w\w)(?: now)? (?:and )?(?:on|with|for) (?:your|the|my) (?:\w+ ){1,2}exam(?:ination)?"
    r"(?: of (?:your|the) (?:\w+ ?){1,3})?$",
    re.I,
)


# "There isn't any rebound": the "is" is not led off without its "not".
_NOT_THERE = re.compile(
    r"^(?:and |so |but )*there (?:isn't|aren't|is not|are not) (?:really )?(?:any |an? )?", re.I
)


_HANGING = re.compile(r"(?:,? (?:and|but|so|now|then))+$", re.I)


def _neutral(text: str, board: Board) -> str | None:
    """The finding in the note's voice: ``your lungs are clear`` -> ``lungs are clear``."""
    if board.language == "en":
        text = _NOT_THERE.sub("no ", text)
    text = _STRIP[board.language].sub("", text).strip(" ,")
    text = _NEXT_PLACE.sub("", without_remarks(text, board.language))
    if board.language == "en":
        text = re.sub(r"^(?:your|the)\s+", "", text, flags=re.I)
        text = re.sub(r"\bthat (?=(?:right|left)\b)", "the ", re.sub(r"\byour\b", "the", text))
        text = re.sub(
            r",? (?:which|that|but) (?:i|we)(?:'ve| have)? (?:heard|seen|noticed)(?: (?:it|that))?"
            r"(?= in the past| before)",
            ", noted",
            text,
        )
        text = re.sub(
            r"\b(?:when|as|where) i (?:press|push|palpate|touch)\w*(?: on (?:it|that|"
            r"this|there|the area))?(?: here| there)?\b",
            "on palpation",
            text,
        )
        text = re.sub(
            r"\b(?:and )?i (?:do |also |can |still )*(?:appreciate|notice|hear|see|"
            r"feel|recognize|note)(?: that)?\b",
            "with",
            text,
        )
        text = re.sub(
            r"\bi (?:don't|do not|can't|cannot|didn't|did not) (?:really )?(?:see|"
            r"hear|feel|appreciate|notice|recognize|find)\b(?: any| an?)?",
            "no",
            text,
            flags=re.I,
        )
        return without_own(_HANGING.sub("", text), board.english, _FINDING_WORDS)
    text = re.sub(
        r"\bje (?:ne |n')?(?:entends|vois|sens|trouve|palpe|retrouve|note|constate)"
        r" (pas|aucune?|rien)\b",
        r"\1",
        text,
        flags=re.I,
    )
    text = re.sub(r"^(?:votre|vos|la|le|les)\s+", "", text, flags=re.I)
    text = re.sub(r"^(\w+(?: \w+)?) (?:sont|est) (?=\w)", r"\1 ", text)
    return person_fr.third_person(text, board.french, speaker="clinician")


# What the patient is told to do while being examined.
_TOLD_TO_DO = re.compile(
    r"\b(?:look (?:up|down|straight|at me)|lift your|raise your|deep breath|"
    r"breathe (?:in|out)|squeeze my|follow my|open (?:wide|your)|say ah|"
    r"regardez|levez|tournez|respirez|serrez|toussez|poussez|ouvrez|inspirez|"
    r"soufflez|allongez|fermez)\b",
    re.I,
)


# "No murmurs or gallops, listen to your lungs quick": the next step of the examination.
_GOES_ON = re.compile(
    r"(?<=\w\w),? (?:(?:so|and|now|then) )*(?:listen to (?:your|those)|if you can|"
    r"take a deep|let me|let's|i'm (?:just )?(?:going|gonna) to)\b.*$",
    re.I,
)


def read_finding(board: Board, unit: Unit) -> bool:
    """Write the finding that a sentence of the plan names once more; False where it names none."""
    if unit.has("condition", "medication", "test") or not _FINDING_WORDS.search(unit.clean):
        return False
    before = len(board.claims)
    _found(board, unit, "general")
    return len(board.claims) > before


def _found(board: Board, unit: Unit, system: str) -> str:
    text = unit.clean
    if board.language == "en" and (next_step := _GOES_ON.search(text)):
        text = text[: next_step.start()]
        if not _FINDING_WORDS.search(text):
            return system
    if not text or _META[board.language].match(text) or len(text.split()) < 2:
        return system
    if _TOLD_TO_DO.search(text):
        return system
    finding = _neutral(text, board)
    if (
        not finding
        or len(finding.split()) < 2
        or _META[board.language].match(finding)
        or _GENERIC.match(finding)
    ):
        return system
    named = system_of(text, board.language)
    if (named == "general" and not _FINDING_WORDS.search(text)) or _NOT_FINDING.match(text):
        return system
    system = named
    section = "vitals" if system == "vitals" and named == "vitals" else "exam"
    if any(
        c.section == "vitals" and c.attributes.get("at") == str(unit.start) for c in board.claims
    ):
        return system
    board.add(
        "finding",
        section,
        finding,
        [unit],
        form="statement",
        system=system,
        source="clinician",
        score=0.4 + unit.score,
        at=str(unit.start),
    )
    return system

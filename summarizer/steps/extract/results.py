"""Results as the clinician reads them out: tests, values and what they show."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.person_en import Pronouns
from summarizer.language.quantities import measures
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit
from summarizer.types import Language

# Praise and small talk about results, which report nothing.
_GENERIC = re.compile(
    r"(?:normal,.*|that's good.*|everything (?:else )?(?:looks|is) (?:good|fine|normal))$", re.I
)


_TEST = re.compile(
    r"\b(x-?rays?|mri|ct(?: scan)?|ekg|ecg|echo(?:cardiogram)?|ultrasound|"
    r"biopsy|pathology|radiographs?|arthrogram|cultures?|urinalysis|strep test|mammogram|"
    r"colonoscopy|endoscopy|stress test|pap smear|covid test|a1c|hemoglobin|"
    r"lipid panel|labs?|blood work|panel|"
    r"radio|scanner|irm|échographie|bilan|prise de sang|analyses?|électrocardiogramme)\b",
    re.I,
)


_READING = re.compile(
    r"\d|\b(?:normal\w*|elevated|high|low|abnormal|positive|negative|fractures?|"
    r"show\w*|reveal\w*|evidence|demonstrat\w*|within|stable|mild|"
    r"élevée?s?|basse?s?|anormal\w*|positi\w+|négati\w+|montre|retrouve|stable)\b",
    re.I,
)


# What the clinician says about a finding, behind it: "and that means that there is some fluid",
# "now that looks pretty good", "so all of these things sound pretty decent".
_REMARK = re.compile(
    r",? (?:(?:and|so|now|but) )?(?:(?:essentially |basically )?"
    r"(?:what )?(?:that|which|this|it) means?\b|"
    r"(?:so|now) (?:that|those|these|all of (?:that|these(?: things)?|those)|everything)"
    r"(?:'s|'re| is| are| looks?| sounds?| seems?)\b|"
    r"and (?:those|these) are\b|and (?:all of )?(?:that|this)(?:'s| is) (?:consistent|all)\b|"
    r"so (?:pressure|touch|press|push) here\b|"
    r"(?:that's|that is|which is) (?:really |very |pretty )?(?:good|great|fine|interesting|"
    r"normal|okay)\b).*$",
    re.I,
)


def without_remarks(text: str, language: Language) -> str:
    """The finding alone, where at least two words of it stand before the remark."""
    if language != "en":
        return text
    match = _REMARK.search(text)
    return text[: match.start()] if match and len(text[: match.start()].split()) > 1 else text


# "Show me the chest x-ray" - "so it shows some changes": the test is named in the request alone.
_REQUEST = re.compile(
    r"show me (?:(?:the|your|his|her|most|recent|last|latest|old) )*([\w -]{3,40}?)(?: results?)?$",
    re.I,
)
_SHOWN = re.compile(
    r"^(?:it|that|this)(?: also| just| basically)* (?:says|shows?|looks like)(?: that)? ", re.I
)
# "... but I heard that before", "so we know that": the clinician's own remark behind the finding.
_OWN = re.compile(
    r",? (?:(?:which|that|but|and|so|as|because|since|now|when) )+(?:that )?"
    r"(?:i|we|i'm|i've|i'll|we're|we've|we'll)\b.*$|"
    r",? (?:meaning|now since)\b.*$",
    re.I,
)


def without_own(text: str, who: Pronouns, needs: re.Pattern[str] = _READING) -> str | None:
    """``text`` in the note's voice; where the clinician's remark behind it stands in the way,
    without the remark, if what is left still reports something that ``needs`` finds."""
    turned = person_en.third_person(text, who, speaker="clinician")
    alone = _OWN.sub("", text)
    if turned or not needs.search(alone):
        return turned
    return person_en.third_person(alone, who, speaker="clinician")


_NEAR = 5  # units
# "The echocardiogram that we did about 4 months ago, and this shows": the echocardiogram shows.
_WHEN_DONE = re.compile(
    r",? (?:that|which) (?:we|i|you) (?:did|had|got|took|ordered|obtained)\b(?: [\w']+){0,10}?"
    r"(?=, | (?:and|it|this|that|which|shows?|showed|is|was) |$)",
    re.I,
)
_SHOWS = re.compile(
    r"(?<=\w),? (?:and )?(?:this|it|that)(?: also| basically| does| actually)* "
    r"(shows?|showed|demonstrate[sd]?|reveal(?:s|ed)?)\b",
    re.I,
)
# "It's all just from your asthma" is what the finding comes of, and no finding.
_CAUSED = re.compile(
    r"(?:it|that|this|they)(?:'s| is| are)?(?: \w+){0,3} (?:from|because of|due to|caused by)\b",
    re.I,
)
# "The echocardiogram last year"
_TEST_AND_WHEN = re.compile(r"(?:the )?[\w-]+ (?:last|this|that|the other) \w+", re.I)
# "An x-ray of the lumbar spine" is shown, and nothing of what it shows.
_TEST_ALONE = re.compile(
    r"(?:(?:alrighty|okay|so|now)\s+)*(?:taking a look at |looking at )?(?:an? |the )?"
    r"((?:[\w-]+ ){0,2}(?:x-?rays?|mri|ct(?: scan)?|ultrasound|ekg|echocardiogram)"
    r"(?: (?:of|for) (?:the|his|her|that|your) [\w ]{3,30})?)",
    re.I,
)
_SEEN = re.compile(
    r"(?:there(?:'s| is| are)|you(?:'ve| (?:do |also )?have)|i(?:'m)? (?:see|seeing))\b", re.I
)


def _seen(unit: Unit) -> bool:
    """``there is some arthritis``: what is there, said while results are read."""
    return (
        unit.phase in ("exam", "results")
        and unit.has("condition", "symptom")
        and _SEEN.match(unit.clean) is not None
    )


def requested(board: Board, unit: Unit) -> tuple[Unit, str] | None:
    """The request for a test's result that this is read from, and the test's name."""
    for before in reversed(board.units[max(0, unit.index - _NEAR) : unit.index]):
        if before.utterance < unit.utterance - 2 or before.phase == "plan":
            return None
        match = _REQUEST.match(before.clean)
        if match:
            named = _TEST.search(match[1]) is not None or before.has("test")
            return (before, match[1]) if named else None
    return None


def read_result(board: Board, unit: Unit) -> bool:
    """Write the result that a sentence reads out; False where it reads out none."""
    text = unit.clean
    if not text or re.match(
        r"(?:show me|let's|let me|i want|i'm going|on va|je vais)\b", text, re.I
    ):
        return False
    if (
        any(
            c.section in ("results", "vitals") and c.attributes.get("at") == str(unit.start)
            for c in board.claims
        )
        and len(text.split()) < 12
    ):
        return False
    if len(text.split()) < 3 or _only_measured(board, unit):
        return False
    if board.language == "en":
        text = without_remarks(text, "en")
        if _WHEN_DONE.search(text):
            text = _SHOWS.sub(r" \1", _WHEN_DONE.sub("", text))
        text = re.sub(
            r"^(?:(?:i|we) (?:did |have |also |had |do )*(?:review(?:ed)?|looked at|got|see|"
            r"saw|have)|(?:this is )?looking (?:here )?at|(?:this is|here is|here are|these are)"
            r"|as far as|in terms of|that means that|taking a look at)\s+",
            "",
            text,
            flags=re.I,
        )
        text = re.sub(r"^here\b,?(?: that)?\s*", "", text, flags=re.I)
        text = re.sub(
            r"^(?:the|your)\s+(?:results? (?:of|from) (?:the|your) )?", "", text, flags=re.I
        )
        text = re.sub(
            r",? (?:and )?what i(?:'m| am)? (?:do |can )?see(?:ing)?(?: here)? is\b", ",", text
        )
        text = re.sub(
            r"\b(?:and )?i (?:do |did |also )*(?:see|saw|noticed?|appreciated?)\b(?: that)?",
            "showing",
            text,
        )
        text = re.sub(
            r"\bi (?:don't|do not|didn't|did not) (?:see|notice|appreciate) (?:any|an?)\b",
            "no",
            text,
        )
        text = re.sub(
            r",? (?:that|which),?(?: that| which)? you (?:do |also )*have$", "", text, flags=re.I
        )
        text = re.sub(r"\b(?:that )?you(?:'ve| (?:do |also |still )*have)(?: got)?\b", "", text)
        text = re.sub(r"\byour\b", "the", text)
        finding = without_own(re.sub(r"\s+", " ", text), board.english)
    else:
        text = re.sub(r"^(?:j'ai (?:reçu|regardé|vu)|voici|voilà|c'est)\s+", "", text, flags=re.I)
        text = re.sub(r"^(?:votre|vos)\s+", "", text, flags=re.I)
        finding = person_fr.third_person(text, board.french, speaker="clinician")
    if not finding or len(finding.split()) < 3 or _GENERIC.match(finding):
        return False
    if re.search(
        r"\b(?:criteria|qualify|if you|should|reasons? why|people|year[- ]old|coupon|"
        r"insurance|si vous)\b|\$",
        unit.clean,
        re.I,
    ):
        return False
    if _CAUSED.match(finding):
        return False
    if _TEST_AND_WHEN.fullmatch(finding):
        return False
    if alone := _TEST_ALONE.fullmatch(finding):
        finding = f"{alone[1]} reviewed"
    tested = _TEST.search(finding) is not None or bool(measures(unit.clean, board.language))
    if not tested and re.match(r"(?:it|that|they|this|normal is|ça|c'est)\b|'s\b", finding, re.I):
        sources = _with_test(board, unit)
    elif not tested and not (_READING.search(finding) or _seen(unit)):
        return False
    elif not (tested or unit.has("test")) and any(character.isdigit() for character in finding):
        sources = _with_test(board, unit)
    else:
        sources = [unit]
    reads = _READING.search(finding) is not None or unit.has("condition", "symptom")
    shown = None if tested or unit.has("test") else requested(board, unit)
    if shown and reads:
        sources = [shown[0], unit]
    if not sources or (len(sources) > 1 and not reads):
        return False
    if shown and reads:
        finding = f"{shown[1]}: {_SHOWN.sub('', finding)}"
    elif len(sources) > 1 and (test := _TEST.search(sources[0].clean)):
        finding = f"{test[0]}: {finding}"
    board.add(
        "result",
        "results",
        finding,
        sources,
        form="statement",
        source="clinician",
        score=0.4 + unit.score,
        at=str(unit.start),
        test="1" if tested else "",
    )
    return True


def _only_measured(board: Board, unit: Unit) -> bool:
    """Reads out vital signs alone, which stand among the vital signs already."""
    held = [
        c.attributes["value"]
        for c in board.claims
        if c.section == "vitals" and c.attributes.get("at") == str(unit.start)
    ]
    said = set(re.findall(r"\d+(?:[.,]\d+)?", unit.clean))
    return bool(held) and said <= {part for value in held for part in re.split(r"[/ ]", value)}


def _with_test(board: Board, unit: Unit) -> list[Unit]:
    """The unit with the one before it that names the test it reads from; none without a name."""
    for before in reversed(board.units[max(0, unit.index - 2) : unit.index]):
        if before.utterance == unit.utterance and _TEST.search(before.clean):
            return [before, unit]
    return []

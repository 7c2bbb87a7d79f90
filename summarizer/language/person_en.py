"""English talk in the first or second person, put in the third: ``i've been`` -> ``she has been``.

Only grammar changes: pronouns, and the verb that agrees with them. What cannot be turned safely
gives None, and the clause is left out of the note rather than guessed.
"""

import re
from dataclasses import dataclass

from summarizer.language.text import clean
from summarizer.language.words import words

_MODALS = words(
    "can could will would should may might must can't cannot couldn't won't wouldn't shouldn't "
    "did didn't had hadn't was wasn't used better"
)
_ADVERBS = words(
    "just also still always never only even then now usually often sometimes already ever "
    "mostly almost not definitely probably maybe kind pretty so too both all currently recently "
    "actually first really typically generally normally occasionally finally certainly barely"
)
_PAST = words(
    "went took had got felt ate came did said told thought saw knew made ran fell hit cut put "
    "let read lost found left kept slept sat stood began started gave bought brought broke "
    "caught woke wore drank drove threw grew heard held hurt met meant paid quit sent spent "
    "stuck taught understood became forgot lifted bit blew chose dealt dug fed fought flew "
    "froze hung laid lay led rode rose sang shook slid slipped spoke swam swore tore wrote won "
    "were bent bled split spread twisted set"
)
_IRREGULAR = {"have": "has", "do": "does", "don't": "doesn't", "go": "goes", "haven't": "hasn't"}
_IRREGULAR |= {"am": "is", "are": "is", "aren't": "isn't", "were": "was", "weren't": "wasn't"}
_BASE = words(
    "take use go do have eat drink smoke feel get try need want think know work live walk run "
    "sleep wake play exercise see start stop keep notice hear watch check make come sit stand "
    "forget remember like love hate help put wear ride drive swim"
)
_OF_SLEEP = words("apnea study studies problems issues disorder medicine medication")
_NOT_VERBS = words(
    "i and or but the a my it it's to of in on that this he she they you we with for if because "
    "um uh there what"
)
_PREPOSITIONS = words(
    "for to of with on at by from about see give gave want send refer put start help tell told "
    "let keep get seen saw have bothering bother bothers causing cause helps helped makes made "
    "make place placed continue treat treated schedule worry called call brought brings giving "
    "prescribed offer between without like after around sent keeping hurt hurts seeing set"
)


@dataclass(frozen=True, slots=True)
class Pronouns:
    """How the note speaks of the patient. ``subject`` may be ``the patient``."""

    subject: str
    possessive: str
    object: str
    carer: str = "caregiver"  # who speaks for the patient
    carer_gender: str = ""

    @property
    def helper(self) -> "Pronouns":
        """How the note speaks of who speaks for the patient."""
        own = {"female": ("her", "her"), "male": ("his", "him")}.get(
            self.carer_gender, ("their", "them")
        )
        return Pronouns(f"the {self.carer}", *own)

    @property
    def reflexive(self) -> str:
        return {"his": "himself", "her": "herself"}.get(self.possessive, "themselves")


def pronouns(gender: str, *, carer: str = "", carer_gender: str = "") -> Pronouns:
    """By the record's administrative gender; unknown keeps to ``the patient``. ``carer``: who
    speaks for the patient (``mother``), where it is known."""
    helper = (carer or "caregiver", carer_gender)
    if gender == "male":
        return Pronouns("he", "his", "him", *helper)
    if gender == "female":
        return Pronouns("she", "her", "her", *helper)
    return Pronouns("the patient", "the patient's", "the patient", *helper)


_KIN = words(
    "mother mom mum father dad brother brothers sister sisters son sons daughter daughters wife "
    "husband spouse aunt aunts uncle uncles cousin cousins partner fiance fiancee grandmother "
    "grandfather grandma grandpa grandparents grandchildren grandson granddaughter parents parent "
    "kids kid children child family niece nieces nephew nephews boyfriend girlfriend roommate "
    "sibling siblings stepmother stepfather stepson stepdaughter twins"
)
_RELATIVES = _KIN | words("friend friends boss doctor own life")
# What stands between "my" and the relative.
_DEGREES = words(
    "older younger oldest youngest elder eldest big little baby half twin late maternal paternal "
    "grand great other only two three four five second first ex former entire whole immediate"
)


def _owned(spoken: list[str], index: int, who: Pronouns) -> str:
    """``my knee``: ``her knee``, and ``the knee`` where the patient's gender is not known."""
    if who.possessive != "the patient's":
        return who.possessive
    following = _next_word(spoken, index)
    while following is not None and (
        spoken[following].lower() in _DEGREES or spoken[following] == "-"
    ):
        following = _next_word(spoken, following)
    noun = spoken[following].lower() if following is not None else ""
    return who.possessive if noun.removesuffix("'s") in _RELATIVES else "the"


_OF_KIN = re.compile(
    rf"\bthe patient's (?=(?:(?:{'|'.join(sorted(_DEGREES))})[ -])*(?:{'|'.join(sorted(_KIN))})\b)",
    re.I,
)
_WHILE = re.compile(r"\b(while|when|after|before) the patient (?:is|was) (?=\w{2,}ing\b)", re.I)


_BOTH = re.compile(
    rf"\b((?:(?:{'|'.join(sorted(_DEGREES))})[ -])*(?:{'|'.join(sorted(_KIN))})) and the patient\b",
    re.I,
)


def telegraphic(text: str) -> str:
    """``The patient's mother died``: ``mother died``, as notes have it: whose relatives they are
    goes without saying where the patient has no other name."""
    text = _BOTH.sub(lambda m: f"the patient and {m[1].lower()}", _OF_KIN.sub("", text))
    return _WHILE.sub(r"\1 ", text)


def agree(verb: str) -> str:
    """The verb's third person singular: ``take`` -> ``takes``; past and modal forms stay."""
    lower = verb.lower()
    if lower.endswith(("'ve", "'d", "'ll")):
        return lower
    if lower.endswith("ing") and len(lower) > 5:
        return f"is {lower}"  # "i missing some doses"
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower in _MODALS or lower in _PAST or lower.endswith("n't"):
        return lower
    if lower.endswith("ed") and not lower.endswith("eed"):  # "need" is no past form
        return lower
    if lower.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{lower}es"
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return f"{lower[:-1]}ies"
    return f"{lower}s"


_TOKENS = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d[\d.,/%]*|\S|\s+")


def _first_person(words: list[str], who: Pronouns) -> list[str] | None:
    return _turned(
        words,
        who,
        subject={"i"},
        prefix="i'",
        possessive={"my"},
        obj={"me"},
        own={"myself", "mine"},
    )


def _second_person(words: list[str], who: Pronouns) -> list[str] | None:
    return _turned(
        words,
        who,
        subject={"you"},
        prefix="you'",
        possessive={"your"},
        obj=set(),
        own={"yourself", "yours"},
    )


def _turned(
    words: list[str],
    who: Pronouns,
    *,
    subject: set[str],
    prefix: str,
    possessive: set[str],
    obj: set[str],
    own: set[str],
) -> list[str] | None:
    out = list(words)
    present = False
    for index, word in enumerate(words):
        lower = word.lower()
        if lower in possessive:
            out[index] = _owned(words, index, who)
        elif lower in obj:
            out[index] = who.object
        elif lower in own:
            out[index] = (
                who.reflexive if lower.endswith("self") else f"{who.possessive}s".replace("ss", "s")
            )
        elif lower.startswith(prefix):
            ending = lower[len(prefix) :]
            nxt = _next_word(words, index)
            verb = {"m": "is", "re": "is", "ve": "has", "ll": "will"}.get(ending)
            if _paired(words, index):
                verb = {"is": "are", "has": "have"}.get(verb or "", verb)
            if ending == "d":
                verb = (
                    "had"
                    if nxt and (words[nxt].lower() in {"been", "had", "better", "never"})
                    else "would"
                )
            if verb is None:
                return None
            out[index] = f"{who.subject} {verb}"
            present = verb in {"is", "has"}
        elif lower in subject:
            if lower == "you" and _is_object(words, index):
                out[index] = who.object
                continue
            verb_at = _verb_after(words, index)
            if verb_at is None:
                if lower == "you":
                    out[index] = who.object
                    continue
                return None
            verb = words[verb_at].lower()
            if verb in _NOT_VERBS:
                return None
            inverted = _inverted(words, index) or _paired(words, index)
            out[index] = who.subject
            if not inverted:
                ahead = _next_word(words, verb_at)
                habit = verb == "use" and ahead is not None and words[ahead].lower() == "to"
                out[verb_at] = "used" if habit else agree(verb)
                present = out[verb_at] != verb
        elif present and lower in _BASE and _coordinated(words, index):
            ahead = _next_word(words, index)
            if ahead is None or words[ahead].lower() not in _OF_SLEEP:
                out[index] = agree(lower)
    return out


def _paired(words: list[str], index: int) -> bool:
    """``my wife and i``: the verb behind it is a plural one."""
    before = [word.lower() for word in words[:index] if word.strip()][-2:]
    return len(before) == 2 and before[0] in _KIN and before[1] == "and"


def _next_word(words: list[str], index: int) -> int | None:
    for place in range(index + 1, len(words)):
        if words[place].strip():
            return place
    return None


def _verb_after(words: list[str], index: int) -> int | None:
    place = _next_word(words, index)
    while place is not None and (
        words[place].lower() in _ADVERBS
        or (words[place].lower().endswith("ly") and len(words[place]) > 4)
        or words[place] == ","
    ):
        place = _next_word(words, place)
    if place is None or not words[place][0].isalpha():
        return None
    return place


def _previous(words: list[str], index: int) -> str:
    return next((w.lower() for w in reversed(words[:index]) if w.strip()), "")


def _inverted(words: list[str], index: int) -> bool:
    return _previous(words, index) in {
        "do",
        "did",
        "have",
        "had",
        "can",
        "could",
        "would",
        "should",
        "let",
    }


def _is_object(words: list[str], index: int) -> bool:
    following = _next_word(words, index)
    ends = following is None or not words[following][0].isalpha()
    previous = _previous(words, index)
    nxt = "" if following is None else words[following].lower()
    verbish = nxt in _MODALS | {
        "have",
        "are",
        "do",
        "don't",
        "haven't",
        "were",
        "want",
        "need",
        "take",
        "feel",
    }
    return (
        ends
        or (previous in _PREPOSITIONS and not verbish)
        or nxt in {"to", "for", "on", "with", "in", "at", "a", "the", "some", "an", "up"}
        or nxt in {"out", "off", "down", "back", "around", "through", "about", "and", "or"}
    )


def _coordinated(words: list[str], index: int) -> bool:
    """``takes it and go``: a base verb right after a conjunction follows the same subject."""
    previous = [w.lower() for w in words[:index] if w.strip()][-3:]
    return bool(previous) and (
        previous[-1] in {"and", "or", "but"}
        or (len(previous) > 1 and previous[-2] in {"and", "or", "but"} and previous[-1] in _ADVERBS)
    )


_CLINICIAN_YOU = re.compile(
    r"\byou(?:'ve|'d| had| have)? (?=(?:just )?(?:prescribed|gave|given|told|"
    r"recommended|said|put|ordered|"
    r"suggested|mentioned|started|asked|wanted|did|sent)\b)",
    re.I,
)


# Only a clinician's "we" does this, whatever the label says.
_WE_TREAT = re.compile(
    r"\bwe(?:'re| are|'ll| will)(?: going to)? (?:continue|start|order|prescribe|increase|decrease|"
    r"refer|schedule|recheck|refill)\b",
    re.I,
)


def third_person(text: str, who: Pronouns, *, speaker: str) -> str | None:
    """The clause about the patient in the third person, or None when it cannot be turned.

    ``speaker``: patient, caregiver, or clinician (whose ``you`` is the patient).
    """
    if speaker == "clinician":
        text = re.sub(r",? (?:and |so )?how(?:'re| are) you\b.*$", "", text, flags=re.I)
        text = re.sub(
            r"\b(?:i|we) (?:had |have )?(?=(?:sent|gave|placed|put|started|prescribed|"
            r"referred) you\b)",
            "the clinician ",
            text,
            flags=re.I,
        )
        words = _second_person(_TOKENS.findall(text), who)
        if words is None:
            return None
        joined = "".join(words)
        if re.search(
            r"\b(?:i|i'm|i've|i'd|i'll|me|my|myself|we|we're|we've|we'll|us|our|let's)\b",
            joined,
            re.I,
        ):
            return None
        return joined
    if speaker == "patient" and _WE_TREAT.search(text):
        return None
    text = _CLINICIAN_YOU.sub("the clinician ", text)
    if re.search(r"\b(?:you|your|you're|yours|you'll|you've|you'd)\b", text, re.I):
        return None
    if speaker == "caregiver":
        words = _first_person(_TOKENS.findall(text), who.helper)
    else:
        words = _first_person(_TOKENS.findall(text), who)
    if words is None:
        return None
    joined = "".join(words)
    joined = re.sub(r"\bwe(?='|\b)", "they", joined, flags=re.I)
    joined = re.sub(r"\bour\b", "their", joined, flags=re.I)
    joined = re.sub(r"\bus\b", "them", joined)
    if re.search(r"\b(?:i|i'm|i've|i'd|i'll|me|my|myself|let's|let them)\b", joined, re.I):
        return None
    return joined


_QUESTION = re.compile(
    r"^(?:and |so |but |now |are there |)(do|does|did|have|are|were|can|could|has|"
    r"is|was)\s+(you|he|she)\s+(?:guys\s+)?(.+)$",
    re.I,
)
_STATED = re.compile(
    r"^(?:and |so |but |now )*(?:you(?:'re|'ve| are| have| do| take| were| had|'d)?\b|"
    r"(?:he|she) (?:has|had|is|was|takes|did|does)\b).+$",
    re.I,
)
_PAST_OF = {
    "have": "had",
    "go": "went",
    "take": "took",
    "get": "got",
    "feel": "felt",
    "do": "did",
    "eat": "ate",
    "see": "saw",
    "fall": "fell",
    "hit": "hit",
    "hear": "heard",
    "lose": "lost",
    "find": "found",
    "come": "came",
    "make": "made",
    "start": "started",
    "stop": "stopped",
    "try": "tried",
    "hurt": "hurt",
    "injure": "injured",
    "land": "landed",
    "notice": "noticed",
    "bring": "brought",
}


_PAST_OF |= {
    "sleep": "slept",
    "run": "ran",
    "break": "broke",
    "drive": "drove",
    "drink": "drank",
    "throw": "threw",
    "hold": "held",
    "put": "put",
    "cut": "cut",
    "stand": "stood",
    "keep": "kept",
    "leave": "left",
    "send": "sent",
    "give": "gave",
    "wake": "woke",
    "sit": "sat",
    "read": "read",
    "bring": "brought",
    "quit": "quit",
    "slip": "slipped",
    "trip": "tripped",
    "pop": "popped",
    "drop": "dropped",
    "skip": "skipped",
    "plan": "planned",
}
# "Did you say ...?", "do you think ...?" ask about the talk, not about the patient.
_OF_TALK = words("say mention tell mean ask want think know guess remember recall understand")


def past(verb: str) -> str:
    """``twist`` -> ``twisted``, ``carry`` -> ``carried``, ``fall`` -> ``fell``."""
    lower = verb.lower()
    if lower in _PAST_OF:
        return _PAST_OF[lower]
    if lower.endswith("e"):
        return f"{lower}d"
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return f"{lower[:-1]}ied"
    return f"{lower}ed"


def declared(question: str, reply: str, who: Pronouns) -> str | None:
    """A yes-or-no question with its answer as one statement, or None.

    ``do you smoke`` + yes -> ``the patient smokes``; + no -> ``the patient does not smoke``.
    """
    text = clean(question, "en").rstrip("?")
    if re.search(r"\bor\b|\b(?:how|what|when|where|which|why)\b", text, re.I) and reply == "yes":
        return None
    match = _QUESTION.match(text)
    if not match:
        if reply == "yes" and _STATED.match(text) and len(text.split()) >= 3:
            return third_person(text, who, speaker="clinician")
        return None
    auxiliary, rest = match[1].lower(), match[3].strip()
    first, _, tail = rest.partition(" ")
    while first.lower() in _ADVERBS and tail:
        first, _, tail = tail.partition(" ")
    if not first.isalpha() or first.lower() in _OF_TALK:
        return None
    # "did you twist it, did it hurt after": the second question has no answer here.
    tail = re.split(r",\s*(?:did|do|does|is|was|were|are|has|have|any)\b", tail.strip())[0]
    if re.search(
        r"\b(?:i|we|me|us|my|our|i'm|i've)\b|\b(?:have|do|did|are|were|can) you\b|\bokay\b",
        tail,
        re.I,
    ):
        return None
    tail_words = _second_person(_TOKENS.findall(tail), who)
    if tail_words is None:
        return None
    tail = "".join(tail_words)
    subject = who.subject if match[2].lower() == "you" else match[2].lower()
    if reply == "no":
        negated = {"do": "does not", "did": "did not", "have": "has not", "are": "is not"}
        negated |= {"were": "was not", "can": "cannot", "could": "could not"}
        negated |= {"does": "does not", "has": "has not", "is": "is not", "was": "was not"}
        if auxiliary not in negated:
            return None
        return f"{subject} {negated[auxiliary]} {first} {tail}".strip()
    if re.search(r"\b(?:anything|anyone|anybody|anywhere|any other)\b|\bat all$", tail):
        return None  # a yes to "anything" tells nothing
    tail = re.sub(r"\bany\b ?", "", tail)
    verb = {
        "do": agree(first),
        "does": agree(first),
        "did": past(first),
        "have": f"has {first}",
        "has": f"has {first}",
        "are": f"is {first}",
        "is": f"is {first}",
        "were": f"was {first}",
        "was": f"was {first}",
        "can": f"can {first}",
        "could": f"could {first}",
    }.get(auxiliary)
    return f"{subject} {verb} {tail}".strip() if verb else None

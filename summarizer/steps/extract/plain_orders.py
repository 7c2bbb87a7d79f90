"""Orders in their plainest form: verb, what is ordered, dose and how often, and nothing else.

Long or broken speech defeats the grammar of whole orders. What is plainly said inside it ("... and
then i'm going to go ahead and prescribe some ultram 50 mg every 6 hours, and ...") is still an
order, and is written where no fuller sentence names it. English only: French orders are imperatives
that the grammar of ``imperative_fr`` reads wherever they stand.
"""

import re

from summarizer.language.lexicon import Mention, lexicon
from summarizer.language.quantities import frequency, whole_doses
from summarizer.steps.extract.board import Board
from summarizer.steps.gate import whole
from summarizer.steps.units import Unit
from summarizer.types import Assertion, Role

_LEAD = (
    r"\b(?:(?:i|we)(?:'m| am|'re| are) (?:\w+ ){0,2}?going to|(?:i|we)(?:'ll| will)|"
    r"(?:i|we)(?:'d| would) (?:\w+ ){0,2}?like(?: for)?(?: you)? to|"
    r"(?:i|we) (?:do |also |just |really |then )*want(?: you)? to|let's|let us|"
    r"(?:i|we) (?:would |also |then )*recommend(?: that)?(?: we| you)?|"
    r"(?:i|we) (?:should|need to|can)|you(?:'re| are) going to|"
    r"you(?:'ll| will)? need to|(?:i|we)(?:'ll| will)? have to|(?:^|and |then )going to|"
    r"(?<!you )(?<!he )(?<!she )(?<!they )going to(?= (?:order|prescribe|refer)\b))"
)
# "have the nurse come in and swab you": who does it for the clinician.
_FILLER = (
    r"(?:,? (?:go|ahead|and|also|just|then|have|you|be|want|to|probably|again|please|"
    r"do that by|(?:start |get )by|recommend(?: that)?(?: we| you)?|"
    r"(?:the |my )?(?:nurse|medical assistant|assistant|ma)(?: (?:come in|come|go ahead))?))*"
)
_VERBS = (
    "order|ordering|get|obtain|check|recheck|repeat|schedule|prescribe|prescribing|start|starting|"
    "continue|continuing|give|increase|decrease|try|use|take|add|refer|send|do|draw|treat|restart|"
    "refill|perform|swab"
)
_PUT = r"get you started on|start you (?:back )?on|get you off|take you off|put(?:ting)? you on"
_RECOMMENDED = r"\b(?:i|we)(?:'d| would| do| then| also| just| really)* (recommend|suggest)"
_ORDER = re.compile(rf"(?:{_LEAD}{_FILLER} ({_PUT}|{_VERBS})|{_RECOMMENDED})\b", re.I)
# Between the verb and what is ordered no other clause may begin, and nothing may be doubted.
_BREAK = re.compile(
    r"\b(?:i|we|he|she|they|it|is|was|were|had|not|no|never|if|whether|or|because|that|which|off|"
    r"instead|rather|after|before|until|from|talk|about|results?)\b|n't\b",
    re.I,
)
_DOUBT = re.compile(
    r"\b(?:if|unless|whether|in case|may|might|maybe|could|possibl\w+|potential\w+|perhaps|"
    r"depend\w*|based on|eventually|consider\w*|once(?! (?:a|per|every|each|daily|weekly)\b)|when|"
    r"instead|don't|won't|not|wouldn't)\b",
    re.I,
)
_MORE = re.compile(
    r"^[ ,]*(?:(?:and|along with|as well as|with|also|plus|then|some|a|an|the|your|for|of)\b"
    r"[ ,]*)+$",
    re.I,
)
_BASE = {
    "ordering": "order",
    "prescribing": "prescribe",
    "starting": "start",
    "continuing": "continue",
    "get you started on": "start",
    "put you on": "start",
    "get you off": "get off",
    "take you off": "get off",
}
_PURPOSE = re.compile(
    r"\b(?:just )?to (?:see|check|assess|make sure|rule|help|look|evaluate|find out)\b.*$", re.I
)
_WITH_PREPOSITION = {
    "refer": "refer to",
    "send": "send for",
    "treat": "treat with",
    "swab": "swab for",
    "get off": "get the patient off",
}
_LASTING = re.compile(
    r"\bfor (?:about |the next |another )?(?:\d+(?:(?: to | or |-)\d+)?|an?) "
    r"(?:days?|weeks?|months?)(?: beforehand)?\b",
    re.I,
)
_BY_PATIENT = frozenset({"try", "use", "take"})
_DETERMINED = re.compile(
    r"\b((?:an?|another|some) (?:(?!(?:and|or|day|week|month|time|dose|hour|night)\b)\w+ ){0,2})$",
    re.I,
)
# "Going to order a BMP" begins anew: what was doubted before it is another clause.
_BARE = re.compile(r"going to\b", re.I)
_NEEDED = re.compile(
    r"\bif (?:(?:we|i|you)(?:,? you know,?)? (?:need|have)(?: to)?|needed|necessary)\W*$", re.I
)
_AGAIN = re.compile(
    rf"(?:{_LEAD}{_FILLER} |\byou(?:'ll| will) |\band then |^(?:and |then |have you )*)"
    r"(?:see you(?: back| again)?|come(?: see me)? "
    r"back|follow(?:ing)?[- ]up|return)\b(?: here| again| with (?:me|us|you)| to (?:me|see me)| in "
    r"(?:the )?clinic)* (in (?:about |around )?(?:a couple (?:of )?|couple |a few |another )?"
    r"(?:\d+(?:(?: to | or |-)\d+)? |an? )?(?:days?|weeks?|months?|years?))\b",
    re.I,
)
_CONTINUED = re.compile(
    r"^(?:it's|it is|that's|it'll be|that will be|this is|take)\b.{0,12}$", re.I
)


def from_plain_orders(board: Board) -> None:
    """Orders of medicines and tests, and the next visit, that no whole order names."""
    if board.language != "en":
        return
    for unit in board.units:
        if unit.role not in (Role.CLINICIAN, Role.UNKNOWN) or unit.question:
            continue
        if unit.phase == "story" and unit.section != "plan":
            continue
        _next_visit(board, unit)
        for match in _ORDER.finditer(unit.clean):
            _ordered(board, unit, match)
        _dose_alone(board, unit)
        _device(board, unit)


# What is worn: "put you in a knee brace", "give you a sling".
_DEVICE = re.compile(
    rf"(?:{_LEAD}{_FILLER}|my recommendation (?:is|would be) to) "
    r"((?:put|place|keep|get) you (?:back )?in(?:to)?|give you|get you) "
    r"(an? (?:[\w-]+ ){0,3}(?:brace|splint|sling|boot|cast))\b",
    re.I,
)


_CONDITION = re.compile(r"\W*(?:(?:and|but|so|then) )*(?:if|unless|in case)\b", re.I)


def _doubted(before: str) -> bool:
    """Is the order behind these words only supposed? "If that happens, we'll get" is, comma or
    not."""
    *clauses, last = before.split(",")
    only_comma = not last.strip() and bool(clauses) and _CONDITION.match(clauses[-1])
    return bool(_DOUBT.search(last) or only_comma)


def _device(board: Board, unit: Unit) -> None:
    match = _DEVICE.search(unit.clean)
    if not match or _doubted(unit.clean[: match.start()]):
        return
    worn = re.sub(r"^(an?) an? ", r"\1 ", match[2])
    if any(
        c.section == "plan" and worn.split()[-1] in c.text.split() and whole(c.text, "en")
        for c in board.claims
    ):
        return
    board.add(
        "plan",
        "plan",
        f"{'give' if match[1].lower().endswith('you') else 'place the patient in'} {worn}",
        [unit],
        form="order",
        verb="place",
        score=0.6 + unit.score,
        at=str(unit.start),
    )


def _ordered(board: Board, unit: Unit, match: re.Match[str]) -> None:
    text = unit.clean
    if not _BARE.match(match[0]) and _doubted(text[: match.start()]):
        return
    said = (match[1] or match[2]).lower()
    verb = _BASE.get(said, "start" if said.startswith(("start you", "putting")) else said)
    if verb in _BY_PATIENT and "you" not in match[0].lower():
        verb = ""  # "we'll try some motrin" is the clinician's doing: named without a verb
    at = match.end()
    for mention, start, end in _placed(unit, text):
        if start < match.end() or (mention.concept.kind == "test" and said in _BY_PATIENT):
            continue
        between = text[at:start]
        if re.search(r"\brefill\b", between):
            verb = "refill"
        first = at == match.end()
        if first and (len(between.split()) > 7 or _BREAK.search(between)):
            return
        if not first and not _MORE.match(_without_dose(between)):
            return
        after = text[end:]
        clause = _PURPOSE.sub("", re.split(r"[,;]| (?:and|but|so) ", after)[0])
        needed = _NEEDED.search(clause)
        clause = clause[: needed.start()] if needed else clause
        if re.match(r"\s*or\b", after) or _DOUBT.search(clause):
            return
        held = _DETERMINED.search(between)
        shown = f"{held[1] if held else ''}{text[start:end]}"
        behind = _until_next(unit, text, end)
        _write(board, unit, verb, mention, shown, behind, "if needed" if needed else "")
        at = end


def _placed(unit: Unit, text: str) -> list[tuple[Mention, int, int]]:
    """Medicines and tests that hold, with their place in the cleaned sentence, in order."""
    found = []
    for mention, status in unit.mentions:
        if mention.concept.kind not in ("medication", "test"):
            continue
        if status.assertion is not Assertion.AFFIRMED or status.experiencer != "patient":
            continue
        place = text.lower().find(mention.surface.lower())
        if place >= 0:
            found.append((mention, place, place + len(mention.surface)))
    return sorted(found, key=lambda item: item[1])


def _until_next(unit: Unit, text: str, end: int) -> str:
    """What stands behind a name and belongs to it: up to the next name or clause."""
    ends = [start for _, start, _ in _placed(unit, text) if start > end]
    tail = text[end : min([*ends, end + 60])]
    return re.split(r"\b(?:and|but|so|because|which|along with|as well)\b", tail)[0]


def _without_dose(between: str) -> str:
    for start, end, _, _ in reversed(whole_doses(between)):
        between = between[:start] + between[end:]
    often = frequency(between, "en")
    return between.replace(often, "") if often else between


def _write(
    board: Board,
    unit: Unit,
    verb: str,
    mention: Mention,
    surface: str,
    behind: str,
    condition: str = "",
) -> None:
    medicine = mention.concept.kind == "medication"
    amounts = whole_doses(behind)
    dose = f"{amounts[0][2]} {amounts[0][3]}" if medicine and amounts else ""
    if _known(board, mention.concept.key, dose):
        return
    often = frequency(behind, "en") if medicine else ""
    lasting = _LASTING.search(behind) if medicine else None
    with_it = _WITH_PREPOSITION.get(verb, verb)
    board.add(
        "plan",
        "plan",
        " ".join(
            part
            for part in (with_it, surface, dose, often, lasting[0] if lasting else "", condition)
            if part
        ),
        [unit],
        form="order",
        verb=verb,
        score=0.6 + unit.score,
        at=str(unit.start),
        concept=mention.concept.key,
        concept_kind=mention.concept.kind,
        english=mention.concept.english,
        french=mention.concept.french,
        surface=surface,
        dose=dose,
        frequency=often,
    )


def _known(board: Board, key: str, dose: str) -> bool:
    """A whole order names it already, with this dose if there is one."""
    return any(
        claim.section in ("plan", "followup")
        and claim.attributes.get("form") == "order"
        and (claim.attributes.get("concept") == key or _names(board, claim.text, key))
        and dose in claim.text
        and whole(claim.text, "en")
        for claim in board.claims
    )


def _names(board: Board, text: str, key: str) -> bool:
    return any(mention.concept.key == key for mention in lexicon(board.language).find(text))


def _next_visit(board: Board, unit: Unit) -> None:
    match = _AGAIN.search(unit.clean)
    if not match or _doubted(unit.clean[: match.start()]):
        return
    when = match[1]
    if any(c.section == "followup" and when in c.text for c in board.claims):
        return
    board.add(
        "plan",
        "followup",
        f"follow-up {when}",
        [unit],
        form="order",
        verb="follow",
        score=0.6 + unit.score,
        at=str(unit.start),
    )


def _dose_alone(board: Board, unit: Unit) -> None:
    """``it's 40 mg, once a day`` right after the only medicine just ordered."""
    amounts = whole_doses(unit.clean)
    if len(amounts) != 1 or unit.has("medication") or unit.index == 0:
        return
    before = board.units[unit.index - 1]
    named = {m.concept.key: m for m, _ in before.mentions if m.concept.kind == "medication"}
    start, _, amount, name = amounts[0]
    if (
        len(named) != 1
        or before.utterance != unit.utterance
        or not _CONTINUED.match(unit.clean[:start].strip() or "-")
    ):
        return
    mention = next(iter(named.values()))
    dose = f"{amount} {name}"
    if _known(board, mention.concept.key, dose):
        return
    often = frequency(unit.clean, "en")
    board.add(
        "plan",
        "plan",
        " ".join(part for part in (mention.surface, dose, often) if part),
        [before, unit],
        form="order",
        score=0.6 + unit.score,
        at=str(unit.start),
        concept=mention.concept.key,
        concept_kind="medication",
        english=mention.concept.english,
        french=mention.concept.french,
        surface=mention.surface,
        dose=dose,
        frequency=often,
    )

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
    r"you(?:'ll| will)? need to|(?:^|and |then )going to)"
)
_FILLER = r"(?: (?:go|ahead|and|also|just|then|have|you|be|want|to|probably|again|please|get you))*"
_VERBS = (
    "order|ordering|get|obtain|check|recheck|repeat|schedule|prescribe|prescribing|start|starting|"
    "continue|continuing|give|increase|decrease|try|use|take|add|refer|send|do|draw|treat|restart|"
    "refill"
)
_ORDER = re.compile(rf"{_LEAD}{_FILLER} ({_VERBS})\b", re.I)
# Between the verb and what is ordered no other clause may begin, and nothing may be doubted.
_BREAK = re.compile(
    r"\b(?:i|we|he|she|they|it|is|was|were|had|not|no|never|if|whether|or|because|that|which|off|"
    r"instead|rather|after|before|until|from|talk|about|results?)\b|n't\b",
    re.I,
)
_DOUBT = re.compile(
    r"\b(?:if|unless|whether|in case|may|might|maybe|could|possibl\w+|potential\w+|perhaps|"
    r"depend\w*|based on|eventually|consider\w*|once|when|instead|don't|won't|not|wouldn't)\b",
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
}
_PURPOSE = re.compile(
    r"\b(?:just )?to (?:see|check|assess|make sure|rule|help|look|evaluate|find out)\b.*$", re.I
)
_BY_PATIENT = frozenset({"try", "use", "take"})
_DETERMINED = re.compile(r"\b((?:an?|another|some) (?:\w+ ){0,2})$", re.I)
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


def _ordered(board: Board, unit: Unit, match: re.Match[str]) -> None:
    text = unit.clean
    if _DOUBT.search(text[: match.start()].rsplit(",", 1)[-1]):
        return
    verb = _BASE.get(match[1].lower(), match[1].lower())
    if verb in _BY_PATIENT and "you" not in match[0].lower():
        verb = ""  # "we'll try some motrin" is the clinician's doing: named without a verb
    at = match.end()
    for mention, start, end in _placed(unit, text):
        if start < match.end() or (
            mention.concept.kind == "test" and match[1].lower() in _BY_PATIENT
        ):
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
        if re.match(r"\s*or\b", after) or _DOUBT.search(clause):
            return
        held = _DETERMINED.search(between)
        shown = f"{held[1] if held else ''}{text[start:end]}"
        _write(board, unit, verb, mention, shown, _until_next(unit, text, end))
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
    board: Board, unit: Unit, verb: str, mention: Mention, surface: str, behind: str
) -> None:
    medicine = mention.concept.kind == "medication"
    amounts = whole_doses(behind)
    dose = f"{amounts[0][2]} {amounts[0][3]}" if medicine and amounts else ""
    if _known(board, mention.concept.key, dose):
        return
    often = frequency(behind, "en") if medicine else ""
    with_it = {"refer": "refer to", "send": "send for", "treat": "treat with"}.get(verb, verb)
    board.add(
        "plan",
        "plan",
        " ".join(part for part in (with_it, surface, dose, often) if part),
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
    if not match or _DOUBT.search(unit.clean[: match.start()].rsplit(",", 1)[-1]):
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

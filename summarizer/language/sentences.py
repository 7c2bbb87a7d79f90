"""Where a spoken sentence ends, with and without punctuation, as exact offsets.

Speech recognisers often leave no full stops: there the turn markers of talk (``okay so``, ``now``,
``do you``, ``et puis``) are the boundaries.
"""

import re
from collections.abc import Iterator

from summarizer.language.boundaries import end_scores
from summarizer.language.numbers import stopped_decimal
from summarizer.types import Language

_END = re.compile(r"(?<=[.?!…])(?<!\.\.\.)(?<!…)[\s\"')\]]+(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|vs|st|no|e\.g|i\.e|m|mme|pr|approx|etc|p\.o|b\.i\.d|t\.i\.d)\.$",
    re.I,
)
_LONG = 26  # words: a longer stretch without an end is more than one sentence
_MARKERS = {
    "en": re.compile(
        r"\s(?=(?:okay|alright|all right)(?:\s|,|$)|so (?:i|you|we|let|for|on|"
        r"your|the|what|how|do|are|"
        r"have|that|it|now|first|today|then|there|this|if|when|he|she|lem|in terms|from|with)\b|"
        r"and then\b|now (?:i|you|for|on|let|have|do|are|with|in|your|when|what|how)\b|"
        r"um (?:i|and|so|do)\b|but (?:i|you|it|he|she|they|we|there|otherwise|no|the)\b|"
        r"and (?:i|i'm|i've|he|she|they|we|it|it's|you|you're|there|there's|so|"
        r"if|that's|let|for your|on your|on the|your|do|have|are|any|what|how|"
        r"when)\b|"
        r"(?:do|did|have|are|were|can|could) you\b|any (?:other|history|family|"
        r"fever|pain|chest|nausea)\b|how (?:about|long|are|is|often)\b|"
        r"what (?:about|brings|are|is|kind)\b|for (?:your|the) (?:first|second|"
        r"third|next|last|other)\b|"
        r"in terms of\b|as far as\b|let's\b|lem me\b|let me\b|because (?:i|you|it|we)\b|"
        r"(?:i'm gon na|i wan na|i want you|i want to|i would like|i'd like|we'll|"
        r"we're gon na|i'll)\b|"
        r"(?:and )?i (?:do |can |also )?(?:see|notice|appreciate|hear)\b|you do "
        r"have\b|there (?:is|are|was|were)\b|"
        r"(?:your|the) (?:heart|lungs|abdomen|blood pressure|vital signs|x-ray)"
        r" (?:is|are|looks?|sounds?)\b)",
        re.I,
    ),
    "fr": re.compile(
        r"\s(?=(?:d'accord|ok|voilà)(?:\s|,|$)|et puis\b|et (?:je|j'|vous|il|elle|"
        r"on|ça|c'est|là|après|"
        r"sinon|est-ce|du coup|quand)\b|mais (?:je|j'|vous|il|elle|on|ça|c'est|pas|sinon|là)\b|"
        r"donc (?:je|vous|on|il|elle|là|ça)\b|alors\b|ensuite\b|après (?:je|vous|on)\b|"
        r"est[- ]ce que\b|parce que\b|sinon\b|je vais\b|on va\b|il faut\b|vous "
        r"(?:avez|prenez|allez)\b)",
        re.I,
    ),
}
# A word that binds what follows it: a cut after it would lose a condition or a reason.
_BOUND = {
    "en": re.compile(
        r"\b(?:if|when|that|what|whether|because|where|while|since|unless|until|"
        r"as|how|which|who|after|"
        r"before|to|the|a|of|or|not|sure|see|think|hope|why|like|than)\s+$",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:si|quand|que|parce|comme|où|dont|qui|ou|de|pas|puisque|lorsque|sinon|pour)\s+$", re.I
    ),
}
_COMMA_CLAUSE = {
    "en": re.compile(
        r",\s+(?=(?:and|but|so|because|then|which means)\s+(?:i|you|we|he|she|it|they|my|your|the|"
        r"there|that|if|when|let|then|now|for)\b)",
        re.I,
    ),
    "fr": re.compile(
        r",\s+(?=(?:et|mais|donc|alors|puis|parce que|sinon)\s+(?:je|j'|vous|on|"
        r"il|elle|ça|c'est|là|"
        r"si|quand|pour)\b|(?:je|j'|il|elle|on|vous)\b)",
        re.I,
    ),
}


def sentence_spans(
    text: str, start: int, end: int, language: Language
) -> Iterator[tuple[int, int]]:
    """The spans (absolute offsets) of the sentences in ``text[start:end]``, trimmed, in order."""
    for left, right in _by_stops(text, start, end):
        yield from _divided(text, left, right, language)


def _by_stops(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for match in _END.finditer(text, start, end):
        if _ABBREVIATION.search(text[left : match.start()]):
            continue
        window = max(left, match.start() - 48)
        if stopped_decimal(text[window : match.end() + 30], match.start() - window):
            continue
        yield from _trim(text, left, match.start())
        left = match.end()
    yield from _trim(text, left, end)


def _divided(text: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    if language == "en" and _unpunctuated(text, start, end):
        left = start
        for cut in _learned(text, start, end):
            yield from _marked(text, left, cut, language)
            left = cut
        yield from _marked(text, left, end, language)
        return
    yield from _marked(text, start, end, language)


_LIKELY = -0.8  # log odds of the learned boundary score
_SHORTEST = 3  # words on either side of a learned cut
# "... on your neck exam | i don't appreciate": what names the place belongs to what follows.
_PLACED = re.compile(
    r"\b(?:and )?(?:on|upon|for) (?:your |the |my )?(?:\w+ ){0,3}"
    r"(?:exam(?:ination)?|palpation|inspection)\s*$",
    re.I,
)
# An order or a thought of one's own begins a sentence more readily than other words do.
_OWN = re.compile(
    r"(?:i'm|we're) (?:gon na|going to)\b|i (?:want|wan na|would like|do n't|do think)\b|"
    r"(?:i'd|we'd) like\b|(?:we|i)'ll\b|let's\b",
    re.I,
)


_ORDERING = re.compile(
    r"(?:(?:i'm|we're|i am|we are) (?:gon na|going to) (?:go ahead and )?|i (?:do )?(?:want to|"
    r"wan na|would like to) (?:go ahead and )?|i'd like to (?:go ahead and )?)"
    r"(?:order|prescribe|refer|send|start|increase|decrease|schedule)\b|i (?:do )?want you to\b",
    re.I,
)
_VERB = re.compile(
    r"\b(?:are|were|be|been|has|have|had|your|my|any|some|and|on|in|at|for|nothing|anything)\s+$|"
    r"\b(?:have|did|do|are|can|could|would) (?:you|he|she|they)"
    r"(?: (?:ever|also|really|still))*\s+$",
    re.I,
)


def _unpunctuated(text: str, start: int, end: int) -> bool:
    """Words that no one put stops into: none inside and none at the end."""
    return len(text[start:end].split()) > 2 * _SHORTEST and not re.search(
        r"[.?!,;]", re.sub(r"\d[.,]\d|\b(?:dr|mr|mrs|ms)\.", "", text[start : end + 1], flags=re.I)
    )


def _learned(text: str, start: int, end: int) -> Iterator[int]:
    left = start
    for place, score in end_scores(text, start, end):
        if _ORDERING.match(text, place) and place - left > 0:
            if len(text[left:place].split()) >= _SHORTEST and not _BOUND["en"].search(
                text[left:place]
            ):
                yield place
                left = place
            continue
        least = _LIKELY - (1.7 if _OWN.match(text, place) else 0.0)
        if _VERB.search(text[left:place]):
            continue  # "your symptoms are | most likely due to"
        if score < least or _BOUND["en"].search(text[left:place]):
            continue
        placed = _PLACED.search(text, left, place)
        cut = placed.start() if placed else place
        if min(len(text[left:cut].split()), len(text[cut:end].split())) >= _SHORTEST:
            yield cut
            left = cut


def _marked(text: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    if len(text[start:end].split()) <= _LONG:
        yield from _at_turns(text, start, end, language)
        return
    patterns = [_COMMA_CLAUSE[language]]
    if not re.search(r"[,.;]", text[start:end]) or len(text[start:end].split()) > 45:
        patterns.append(_MARKERS[language])
    cuts: set[int] = set()
    for pattern in patterns:
        cuts.update(match.end() for match in pattern.finditer(text, start, end))
        cuts.discard(start)
    cuts = {cut for cut in cuts if not _BOUND[language].search(text[start:cut])}
    left = start
    for cut in sorted(cuts):
        # A piece of one or two words is a marker, not a sentence: it goes on with what follows.
        if len(text[left:cut].split()) < 3:
            continue
        yield from _at_turns(text, left, cut, language)
        left = cut
    yield from _at_turns(text, left, end, language)


_TURN = {
    "en": re.compile(r"(?<=\w)\s+(?=(?:okay|alright)\s+\w)", re.I),
    "fr": re.compile(r"(?<=\w)\s+(?=(?:d'accord|ok)\s+\w)", re.I),
}


def _at_turns(text: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    """Words without full stops still turn at an ``okay`` that something follows."""
    left = start
    if not re.search(r"[.?!,]", text[start : end - 1]):
        for match in _TURN[language].finditer(text, start, end):
            if match.start() > left:
                yield from _trim(text, left, match.start())
                left = match.end()
    yield from _trim(text, left, end)


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start] in " \t\n,;-":
        start += 1
    while end > start and text[end - 1] in " \t\n,;-":
        end -= 1
    if any(character.isalnum() for character in text[start:end]):
        yield start, end

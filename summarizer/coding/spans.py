"""Which verbatim words a suggestion points to: the evidence that names the condition."""

import re
from collections.abc import Sequence

from summarizer.coding import wording
from summarizer.types import Evidence, TextEvidence

MAX_EVIDENCE = 3
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def narrowed(evidence: Sequence[Evidence], named: str) -> tuple[Evidence, ...]:
    """The evidence that holds the words of ``named``, cut to the sentence they stand in.

    Where no evidence holds them (a finding that was worded otherwise), all of it stays, uncut:
    it is what the note's sentence rests on. A cut is a sub-span, hence verbatim like its source.
    """
    wanted = {word.text for word in wording.words(named)} - wording.NOISE
    found: list[Evidence] = []
    for item in evidence:
        if not isinstance(item, TextEvidence):
            if wanted & {word.text for word in wording.words(item.quote)}:
                found.append(item)
            continue
        for match in _SENTENCE.finditer(item.quote):
            if wanted and wanted <= {word.text for word in wording.words(match.group())}:
                lead = len(match.group()) - len(match.group().lstrip())
                quote = match.group().strip()
                start = item.start + match.start() + lead
                found.append(TextEvidence(start, start + len(quote), quote))
                break
    return tuple(dict.fromkeys(found or evidence))[:MAX_EVIDENCE]

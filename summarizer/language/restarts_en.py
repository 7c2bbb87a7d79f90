"""Spoken restarts: "it was it's been fine", "in the in my knee", "a week, I'm sorry, a month".

A speaker begins, breaks off and begins again. Only the last beginning is meant. What is dropped is
function words, or what the speaker takes back in so many words; a listing of two whole clauses
("I was tired I was hungry") stays.
"""

import re

from summarizer.language.words import words

_SUBJECT = r"(?:i|it|he|she|they|we|you|that|this|there)"
_VERB = (
    r"(?:'s|'m|'re|'ve|'ll|'d|(?: (?:is|am|are|was|were|has|have|had|does|do|did|would|will|can|"
    r"could|might|should)(?:n't)?))"
)
_SMALL = r"(?:been|just|really|like|not|no|any|a|an|the|some|my|at|to|in|on|of|for|so|going|kind)"
# "it was it's been", "i haven't been i have been"; not "what it is it's", "the way it is it hurts".
_CLAUSE = re.compile(
    rf"(?<!what )(?<!how )(?<!where )(?<!way )(?<!as )(?<!than )(?<!who )(?<!if )(?<!when )"
    rf"(?<!that )\b({_SUBJECT}){_VERB}(?: {_SMALL}){{0,2}},? (?=\1(?:{_VERB}) \w)",
    re.I,
)
# "i went to i went home", "the pain is the pain gets worse".
_SAME_OPENING = re.compile(
    rf"\b({_SUBJECT} \w+)(?: {_SMALL}){{1,2}},? (?=\1 \w)|"
    r"\b((?:the|my|your|his|her) \w+) (?:is|was|are|were|has|does),? "
    r"(?=\2 (?!(?:that|i|we|you|he|she|which)\b)\w)",
    re.I,
)
_OPINION = re.compile(
    rf"\b(i (?:think|guess|believe|feel|know))(?: {_SUBJECT}| the| my)?,? (?=\1 \w)", re.I
)
_DETERMINER = r"(?:the|a|an|my|your|his|her|our|their|this|that|these|those)"
# "in the in my knee"
_PREPOSITION = re.compile(
    rf"\b(in|on|of|at|to|with|for|from|over|under|around) {_DETERMINER},? (?=\1 {_DETERMINER}\b)",
    re.I,
)
# "the your results"
_ARTICLE = re.compile(r"\b(?:the|a|an) (?=(?:the|a|an|my|your|his|her|our|their) \w)", re.I)
# "it's been hurting it's been really hurting"
_SAME_CLAUSE = re.compile(
    rf"\b({_SUBJECT}{_VERB}(?: been)?) (\w+),? (?=\1(?: \w+){{0,2}} \2\b)", re.I
)
# "my left, my right knee": of the two sides, the one that has its knee.
_SIDE = re.compile(
    r"\b(?:my|the|your|his|her) (?:left|right),? (?=(?:my|the|your|his|her) (?:left|right) \w)",
    re.I,
)
_CONJUNCTION = re.compile(rf"\b(but|because|so|or) (?:{_SUBJECT}|the|my|your),? (?=\1 \w)", re.I)
_TAKEN_BACK = re.compile(
    r",? (?:or |no )?,?\s?(?:i'm sorry|i am sorry|excuse me|pardon me|i mean|scratch that|"
    r"(?<=,)sorry|(?<=, )sorry|(?<=or )sorry),? (?=(\w[\w'/.%-]*))",
    re.I,
)
_PARDON = re.compile(r"excuse me|pardon me|scratch that", re.I)
_NUMBERS = words(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
    "fifty"
)
_REACH = 6  # words that a correction takes back at most


def without_restarts(text: str) -> str:
    """``text`` with each broken-off beginning dropped, as far as the words alone tell."""
    text = _corrected(re.sub(r"\s+", " ", text))
    for _ in range(2):
        for pattern in (
            _OPINION,
            _CLAUSE,
            _SAME_CLAUSE,
            _SIDE,
            _SAME_OPENING,
            _PREPOSITION,
            _ARTICLE,
            _CONJUNCTION,
        ):
            text = pattern.sub("", text)
    return text


def _counts(word: str) -> bool:
    return word[:1].isdigit() or word in _NUMBERS


def _corrected(text: str) -> str:
    """ "a couple weeks, or I'm sorry, a couple months": what is said again, from its first word."""
    for match in list(_TAKEN_BACK.finditer(text))[::-1]:
        before = text[: match.start()].split(" ")
        first = match[1].lower()
        again = next(
            (
                place
                for place in range(len(before) - 1, max(-1, len(before) - 1 - _REACH), -1)
                if before[place].lower().strip(",") == first
                or (_counts(first) and _counts(before[place].lower().strip(",")))
            ),
            None,
        )
        if again is not None:
            text = " ".join([*before[:again], text[match.end() :]])
        elif _PARDON.search(match[0]) and not any(map(_counts, before[-_REACH:])):
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text

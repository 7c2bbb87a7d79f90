"""English or French? Counts of words that only one of the two uses often."""

import re
from typing import get_args

from summarizer.types import Language

_ENGLISH = frozenset(
    [
        "the",
        "and",
        "you",
        "is",
        "of",
        "to",
        "it",
        "that",
        "in",
        "i",
        "have",
        "do",
        "your",
        "was",
        "for",
        "with",
        "are",
        "this",
        "what",
        "so",
        "be",
        "any",
        "just",
        "my",
        "no",
        "not",
        "but",
        "can",
        "from",
        "been",
        "has",
        "had",
        "at",
        "we",
        "okay",
        "it's",
        "i'm",
        "don't",
        "yeah",
        "yes",
        "he",
        "she",
        "they",
        "how",
        "when",
        "there",
        "if",
        "or",
        "like",
        "all",
        "about",
        "going",
        "that's",
    ]
)
_FRENCH = frozenset(
    [
        "le",
        "la",
        "les",
        "des",
        "une",
        "est",
        "pas",
        "je",
        "vous",
        "et",
        "que",
        "qui",
        "dans",
        "pour",
        "avec",
        "sur",
        "ça",
        "c'est",
        "j'ai",
        "du",
        "un",
        "il",
        "elle",
        "mais",
        "ou",
        "au",
        "ce",
        "ne",
        "vous",
        "avez",
        "ai",
        "oui",
        "non",
        "bien",
        "très",
        "y",
        "en",
        "votre",
        "mon",
        "ma",
        "mes",
        "comme",
        "plus",
        "depuis",
        "fait",
        "on",
        "qu'il",
        "n'est",
        "d'accord",
        "alors",
        "donc",
        "bonjour",
        "docteur",
        "aussi",
    ]
)
# Of Spanish, Portuguese, Italian, German and Dutch: words that English and French do not use.
_NEITHER = re.compile(
    r"(?:el|los|las|tengo|tiene|desde|hace|con|para|por|muy|está|qué|cómo|sí|usted|algo|días|"
    r"não|tenho|com|uma|você|muito|dor|há|dias|são|che|sono|ho|della|gli|è|giorni|mi|ha|perché|"
    r"ich|und|der|das|nicht|ist|haben|habe|sie|mit|seit|ein|eine|wie|ja|nein|auch|"
    r"ik|het|een|niet|heb|heeft|bent|voor|maar|hoe|nee)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def detect_language(text: str) -> tuple[Language, bool]:
    """The likelier language, and whether the words speak for it clearly."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text[:20_000])]
    english = sum(word in _ENGLISH for word in words)
    french = sum(word in _FRENCH for word in words)
    # Elided forms (j', d', qu') are French alone; 's and n't are English alone.
    french += sum(word[:2] in {"j'", "d'", "l'", "n'", "s'", "m'"} for word in words)
    language: Language = "fr" if french > english else "en"
    best, other = max(english, french), min(english, french)
    neither = sum(_NEITHER.fullmatch(word) is not None for word in words)
    clear = best >= 0.12 * max(1, len(words)) and best > 1.5 * max(other, neither)
    return language, clear


def language_named(name: str | None) -> Language | None:
    """``en``/``fr`` from a tag such as ``fr-CH`` or ``eng``; None when it names neither."""
    short = (name or "").strip().lower()[:2]
    return next((known for known in get_args(Language) if known == short), None)

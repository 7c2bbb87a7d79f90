"""Spoken French in a note's register: ``elle a pas vomi`` -> ``elle n'a pas vomi``.

What talk leaves out of a negation comes back, and words that only answer or point go. Nothing that
was said is denied or affirmed anew.
"""

import re

from summarizer.language.carers import HELPERS_FR

_PERSON = (
    rf"il|elle|on|ils|elles|ça|le patient|la patiente|{HELPERS_FR}|qui|l'enfant|le bébé|la douleur"
)
_CLITIC = r"(?:(?:se|me|lui|leur|le|la|les|y|en)\s|(?:s'|l'|y'))?"
# "plus" is left alone: "il a plus mal" may say more or no more.
_WITHOUT_NE = re.compile(
    rf"\b({_PERSON}) ((?!ne\b|n')(?:{_CLITIC}))"
    r"((?!(?:ne|pas|plus|rien|jamais|non|là)\b)[a-zàâçéèêëîïôûùüœ]+) "
    r"((?:(?:quand même|toujours|encore|vraiment|surtout|même) )?(?:pas|jamais|rien)\b)",
    re.I,
)
_IT_IS_NOT = re.compile(r"\bc'(est|était) (?=(?:(?:toujours|vraiment) )?pas\b)", re.I)
_ENDS = re.compile(
    r"(?:[ ,]+(?:oui|ouais|non|si|là|hein|voilà|quoi|monsieur|madame|docteur|d'accord))+$", re.I
)
_BEGINS = re.compile(
    r"^(?:(?:non|oui|ouais|écoutez|attendez|monsieur|madame|docteur|soyons honnêtes|là|"
    r"c'est ça|franchement|en tous? cas)\b(?:[ ,]+(?:mais|enfin|bah|donc))?[ ,]+)+"
    rf"(?=(?:il|elle|on|ils|elles|ça|c'est|c'était|le patient|la patiente|{HELPERS_FR})\b)",
    re.I,
)
_TWICE = re.compile(r"\b((?:il|elle) (?:s'est|est|a|était)) \1\b", re.I)
_BEFORE_POSSESSIVE = re.compile(r"\b(?:une?|le|la) (?=(?:sa|son|ses)\b)", re.I)
_VOWEL = re.compile(r"[aeiouyhàâéèêîôûœ]", re.I)


def written(text: str) -> str:
    """``text`` as it is written in a note; what is written already stays as it is."""
    text = _BEGINS.sub("", text)
    text = _ENDS.sub("", text)
    text = _TWICE.sub(r"\1", text)
    text = _BEFORE_POSSESSIVE.sub("", text)
    text = _IT_IS_NOT.sub(r"ce n'\1 ", text)
    return _WITHOUT_NE.sub(_with_ne, text)


def _with_ne(match: re.Match[str]) -> str:
    follows = (match[2] + match[3])[0]
    particle = "n'" if _VOWEL.match(follows) else "ne "
    return f"{match[1]} {particle}{match[2]}{match[3]} {match[4]}"

"""How text is written in X12: the characters that a file may hold, and numbers.

X222A1 appendix B.1.1.2 names a basic set (upper case) and an extended one. Names with accents are
written without them; what separates elements never stands inside one.
"""

import unicodedata
from datetime import date
from decimal import Decimal

ELEMENT, COMPONENT, REPETITION, SEGMENT = "*", ":", "^", "~"
DELIMITERS = frozenset((ELEMENT, COMPONENT, REPETITION, SEGMENT))
BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()*+,-./:;?=")
EXTENDED = frozenset("%@[]_{}\\|<>~#$^`")
WRITABLE = (BASIC | EXTENDED) - DELIMITERS
# Letters that Unicode does not take apart into a base letter and an accent, and typography.
_SPELLED = str.maketrans(
    {
        "Æ": "AE", "Œ": "OE", "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "TH", "ẞ": "SS",
        "Ħ": "H", "Ŧ": "T", "Ŋ": "N", "ı": "I",
        "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
    }
)  # fmt: skip


def x12_text(value: str) -> str:
    """A value as the file holds it: upper case, no accents, no delimiter, single spaces.

    A character that has no place in X12 is left out; `unwritable` finds it beforehand.
    """
    spelled = _spelled(value)
    kept = (" " if char in DELIMITERS or char.isspace() else char for char in spelled)
    return " ".join("".join(char for char in kept if char in WRITABLE).split())


def unwritable(value: str) -> str:
    """The characters of a value that X12 cannot hold, each once, in order; usually none."""
    found = (
        char
        for char in _spelled(value)
        if char not in WRITABLE and char not in DELIMITERS and not char.isspace()
    )
    return "".join(dict.fromkeys(found))


def x12_date(day: date) -> str:
    """D8: CCYYMMDD."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def x12_decimal(number: Decimal) -> str:
    """Type R: no trailing zeros after the point, no point without digits after it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spelled(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value.upper().translate(_SPELLED))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).upper()

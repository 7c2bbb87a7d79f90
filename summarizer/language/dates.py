"""Dates of the record in words that a person reads."""

import re
from datetime import date

from babel.dates import format_date

from summarizer.types import Language

_ISO = re.compile(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b")


def dates_written(text: str, language: Language) -> str:
    """``text`` with each ISO 8601 date or year and month written out: "2025-03-01" becomes
    "1 March 2025" or "1er mars 2025". What is no day of the calendar stays as it is."""

    def written(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        try:
            meant = date(int(year), int(month), int(day or 1))
        except ValueError:
            return match[0]
        shown = format_date(meant, "d MMMM y" if day else "MMMM y", locale=language)
        return re.sub(r"^1 ", "1er ", shown) if language == "fr" and day else shown

    return _ISO.sub(written, text)

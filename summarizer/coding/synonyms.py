"""Our own lay words and abbreviations, English and French, each with its ICD-10-CM code.

The file is one row a code and language: ``code<TAB>language<TAB>term|term|...``. It may name a
category; the rules then choose the billable code below it that the documentation supports.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "synonyms.tsv"


@dataclass(frozen=True, slots=True)
class Synonym:
    """One wording of one code."""

    code: str
    language: str
    term: str


def load(source: Path = SOURCE) -> Iterator[Synonym]:
    """Every wording of the file; raises ValueError naming the line that is not one."""
    for number, line in enumerate(source.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 3 or parts[1] not in ("en", "fr"):
            raise ValueError(f"{source.name}, line {number}: expected code, language and terms")
        for term in parts[2].split("|"):
            yield Synonym(parts[0].strip(), parts[1], term.strip())

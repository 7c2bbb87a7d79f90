"""What the readers of code lists share: text in its encoding, days, and the resource they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

# Properties of a concept: the first and the last day on which it may be used.
SINCE, UNTIL = "effectiveDate", "terminationDate"


class CodeListError(ValueError):
    """The file is not what it is said to be; the message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A code with its wording; ``kept`` are other wordings, ``more`` properties as CodeSystem has
    them ({"code", "valueCode" ...})."""

    code: str
    display: str
    kept: tuple[str, ...] = ()
    more: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list as it was read: the code system's URL, its name and publisher, and the entries."""

    url: str
    name: str
    title: str
    publisher: str
    language: str
    entries: tuple[Entry, ...]
    hierarchy: bool = False

    def resource(self) -> dict[str, Any]:
        """The CodeSystem (https://hl7.org/fhir/R4/codesystem.html)."""
        properties = [
            {"code": SINCE, "type": "dateTime", "description": "First day of use"},
            {"code": UNTIL, "type": "dateTime", "description": "Last day of use"},
        ]
        if self.hierarchy:
            uri = "http://hl7.org/fhir/concept-properties#parent"
            properties.append({"code": "parent", "uri": uri, "type": "code"})
        return {
            "resourceType": "CodeSystem",
            "url": self.url,
            "name": self.name,
            "title": self.title,
            "status": "active",
            "publisher": self.publisher,
            "language": self.language,
            "content": "complete",
            **({"hierarchyMeaning": "is-a"} if self.hierarchy else {}),
            "property": properties,
            "concept": [_concept(entry) for entry in self.entries],
        }


def _concept(entry: Entry) -> dict[str, Any]:
    made: dict[str, Any] = {"code": entry.code, "display": entry.display}
    if entry.kept:
        made["designation"] = [{"value": text} for text in entry.kept]
    if entry.more:
        made["property"] = [dict(each) for each in entry.more]
    return made


def decoded(content: bytes) -> str:
    """UTF-8 (with or without its mark) or, as older files are, Windows-1252."""
    if b"\0" in content[:4096]:
        raise CodeListError("This is no text file: save or unpack it as text first.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise CodeListError("The file is neither UTF-8 nor Windows-1252.") from error


def days(since: str, until: str, where: str) -> tuple[Mapping[str, Any], ...]:
    """The properties of two days, each written YYYYMMDD, YYYY-MM-DD or DD/MM/YYYY, or not given."""
    made = []
    for name, text in ((SINCE, since), (UNTIL, until)):
        day = _day(text.strip(), where)
        if day is not None:
            made.append({"code": name, "valueDateTime": day.isoformat()})
    return tuple(made)


def _day(text: str, where: str) -> date | None:
    if not text.strip("0/-. "):
        return None
    for form in ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise CodeListError(f"{where}: “{text[:20]}” is no day.")


def in_use(properties: Sequence[Mapping[str, Any]], on: date) -> bool:
    """Whether a concept with these properties may be used on a day."""
    held = {each.get("code"): str(each.get("valueDateTime", ""))[:10] for each in properties}
    day = on.isoformat()
    since, until = held.get(SINCE, ""), held.get(UNTIL, "")
    return (not since or since <= day) and (not until or day <= until)


def unique(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, of a code that is there twice the last one; raises where there is none."""
    if not entries:
        raise CodeListError("The file holds no code of this list.")
    return tuple({entry.code: entry for entry in entries}.values())

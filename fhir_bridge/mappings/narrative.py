"""The note as text and as XHTML narrative (R4 narrative.html): every word escaped."""

from dataclasses import dataclass
from html import escape

XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True)
class NoteSectionText:
    """A section of a signed note: `key` is stable, `title` in the note's language."""

    key: str
    title: str
    sentences: tuple[str, ...]


def section_div(section: NoteSectionText, language: str) -> str:
    """A section's narrative, without its title: the Composition carries that in `section.title`."""
    return f'<div xmlns="{XHTML}" lang="{language}" xml:lang="{language}">{_lines(section)}</div>'


def note_div(title: str, sections: tuple[NoteSectionText, ...], language: str) -> str:
    """The whole note's narrative."""
    body = "".join(f"<h2>{_safe(part.title)}</h2>{_lines(part)}" for part in sections)
    return (
        f'<div xmlns="{XHTML}" lang="{language}" xml:lang="{language}">'
        f"<h1>{_safe(title)}</h1>{body}</div>"
    )


def note_text(title: str, sections: tuple[NoteSectionText, ...]) -> str:
    """The note as plain text, one sentence a line."""
    parts = [title]
    parts += ["\n".join((part.title, *part.sentences)) for part in sections]
    return "\n\n".join(parts) + "\n"


def _lines(section: NoteSectionText) -> str:
    return "".join(f"<p>{_safe(sentence)}</p>" for sentence in section.sentences)


def _safe(text: str) -> str:
    """Escaped for XML, without the characters that XML 1.0 cannot hold."""
    kept = "".join(char for char in text if char in "\t\n" or char >= " ")
    return escape(kept.replace("\ufffe", "").replace("\uffff", ""), quote=True)

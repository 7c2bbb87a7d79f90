"""read_transcript: the one door for a visit's words."""

from summarizer.exceptions import TranscriptError
from summarizer.transcripts.decode import MAX_BYTES, decode, tidy
from summarizer.transcripts.formats import (
    Turn,
    detect,
    json_turns,
    srt_turns,
    text_turns,
    vtt_turns,
    without_markup,
)
from summarizer.transcripts.labels import role_of
from summarizer.transcripts.languages import detect_language, language_named
from summarizer.transcripts.roles import infer_roles
from summarizer.types import Role, Transcript, Utterance


def read_transcript(
    data: bytes | str,
    *,
    name: str = "",
    language: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Transcript:
    """The words of ``data`` with exact offsets, who spoke, and in which language.

    ``name`` is the file's name, if it had one; ``language`` overrides detection. Raises
    TranscriptError(code, detail); codes: empty, too-large, binary, bad-encoding, bad-json,
    bad-cues, unknown-language.
    """
    raw = decode(data, max_bytes=max_bytes)
    source_format = detect(raw, name)
    stated = ""
    if source_format == "json":
        turns, stated = json_turns(raw)
    elif source_format == "vtt":
        turns = vtt_turns(raw)
    elif source_format == "srt":
        turns = srt_turns(raw)
    else:
        turns = text_turns(raw)
    text, utterances = _laid_out(turns)
    if not any(character.isalnum() for character in text):
        raise TranscriptError("empty", "There are no words here. Paste or attach the visit's text.")
    if language and language_named(language) is None:
        raise TranscriptError(
            "unknown-language", "Visits are drafted in English (en) or French (fr)."
        )
    detected, clear = detect_language(text)
    named = language_named(language) or language_named(stated)
    utterances, notices = infer_roles(text, utterances)
    if not clear:
        notices = (*notices, "language-uncertain")
    return Transcript(
        text=text,
        utterances=utterances,
        language=named or detected,
        source_format=source_format,
        notices=notices,
    )


def _laid_out(turns: list[Turn]) -> tuple[str, tuple[Utterance, ...]]:
    """One line an utterance; the offsets of its words."""
    lines: list[str] = []
    utterances: list[Utterance] = []
    offset = 0
    for turn in turns:
        words = tidy(without_markup(turn.words))
        if not any(character.isalnum() for character in words):
            continue
        role = role_of(turn.role) if turn.role else Role.UNKNOWN
        if role is Role.UNKNOWN and turn.speaker:
            role = role_of(turn.speaker)
        utterances.append(
            Utterance(
                index=len(utterances),
                start=offset,
                end=offset + len(words),
                role=role,
                speaker=tidy(turn.speaker),
                start_seconds=turn.start,
                end_seconds=turn.end,
            )
        )
        lines.append(words)
        offset += len(words) + 1
    return "\n".join(lines), tuple(utterances)
